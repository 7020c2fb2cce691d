"""Converts markup to plain text that people and the matcher read the same way.

The time is linear on hostile input, unlike that of a DOM: 100,000 nested `<div>` (0.5 MB) took
Lexbor 29 s.
"""

import html
import re
import unicodedata

from straitwatch.core.normalize.unwrap import unwrap

_TAGS = (
    "a|abbr|acronym|address|area|article|aside|audio|b|bdi|bdo|big|blink|blockquote|body|br|button|"
    "canvas|caption|center|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|embed|fieldset|"
    "figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|"
    "input|ins|kbd|label|legend|li|link|main|map|mark|marquee|meta|nav|nobr|noscript|object|ol|"
    "option|p|param|picture|pre|q|rp|rt|ruby|s|samp|script|section|select|small|source|span|"
    "strike|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|title|"
    "tr|track|tt|u|ul|var|video|wbr|[a-z][a-z0-9]*[:-][a-z][a-z0-9:-]*"
)
# Only HTML tags and tags with a prefix are markup, because "Vec<String>" may be a title.
_MARKUP = re.compile(rf"</?(?:{_TAGS})(?:\s|/?>)|<!--|<!\[CDATA\[|<!doctype|<\?xml", re.IGNORECASE)
_BLOCK = re.compile(
    r"<(?:br|/?(?:p|div|li|ul|ol|dl|dt|dd|h[1-6]|tr|table|blockquote|pre|section|article|hr|"
    r"figure|figcaption|header|footer|address))(?=[\s/>])",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?t[dh](?=[\s/>])", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style|template|head|del)(?=[\s/>])", re.IGNORECASE)
# Ruby readings and footnote marks are written inside a word, but do not belong to it.
_READING = re.compile(
    r"<(?:rt|rp|rtc)(?=[\s/>])[^<>]{0,500}>(?:[^<]|<(?!/?(?:rt|rp|rtc|rb|ruby)[\s/>]))*+"
    r"(?:</(?:rt|rp|rtc)\s*>|(?=<(?:rt|rp|rtc|rb|/ruby|/rtc)[\s/>]))",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"<sup(?:\s[^<>]{0,500})?>\s{0,9}+(?:"
    r"(?:<a\s[^<>]{0,500}>\s{0,9}+)?(?:[\[(][^<>\[\]()]{1,12}[\])]|[*†‡]{1,3})(?:\s{0,9}+</a\s{0,9}>)?"
    r"|<a\s[^<>]{0,500}>\s{0,9}+\d{1,3}\s{0,9}+</a\s{0,9}>"
    r")\s{0,9}+</sup\s{0,9}>",
    re.IGNORECASE,
)
# A text declared as plain is still markup if it closes an element or has a picture.
_SURELY_MARKUP = re.compile(
    r"</(?:p|div|a|b|i|em|strong|span|ul|ol|li|table|blockquote|h[1-6]|figure)\s*>|"
    r"<img\s[^<>]{0,500}src=",
    re.IGNORECASE,
)
# Quoted values may contain ">"; their length is bounded so that an open quote costs little.
_TAG = re.compile(
    r"<(?:!doctype|\?|/?[A-Za-z])[^<>\"']*+"
    r"(?:(?:\"[^\"<>]{0,2000}+\"|\"[^\"]{0,2000}+\"|'[^']{0,2000}+')[^<>\"']*+)*+>"
    r"|</?[A-Za-z][^<>]{0,2000}+>",
    re.IGNORECASE,
)
_CUT_TAG = re.compile(r"<(?:!--|/?[A-Za-z])[^<>]*\Z")
_SURELY_CUT_TAG = re.compile(r"</?[A-Za-z][\w:-]{0,40}(?:\s+[\w:-]{1,40}\s*=[^<>]*)?\Z")

_LINK = re.compile(
    r"<a\s[^<>]{0,300}?href\s*=\s*(?:\"([^\"<>]{1,2000})\"|'([^'<>]{1,2000})'|([^\s\"'<>]{1,2000}))",
    re.IGNORECASE,
)
_LINK_LEAD = 4_000  # characters of markup searched for links: the lead names its source
_MAX_LINKS = 50

_SURROGATES = re.compile("[\ud800-\udfff]")
_REFERENCE_PAIR = re.compile(
    r"&#(x?)(d[89ab][0-9a-f]{2}|5[56]\d{3});&#\1(d[c-f][0-9a-f]{2}|5[67]\d{3});", re.IGNORECASE
)
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff]"
)
# Joiners are part of Arabic and Indic words and of emoji; elsewhere they only hide words.
_JOINED = (
    "\u0600-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe0f"
    "\ufe70-\ufefc\u2600-\u27bf\U0001f000-\U0001faff"
)
_STRAY_JOINER = re.compile(
    f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}\u2640-\u2642])"
)
_COMBINING = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0730-\u074a\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe20-\ufe2f"
)
_MAX_MARKS = 4  # on one letter; Vietnamese and Hebrew need up to three
_STACKED = re.compile(f"([{_COMBINING}]{{{_MAX_MARKS}}})[{_COMBINING}]+")
# The characters of `_INVISIBLE` that Python counts as printable.
_PRINTABLE_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\uffa0\U000e0100-\U000e01ef]"
)
_SPACES = "\n\r\t\xa0\u3000"  # frequent, and not printable for Python
_MAX_ROUNDS = 2  # of unescaping; feeds escape twice, hardly ever three times
_RAW_PER_CHARACTER = 40  # characters of markup read for each character of the limit
_ELLIPSIS = "…"


def clean_title(value: str, *, limit: int = 300, is_plain: bool = False) -> str:
    """Return one line of plain text; tags in a plain title are kept as text."""
    if not value:
        return ""
    text = _clean_plain(value, limit) if is_plain else _clean_markup(value, limit, keeps_rest=True)
    return cut(" ".join(text.split()), limit=limit)


def clean_text(value: str, *, limit: int, is_plain: bool = False) -> str:
    """Return plain text, with one line per block of markup or paragraph of plain text."""
    if not value:
        return ""
    is_text = is_plain and not _SURELY_MARKUP.search(value)
    text = _clean_plain(value, limit) if is_text else _clean_markup(value, limit)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    if is_text or not _MARKUP.search(value):
        lines = unwrap(lines)
    return cut("\n".join(line for line in lines if line), limit=limit)


def links_in(markup: str) -> list[str]:
    """Return the addresses of the first links in markup, as written."""
    if "href" not in markup and "HREF" not in markup:
        return []
    text = markup[:_LINK_LEAD]
    found = _LINK.findall(_unescape(text) if "&lt;" in text else text)
    return [quoted or single or bare for quoted, single, bare in found[:_MAX_LINKS]]


def cut(text: str, *, limit: int) -> str:
    """Shorten a text and add an ellipsis; cut between words if one ends in the last fifth."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        end = max(head.rfind(" "), head.rfind("\n"))
        head = head[:end] if end > limit * 4 // 5 else head
    return head.rstrip() + _ELLIPSIS


def _clean_plain(value: str, limit: int) -> str:
    return _drop_invisible(value[: limit * _RAW_PER_CHARACTER])


def _clean_markup(value: str, limit: int, *, keeps_rest: bool = False) -> str:
    text = value[: limit * _RAW_PER_CHARACTER]
    for at in range(_MAX_ROUNDS):
        before = text
        is_sure = not (at and keeps_rest) or _SURELY_MARKUP.search(text)
        if "<" in text and is_sure and _MARKUP.search(text):
            text = _strip(text, keeps_rest=keeps_rest)
        if "&" in text:
            text = _unescape(text)
        if text == before:
            break
    if "<" in text and _MARKUP.search(text) and (not keeps_rest or _SURELY_MARKUP.search(text)):
        text = _strip(text, keeps_rest=keeps_rest)
    return _drop_invisible(text)


def _strip(text: str, *, keeps_rest: bool) -> str:
    """Drop tags, comments and hidden elements, and begin a new line for each block.

    With `keeps_rest`, the text after an unclosed hidden element is kept.
    """
    text = text.replace("\r", " ").replace("\n", " ")
    text = _without(text, "<!--", "-->", keeps_rest=keeps_rest)
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    text = _without_hidden(text, keeps_rest=keeps_rest)
    text = _FOOTNOTE.sub("", _READING.sub("", text))
    text = _BLOCK.sub(lambda tag: "\n" + tag[0], text)
    text = _CELL.sub(lambda tag: " " + tag[0], text)
    cut_tag = _SURELY_CUT_TAG if keeps_rest else _CUT_TAG
    return cut_tag.sub("", _TAG.sub("", text))


def _without(text: str, opener: str, closer: str, *, keeps_rest: bool) -> str:
    kept: list[str] = []
    position = 0
    while (start := text.find(opener, position)) >= 0:
        kept.append(text[position:start])
        end = text.find(closer, start + len(opener))
        if end < 0:
            return "".join((*kept, text[start:] if keeps_rest else ""))
        position = end + len(closer)
    return "".join((*kept, text[position:]))


def _without_hidden(text: str, *, keeps_rest: bool) -> str:
    kept: list[str] = []
    position = 0
    while found := _HIDDEN.search(text, position):
        kept.append(text[position : found.start()])
        end = re.compile(rf"</{found[1]}\s*>", re.IGNORECASE).search(text, found.end())
        if end is None:
            return "".join((*kept, text[found.start() :] if keeps_rest else ""))
        position = end.end()
    return "".join((*kept, text[position:]))


def _unescape(text: str) -> str:
    return html.unescape(_REFERENCE_PAIR.sub(_join_pair, text) if "&#" in text else text)


def _join_pair(pair: re.Match[str]) -> str:
    base = 16 if pair[1] else 10
    try:
        high, low = int(pair[2], base), int(pair[3], base)
    except ValueError:
        return pair[0]
    units = high.to_bytes(2) + low.to_bytes(2)
    return units.decode("utf-16-be", "replace")


def _drop_invisible(text: str) -> str:
    """Compose letters and drop invisible characters."""
    if not _is_printable(text):
        text = _drop_unprintable(text)
    elif text.isascii():
        return text
    text = _STACKED.sub(r"\1", text)  # before composing: sorting marks is quadratic
    return unicodedata.normalize("NFC", text)


def _is_printable(text: str) -> bool:
    """Return True if a text has no invisible characters, without a search for each kind."""
    words = text
    for space in _SPACES:
        words = words.replace(space, " ")
    return words.isprintable() and (text.isascii() or not _PRINTABLE_INVISIBLE.search(text))


def _drop_unprintable(text: str) -> str:
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    has_joiners = "\u200c" in text or "\u200d" in text
    return _STRAY_JOINER.sub("", text) if has_joiners else text
