"""Whatever a feed says, a message can be written, and stays a message."""

import json

from hypothesis import given
from hypothesis import strategies as st

from builders.messages import make_alert, make_job
from straitwatch.core.model import Outlet, Quote
from straitwatch.core.normalize.links import clean_url
from straitwatch.core.render import (
    PlainText,
    TextLimits,
    fit_text,
    render_mail,
    render_slack,
    render_text,
)
from straitwatch.core.render.text import marked, safe_url, shown

anything = st.text(st.characters(), max_size=400)
spans = st.lists(st.tuples(st.integers(-5, 400), st.integers(-5, 400)), max_size=6)


@given(anything, spans, anything)
def test_any_text_becomes_a_message(text: str, where: list[tuple[int, int]], url: str) -> None:
    facts = make_alert(
        title=text,
        url=url,
        outlet=Outlet(name=text),
        quote=Quote(text=text, spans=tuple(where)),
        title_spans=tuple(where),
    )
    job = make_job(facts)

    slack = render_slack(job, zone="UTC", templates={})
    mail = render_mail(job, zone="UTC", templates={})
    limits = TextLimits(title=250, body=32_768)
    plain = render_text(job, zone="UTC", templates={}, limits=limits)

    json.dumps(slack, ensure_ascii=False).encode()
    f"{mail.subject}{mail.text}{mail.html}{plain}".encode()
    assert len(mail.subject.splitlines()) == 1
    assert all(len(block["text"]["text"]) <= 3000 for block in slack["blocks"] if "text" in block)


@given(anything, anything, st.integers(0, 300), st.integers(1, 600), st.integers(0, 20))
def test_any_message_fits_into_the_limits_of_a_service(
    title: str, body: str, title_limit: int, body_limit: int, lines: int
) -> None:
    limits = TextLimits(title=title_limit, body=300 + body_limit, lines=lines)
    title = title.replace("\n", " ")[:200]

    fitted = fit_text(PlainText(title=title, body=body), limits)

    joined = fitted.body if title_limit else f"{fitted.title}\r\n{fitted.body}"
    assert units(joined) <= limits.body
    assert not title_limit or units(fitted.title) <= title_limit
    assert not lines or len(fitted.body.split("\n")) <= lines


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(anything)
def test_text_without_hits_is_shown_unchanged(text: str) -> None:
    assert str(marked(text, (), limit=1000)).strip() == shown(text, limit=1000)


@given(anything)
def test_shown_address_is_http_and_stays_inside_its_markup(text: str) -> None:
    for url in (text, f"https://wire.example/{text}"):
        safe = safe_url(url)
        assert safe == "" or safe.startswith(("http://", "https://"))
        assert not set(safe) & set("<>|\"' \n\r\t`\\")


@given(anything)
def test_stored_address_is_shown_unchanged(text: str) -> None:
    stored = clean_url(f"https://wire.example/{text}")

    assert "|" in stored or safe_url(stored) == stored
