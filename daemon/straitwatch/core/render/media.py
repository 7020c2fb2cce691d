"""Escapes values for each medium, the only place where untrusted text meets markup."""

import re
from collections.abc import Callable
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from straitwatch.core.render.text import Address, Link, Marked

_SLACK_LOOKALIKES = str.maketrans({"*": "∗", "`": "ˋ", "~": "∼", "|": "¦"})
_SLACK_MENTION = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)
_SLACK_LINK_LIMIT = 2_600  # title and address together, so that a line fits into a section
_WORD_JOINER = "\u2060"
# Marks that a service may read as a mention, a tag, a link or a command. The word joiner is
# invisible, so that the text remains readable and searchable word by word.
_LIVE = re.compile(r"@(?=\S)|<(?=\S)|\](?=\()|(?<=\w):(?=//)|(?i:javascript)(?=:)|\\(?=\S)")


def slack_text(value: str) -> str:
    """Escape text for mrkdwn."""
    text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SLACK_MENTION.sub(f"@{_WORD_JOINER}", text.translate(_SLACK_LOOKALIKES))


def defang(value: str) -> str:
    """Prevent a text from becoming a mention, a tag or a link in any service."""
    return _LIVE.sub(lambda found: found[0] + _WORD_JOINER, value)


def _slack(value: Any) -> str:
    match value:
        case Link(text=text, url=url):
            words, address = slack_text(str(text)), _slack(url)
            if not address or len(words) + len(address) > _SLACK_LINK_LIMIT:
                return words
            return f"<{address}|{words}>"
        case Marked():
            return _slack_marked(value)
        case Address():
            return value.url.replace("&", "&amp;")
        case _:
            return slack_text(str(value))


def _slack_marked(value: Marked) -> str:
    """Bold the hits. Slack reads `*` at the edge of a word only, so others get a gap."""
    out: list[str] = []
    for index, (text, is_hit) in enumerate(value.parts):
        if not is_hit:
            out.append(slack_text(text))
            continue
        before = value.parts[index - 1][0][-1:] if index else ""
        after = value.parts[index + 1][0][:1] if index + 1 < len(value.parts) else ""
        gaps = ["\u200b" if side.isalnum() else "" for side in (before, after)]
        out.append(f"{gaps[0]}*{slack_text(text)}*{gaps[1]}")
    return "".join(out)


def _html(value: Any) -> Any:
    match value:
        case Link(text=text, url=url):
            words = _html_marked(text)
            return Markup('<a href="{}">{}</a>').format(str(url), words) if url else words
        case Marked():
            return _html_marked(value)
        case Address():
            return value.url
        case _:
            return value  # autoescape does the rest


def _html_marked(value: Marked) -> Markup:
    return Markup("").join(
        Markup("<b>{}</b>").format(text) if is_hit else escape(text) for text, is_hit in value.parts
    )


def _plain(value: Any) -> str:
    return "".join(f"*{text}*" if is_hit else text for text, is_hit in value.parts) \
        if isinstance(value, Marked) else str(value)  # fmt: skip


def _generic(value: Any) -> str:
    return value.url if isinstance(value, Address) else defang(str(value))


_FINALIZERS: dict[str, Callable[[Any], Any]] = {
    "slack": _slack,
    "html": _html,
    "plain": _plain,
    "generic": _generic,
}


def environment(medium: str, load: Callable[[str], str]) -> SandboxedEnvironment:
    """Return a sandbox that escapes for a medium: slack, html, plain or generic.

    Args:
        medium: that the text is for.
        load: reads a template that another one includes, by its name.

    """
    return SandboxedEnvironment(
        loader=FunctionLoader(load),
        autoescape=medium == "html",
        finalize=_FINALIZERS[medium],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
