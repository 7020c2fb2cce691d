"""The wheel that is built from the sdist works without a checkout and without development tools."""

import json
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from builders.configs import write_config
from harness import child_environment

ROOT = Path(__file__).parents[2]
_BUILD = "import sys; from hatchling.build import build_{0}; print(build_{0}(sys.argv[1]))"
_NEEDED = ("docs/how-to/deploy.md", "bench/README.md", "dev", "requirements.lock", "compose.yaml")


def build(kind: str, source: Path, target: Path) -> Path:
    """Build a package as `pip install` does, with the locked build system."""
    command = [sys.executable, "-c", _BUILD.format(kind), str(target)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    return target / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", ROOT, folder)) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def program(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of an environment with the wheel; its libraries are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = build("wheel", sdist, folder)
    venv.create(folder / "env", with_pip=False)
    python = folder / "env/bin/python"
    paths = {"base": str(folder / "env"), "platbase": str(folder / "env")}
    site = Path(sysconfig.get_path("purelib", vars=paths))
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--quiet"]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    return folder / "env/bin/straitwatch"


def run(program: Path, *arguments: str, cwd: Path) -> str:
    environment = child_environment()
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(program), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_sdist_holds_what_the_tests_and_the_documents_need(sdist: Path) -> None:
    assert [name for name in _NEEDED if not (sdist / name).exists()] == []
    assert not (sdist / ".venv").exists()


def test_wheel_leaves_out_the_secrets_beside_a_configuration(sdist: Path, tmp_path: Path) -> None:
    secrets = sdist / "config/secrets.env"
    secrets.write_text("SLACK_URL=slack://T/B/x\n", encoding="utf-8")

    with zipfile.ZipFile(build("wheel", sdist, tmp_path)) as wheel:
        names = wheel.namelist()

    secrets.unlink()
    assert "straitwatch/_shipped/config/feeds.yaml" in names
    assert [name for name in names if name.endswith("secrets.env")] == []


def test_installed_program_runs_from_an_empty_directory(program: Path, tmp_path: Path) -> None:
    where = "import straitwatch; print(straitwatch.__file__)"
    python = program.parent / "python"
    assert str(program.parents[1]) in run(python, "-c", where, cwd=tmp_path)
    assert "setup" in run(program, "--help", cwd=tmp_path)

    run(program, "init", "desk", cwd=tmp_path)
    checked = run(program, "check", "--config", "desk", cwd=tmp_path)

    assert "the configuration is good" in checked


def test_installed_program_makes_its_database(program: Path, tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})

    polled = run(program, "run", "--once", "--json", "--config", str(config), cwd=tmp_path)

    assert json.loads(polled)["feeds"] == 0
