"""Limit every test to loopback addresses, switch off deadlines, and make a certificate."""

import gc
import ipaddress
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings


def _stay_on_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        return  # a Unix socket
    try:
        is_loopback = ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        is_loopback = address[0] == "localhost"
    if not is_loopback:
        raise RuntimeError(f"a test tried to reach {address[0]}: only loopback is allowed")


sys.addaudithook(_stay_on_loopback)
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]  # a proxy cannot reach the servers of the tests
os.environ.pop("STRAITWATCH_CONFIG", None)
os.environ["XDG_CONFIG_HOME"] = "/nonexistent"  # commands find no configuration of yours
*_processors, _ = structlog.get_config()["processors"]  # until a test configures the logs
_renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*_processors, _renderer])  # rich takes 0.3 s for a traceback
settings.register_profile("untimed", settings(), deadline=None)  # machines are noisy
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """Use two workers a core, because a third of the time is spent waiting for the daemon."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_finish() -> None:
    """Keep the collected tests out of garbage collections: these took a sixth of the CPU time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = [openssl, *options.split(), *subject, "-keyout", path, "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path
