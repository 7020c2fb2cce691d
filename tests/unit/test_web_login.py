"""Who may see the pages: on loopback everybody, elsewhere people with a token or a proxy's name."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders.configs import write_config
from builders.store import NOW
from builders.web import get, make_desk, post, served
from straitwatch.config import load_config
from straitwatch.core.model import WebAccess
from straitwatch.errors import ConfigError
from straitwatch.store import Store
from straitwatch.web import Desk
from straitwatch.web.login import find_user

TOKEN = "a-token-that-is-long"
CLOSED = WebAccess(token=TOKEN)
PROXIED = WebAccess(user_header="X-User", is_loopback=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("login")
    config = load_config(write_config(folder, feeds={}), environ={})
    store = Store.open(config.database)
    yield make_desk(store, config)
    store.close()


def behind(place: Desk, access: WebAccess) -> Desk:
    config = replace(place.config(), web_access=access)
    return replace(place, config=lambda: config)


async def test_page_elsewhere_than_on_loopback_needs_a_login(place: Desk) -> None:
    async with served(behind(place, WebAccess(is_loopback=False))) as session:
        status, text = await get(session, "/")
        healthy = await get(session, "/healthz")

    assert status == 403
    assert "set `web: {token: ...}`" in text
    assert healthy[0] == 200


@pytest.mark.parametrize(
    ("address", "user"), [("127.0.0.1", ""), ("::1", ""), ("192.0.2.7", None), ("fd00::7", None)]
)
def test_request_over_the_network_needs_a_login_whatever_a_reload_says(
    address: str, user: str | None
) -> None:
    scope = {"type": "http", "headers": [], "server": (address, 8650)}

    assert find_user(scope, WebAccess(is_loopback=True), NOW) == user


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP"]
)
async def test_request_that_a_proxy_forwards_needs_a_login(place: Desk, header: str) -> None:
    async with (
        served(place) as session,
        session.get("/", headers={header: "192.0.2.7"}) as answer,
    ):
        assert answer.status == 403


async def test_browser_without_login_is_led_to_the_form_and_back(place: Desk) -> None:
    async with served(behind(place, CLOSED)) as session:
        headers = {"Accept": "text/html"}
        async with session.get("/?q=a&list=b", headers=headers) as answer:
            assert answer.url.path == "/login"
            wanted = answer.url.query["next"]
        async with session.post("/login", data={"token": TOKEN, "next": wanted}) as answer:
            assert (answer.status, str(answer.url.relative())) == (200, "/?q=a&list=b")


async def test_token_that_is_wrong_opens_no_page(place: Desk) -> None:
    async with served(behind(place, CLOSED)) as session:
        status, page = await post(session, "/login", token="another-token-of-mine")
        after = await get(session, "/")

    assert (status, after[0]) == (401, 401)
    assert "This token is wrong" in page


async def test_login_keeps_a_name_and_ends_with_the_token(place: Desk) -> None:
    async with served(behind(place, CLOSED)) as session:
        _, page = await post(session, "/login", token=TOKEN, name="Lin <b>")
        (cookie,) = session.cookie_jar
    async with served(behind(place, WebAccess(token="another-token-of-mine"))) as session:
        headers = {"Cookie": f"straitwatch={cookie.value}"}
        async with session.get("/", headers=headers) as answer:
            assert answer.status == 401

    assert "Lin &lt;b&gt;" in page
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"


async def test_login_ends_after_30_days(place: Desk) -> None:
    async with served(behind(place, CLOSED)) as session:
        await post(session, "/login", token=TOKEN)
        (cookie,) = session.cookie_jar
    later = replace(behind(place, CLOSED), clock=lambda: NOW + timedelta(days=31))
    async with served(later) as session:
        headers = {"Cookie": f"straitwatch={cookie.value}"}
        async with session.get("/", headers=headers) as answer:
            assert answer.status == 401


@pytest.mark.parametrize("cookie", ["", "x", "..", "9999999999..", "9999999999.TGlu.0000", "é.é.é"])
async def test_cookie_that_is_forged_opens_no_page(place: Desk, cookie: str) -> None:
    headers = {"Cookie": f"straitwatch={cookie}"}
    async with (
        served(behind(place, CLOSED)) as session,
        session.get("/", headers=headers) as answer,
    ):
        assert answer.status == 401


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"Basic {base64.b64encode(f'reader:{TOKEN}'.encode()).decode()}", 200),
        ("Bearer wrong", 401),
        ("Basic !!", 401),
        ("Digest x", 401),
    ],
)
async def test_feed_reader_sends_the_token(place: Desk, value: str, status: int) -> None:
    async with (
        served(behind(place, CLOSED)) as session,
        session.get("/alerts.rss", headers={"Authorization": value}) as answer,
    ):
        assert answer.status == status


async def test_name_of_a_trusted_proxy_is_the_login(place: Desk) -> None:
    async with served(behind(place, PROXIED)) as session:
        async with session.get("/", headers={"X-User": "lin"}) as answer:
            assert "<p>lin</p>" in await answer.text()
        assert (await get(session, "/"))[0] == 403


async def test_proxy_may_be_in_a_network(place: Desk) -> None:
    access = replace(PROXIED, proxies=("192.0.2.0/24", "127.0.0.0/8"))
    async with (
        served(behind(place, access)) as session,
        session.get("/", headers={"X-User": "Zoë 林"}) as answer,
    ):
        assert "<p>Zoë 林</p>" in await answer.text()


async def test_name_from_another_address_is_ignored(place: Desk) -> None:
    async with served(behind(place, replace(PROXIED, proxies=("192.0.2.1",)))) as session:
        headers = {"X-User": "lin", "X-Forwarded-For": "192.0.2.1"}
        async with session.get("/", headers=headers) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_login_leads_to_no_other_site(place: Desk, target: str) -> None:
    async with served(behind(place, CLOSED)) as session:
        data = {"token": TOKEN, "next": target}
        async with session.post("/login", data=data, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("web", "is_open"),
    [
        ({"listen": "127.0.0.1:1"}, True),
        ({"listen": "[::1]:1"}, True),
        ({"listen": "localhost:1"}, True),
        ({"listen": "0.0.0.0:1"}, False),
        ({"listen": "news.example:1"}, False),
        ({"hosts": ["localhost", "desk.localhost", "127.0.0.1"]}, True),
        ({"hosts": ["watch.example.org"]}, False),
        ({"page_url": "http://[::1]:8650"}, True),
        ({"page_url": "https://watch.example.org"}, False),
    ],
)
def test_pages_are_open_on_loopback_only(
    tmp_path: Path, web: dict[str, Any], is_open: bool
) -> None:
    config = load_config(write_config(tmp_path, feeds={}, web=web), environ={})

    assert config.web_access.is_open is is_open


def test_token_is_read_from_the_environment_and_not_stored(tmp_path: Path) -> None:
    written = write_config(tmp_path, feeds={}, web={"token": TOKEN})

    config = load_config(written, environ={})

    assert config.web_access.token == TOKEN
    assert TOKEN not in config.text
    assert TOKEN not in repr(config)


def test_token_that_is_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the token is too short"):
        load_config(write_config(tmp_path, feeds={}, web={"token": "secret"}), environ={})


@pytest.mark.parametrize(
    ("web", "warnings"),
    [
        ({"listen": "0.0.0.0:1"}, 1),
        ({"listen": "0.0.0.0:1", "token": TOKEN}, 0),
        ({"listen": "0.0.0.0:1", "user_header": "X-User"}, 0),
        ({"page_url": "https://watch.example.org"}, 1),
        ({"hosts": ["watch.example.org"]}, 1),
        ({"hosts": ["watch.example.org"], "token": TOKEN}, 0),
        ({"listen": ""}, 0),
    ],
)
def test_pages_without_any_login_are_a_warning(
    tmp_path: Path, web: dict[str, Any], warnings: int
) -> None:
    config = load_config(write_config(tmp_path, feeds={}, web=web), environ={})

    found = [notice for notice in config.notices if "the pages are closed" in notice.message]
    assert len(found) == warnings


@pytest.mark.parametrize(
    ("web", "warnings"),
    [
        ({"public_url": "https://watch.example.org"}, 1),
        ({"public_url": "https://watch.example.org", "token": TOKEN}, 0),
        ({"public_url": "http://127.0.0.1:8650"}, 0),
    ],
)
def test_address_for_hubs_is_a_warning_while_the_pages_have_no_login(
    tmp_path: Path, web: dict[str, Any], warnings: int
) -> None:
    config = load_config(write_config(tmp_path, feeds={}, web=web), environ={})

    found = [notice for notice in config.notices if "`public_url` publishes" in notice.message]
    assert len(found) == warnings
    assert config.web_access.is_open is ("token" not in web)
