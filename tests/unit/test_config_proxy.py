"""Proxies come from `polling.proxy`, or else from the environment."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from builders.configs import write_config
from straitwatch.config import Settings, load_settings
from straitwatch.core.model import Proxies
from straitwatch.errors import ConfigError

PROXY = "http://proxy.example:3128"


def load(directory: Path, *, proxy: str | None = None, **environ: str) -> Settings:
    polling = {} if proxy is None else {"polling": {"proxy": proxy}}
    return load_settings(write_config(directory, feeds={}, **polling), environ=environ)


def proxies(directory: Path, *, proxy: str | None = None, **environ: str) -> Proxies:
    return load(directory, proxy=proxy, **environ).polling.proxies


def test_proxy_of_the_configuration_serves_both_schemes(tmp_path: Path) -> None:
    found = proxies(tmp_path, proxy=PROXY, http_proxy="http://other.example", no_proxy="a, b c")

    assert (found.http, found.https, found.bypass) == (PROXY, PROXY, ("a", "b", "c"))
    assert found.source == "polling.proxy"


def test_proxy_may_hold_a_variable(tmp_path: Path) -> None:
    found = proxies(tmp_path, proxy="http://desk:${PASSWORD}@proxy.example", PASSWORD="p")

    assert found.https == "http://desk:p@proxy.example"


@pytest.mark.parametrize(
    ("environ", "http", "https"),
    [
        ({"http_proxy": PROXY}, PROXY, ""),
        ({"HTTPS_PROXY": PROXY}, "", PROXY),
        ({"all_proxy": PROXY, "https_proxy": "http://s.example"}, PROXY, "http://s.example"),
        ({"http_proxy": "proxy.example:3128"}, PROXY, ""),
        ({"http_proxy": "", "HTTP_PROXY": PROXY}, "", ""),
        ({"http_proxy": PROXY, "HTTP_PROXY": "http://upper.example"}, PROXY, ""),
        ({"all_proxy": "socks5://127.0.0.1:1080"}, "", ""),
        ({}, "", ""),
    ],
)
def test_proxies_of_the_environment(
    tmp_path: Path, environ: Mapping[str, str], http: str, https: str
) -> None:
    found = proxies(tmp_path, **environ)

    assert (found.http, found.https) == (http, https)


def test_proxy_none_ignores_the_environment(tmp_path: Path) -> None:
    assert proxies(tmp_path, proxy="none", http_proxy=PROXY).http == ""


def test_unusable_proxy_of_the_environment_is_a_warning(tmp_path: Path) -> None:
    settings = load(tmp_path, all_proxy="socks5://127.0.0.1:1080")

    assert [notice.message for notice in settings.notices if "proxy" in notice.message] == [
        "all_proxy of the environment is not used: it names no HTTP proxy"
    ]


@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ("socks5://proxy.example:1080", "a SOCKS proxy cannot be used"),
        ("proxy.example:3128", "not the address of a proxy"),
        ("http://", "not the address of a proxy"),
        ("http://proxy.example:99999", "not the address of a proxy"),
        ("${UNSET}", "UNSET is not set"),
    ],
)
def test_unusable_proxy_of_the_configuration_is_an_error(
    tmp_path: Path, proxy: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, proxy=proxy)


def test_password_of_a_proxy_is_not_stored(tmp_path: Path) -> None:
    settings = load(tmp_path, proxy="http://desk:topsecret@proxy.example")

    assert "topsecret" not in settings.text + repr(settings)
