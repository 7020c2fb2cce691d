"""`./dev` on incomplete machines names the missing package in one line."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASH = shutil.which("bash") or "/bin/bash"
TOOLS = ("bash", "cat", "cksum", "dirname", "grep", "awk", "tee", "tail")


class Machine:
    """A folder with the project's start files, and a PATH with only a few tools."""

    def __init__(self, directory: Path) -> None:
        self.bin = directory / "bin"
        self.project = directory / "a project"  # a space in the path, as people have it
        self.bin.mkdir()
        self.project.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)
        for name in ("dev", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, self.project)

    def program(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!{BASH}\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def dev(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BASH, str(self.project / "dev"), *arguments],
            cwd=self.bin,
            env={"PATH": str(self.bin), "HOME": str(self.project)},
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self, script: str) -> None:
        """Make a .venv that fits the locks; its `straitwatch` runs a script."""
        venv = self.project / ".venv"
        (venv / "bin").mkdir(parents=True)
        sums = [
            subprocess.run(
                ["cksum"], input=(self.project / name).read_bytes(), capture_output=True, check=True
            ).stdout.decode()
            for name in ("requirements-dev.lock", "pyproject.toml")
        ]
        stamp = f"{self.project}\n{''.join(sums)}"
        (venv / ".made-by-dev").write_text(stamp, encoding="utf-8")
        program = venv / "bin/straitwatch"
        program.write_text(f"#!{BASH}\n{script}\n", encoding="utf-8")
        program.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_help_needs_no_environment_and_works_from_any_directory(machine: Machine) -> None:
    result = machine.dev("help")

    assert result.returncode == 0
    assert "usage: ./dev COMMAND" in result.stdout


def test_unknown_command_is_refused(machine: Machine) -> None:
    result = machine.dev("tset")

    assert result.returncode == 1
    assert result.stderr.endswith("dev: no such command: tset\n")


def test_setup_without_python_names_the_package_to_install(machine: Machine) -> None:
    result = machine.dev("setup")

    assert result.returncode == 1
    assert "Python 3.11 or newer is needed; on Debian and Ubuntu: apt-get install" in result.stderr
    assert result.stderr.count("\n") == 1


def test_failing_shim_is_not_a_python(machine: Machine) -> None:
    machine.program("python3.13", "echo 'shim: python3.13: command not found' >&2; exit 127")

    result = machine.dev("setup")

    assert "Python 3.11 or newer is needed" in result.stderr
    assert "shim" not in result.stderr


def test_python_without_venv_is_named_with_the_missing_package(machine: Machine) -> None:
    machine.program("python3", "[[ $2 == *ensurepip* ]] && exit 1; exit 0")

    result = machine.dev("test")

    assert result.returncode == 1
    assert result.stderr == (
        "dev: python3 has no venv; on Debian and Ubuntu: apt-get install python3-venv, "
        "then try again\n"
    )


def test_environment_that_fits_the_locks_is_used(machine: Machine) -> None:
    machine.program("python3", "exit 1")
    machine.environment("exit 1")

    result = machine.dev("setup")

    assert (result.returncode, result.stderr) == (0, "")


def test_scripts_can_be_executed() -> None:
    assert all(os.access(ROOT / name, os.X_OK) for name in ("dev", ".ci/run"))


def test_daemon_finds_its_configuration_by_itself(machine: Machine) -> None:
    machine.environment('echo "$@"')

    result = machine.dev("run", "--once")

    assert (result.stdout, result.stderr) == ("run --once\n", "")
