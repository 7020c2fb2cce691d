"""Limit every test to loopback addresses, and switch off hypothesis deadlines."""

import ipaddress
import os
import sys
from typing import Any

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
settings.register_profile("untimed", settings(), deadline=None)  # machines are noisy
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """Use two workers a core, because a third of the time is spent waiting for the daemon."""
    return 2 * (os.cpu_count() or 1)
