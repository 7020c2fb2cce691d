"""Repairs the text of an XML feed before feedparser reads it.

feedparser recovers from nearly any damage with its second, tag-soup parser, but that takes ten
times as long and may raise exceptions (for example, on numeric surrogate pairs). The common kinds
of damage are few, and each can be repaired without guessing. A valid document is not changed,
except for constructs that hung a parser in measurements: they are removed.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape, unescape
from html.entities import html5

FEED_ROOT = re.compile(r"<((?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel))(?=[\s/>])", re.IGNORECASE)

_OPENERS = re.compile(r"<!\[CDATA\[|<!--|<\?|<!DOCTYPE", re.IGNORECASE)
_CLOSERS = {"<![cdata[": "]]>", "<!--": "-->", "<?": "?>"}
_ENTRY_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>", re.IGNORECASE)
_LAST_START_TAG = re.compile(r"<([A-Za-z_][\w.:-]{0,60})(?:\s[^<>]{0,500})?>\s*\Z")

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURROGATE_PAIR = re.compile(
    r"&#(?:x(d[89ab][0-9a-f]{2})|(5[56]\d{3}));\s?&#(?:x(d[c-f][0-9a-f]{2})|(5[67]\d{3}));",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(#\d{1,8};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][\w.-]{0,40};)?")
_XML_NAMES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_BARE_LESS = re.compile(r"<(?![A-Za-z_/!?])")

_ENTITY = re.compile(
    r"""<!ENTITY\s+([A-Za-z][\w.-]{0,40})\s+(?:"([^"]{0,200})"|'([^']{0,200})')\s*>"""
)
_ENTITY_BUDGET = 1_000_000  # characters that a document's own entities may add
_MAX_ENTITIES = 300

_XMLNS = re.compile(r"""\sxmlns(?::([\w.-]{1,40}))?\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_PREFIX_USE = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,40}):[A-Za-z_][\w.-]*(?=[\s/>=])")
_MAX_PREFIXES = 100  # real feeds declare up to about 30; the cost grows with prefixes x elements
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "a10": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss": "http://purl.org/rss/1.0/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}

# A long run of address characters in an author element makes a regex of feedparser quadratic: 300
# KB took minutes. Real names and addresses are far shorter.
_PERSON = re.compile(
    r"<(/?)((?:[\w.-]{1,40}:)?(?:author|creator|managingeditor|webmaster|publisher|owner|item|entry))"
    r"(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]*>?")
_MAX_PERSON = 500  # characters of text and markup in one author element
_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A document for a strict parser, and its damage."""

    text: str
    is_truncated: bool = False
    too_many: int = 0  # the number of all entries if some were dropped, else 0
    was_sound: bool = False  # it needed no repair


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    text: str
    is_markup: bool  # otherwise a CDATA section


def repair(text: str, root: re.Match[str], *, max_entries: int) -> Repaired:
    """Repair the document with the root element at `root`; drop the text before and after it."""
    entities = _declared_entities(text[: root.start()])
    name = root[1]
    body = text[root.start() :]
    body = _SURROGATE_PAIR.sub(_join_surrogates, body) if "&#" in body else body
    body = _FORBIDDEN.sub("", body)
    pieces = _split(body)
    pieces, is_truncated, too_many = _cut(pieces, name, max_entries)
    pieces = _cap_persons(pieces)
    repair_markup = _make_repairer(entities)
    repaired = [repair_markup(piece.text) if piece.is_markup else piece.text for piece in pieces]
    markup = [t for t, piece in zip(repaired, pieces, strict=True) if piece.is_markup]
    declarations = _missing_declarations("\n".join(markup), len(root[0]))
    repaired[0] = repaired[0][: len(root[0])] + declarations + repaired[0][len(root[0]) :]
    return Repaired(text="".join(repaired), is_truncated=is_truncated, too_many=too_many)


# ---------------------------------------------------------------- markup and CDATA


def _split(body: str) -> list[_Piece]:
    """Separate markup from CDATA, and drop comments, processing instructions and DOCTYPEs.

    An unclosed section ends the search, so the cost is linear.
    """
    pieces: list[_Piece] = []
    markup: list[str] = []
    position = 0
    while opener := _OPENERS.search(body, position):
        kind = opener[0].lower()
        if kind == "<!doctype":  # not valid inside a root element
            markup.append(body[position : opener.start()])
            position = _end_of_tag(body, opener.end())
            continue
        end = body.find(_CLOSERS[kind], opener.end())
        markup.append(body[position : opener.start()])
        if kind == "<![cdata[":
            end, next_position = _cdata_end(body, opener.end(), end, markup[-1])
            pieces.append(_Piece(text="".join(markup), is_markup=True))
            pieces.append(_Piece(text=f"<![CDATA[{body[opener.end() : end]}]]>", is_markup=False))
            markup, position = [], next_position
            continue
        if end < 0:
            position = len(body)
            break
        position = end + len(_CLOSERS[kind])
    markup.append(body[position:])
    pieces.append(_Piece(text="".join(markup), is_markup=True))
    return pieces


def _end_of_tag(body: str, position: int) -> int:
    end = body.find(">", position)
    return len(body) if end < 0 else end + 1


def _cdata_end(body: str, start: int, end: int, before: str) -> tuple[int, int]:
    """Return the end of a CDATA section's text, and the position after the section.

    An unclosed section ends with its element. Otherwise it would include all entries up to the end
    of the next section.
    """
    closed = end >= 0
    inner_end = end if closed else len(body)
    swallowed = body.find("<![CDATA[", start, inner_end)
    if closed and swallowed < 0:
        return end, end + 3
    entry_end = _ENTRY_END.search(body, start, inner_end)
    element = _LAST_START_TAG.search(before[-600:])
    if entry_end is None or element is None:
        return inner_end, end + 3 if closed else len(body)
    close = body.find(f"</{element[1]}", start, entry_end.start())
    stop = entry_end.start() if close < 0 else close
    return stop, stop


# ---------------------------------------------------------------- complete entries only


def _cut(pieces: list[_Piece], root: str, max_entries: int) -> tuple[list[_Piece], bool, int]:
    """Drop text after the root element, an incomplete last entry, and entries beyond the limit.

    Returns the remaining pieces, True if the document is truncated, and `Repaired.too_many`.
    """
    entry = _entry_tag(pieces)
    is_truncated = not _closes(pieces, root)
    ends = _entry_ends(pieces, entry) if entry else []
    if len(ends) > max_entries:
        return _close_after(pieces, ends[max_entries - 1], entry), False, len(ends)
    if not is_truncated:
        return _drop_after_root(pieces, root), False, 0
    if not _ends_early(pieces, ends, entry):
        return pieces, _is_open_ended(pieces, ends), 0
    place = ends[-1] if ends else _first_start(pieces, entry)
    return _close_after(pieces, place, entry), True, 0


def _entry_tag(pieces: list[_Piece]) -> str:
    """Return the qualified tag name of entries in this document; "" if it has none."""
    pattern = re.compile(r"<((?:[\w.-]{1,40}:)?(?:item|entry))(?=[\s/>])", re.IGNORECASE)
    for piece in pieces:
        found = pattern.search(piece.text) if piece.is_markup else None
        if found:
            return found[1]
    return ""


def _closes(pieces: list[_Piece], name: str) -> bool:
    pattern = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE)
    if any(piece.is_markup and pattern.search(piece.text) for piece in reversed(pieces)):
        return True
    return bool(re.match(rf"<{re.escape(name)}(?:\s[^<>]*)?/>", pieces[0].text))


def _entry_ends(pieces: list[_Piece], entry: str) -> list[tuple[int, int]]:
    """Return the ends of entries as pairs of piece number and offset."""
    name = re.escape(entry)
    pattern = re.compile(rf"</{name}\s*>|<{name}(?:\s[^<>]*)?/>", re.IGNORECASE)
    return [
        (index, found.end())
        for index, piece in enumerate(pieces)
        if piece.is_markup
        for found in pattern.finditer(piece.text)
    ]


def _first_start(pieces: list[_Piece], entry: str) -> tuple[int, int]:
    pattern = re.compile(rf"<{re.escape(entry)}(?=[\s/>])", re.IGNORECASE)
    for index, piece in enumerate(pieces):
        found = pattern.search(piece.text) if piece.is_markup and entry else None
        if found:
            return index, found.start()
    return len(pieces) - 1, len(pieces[-1].text)


def _ends_early(pieces: list[_Piece], ends: list[tuple[int, int]], entry: str) -> bool:
    """Return True if an entry begins after the last complete one."""
    if not entry:
        return False
    pattern = re.compile(rf"<{re.escape(entry)}(?=[\s/>])", re.IGNORECASE)
    index, offset = ends[-1] if ends else (0, 0)
    rest = [pieces[index].text[offset:], *(p.text for p in pieces[index + 1 :] if p.is_markup)]
    return any(pattern.search(text) for text in rest)


def _is_open_ended(pieces: list[_Piece], ends: list[tuple[int, int]]) -> bool:
    """Return True unless the document lacks only the end tag of its root."""
    tail = pieces[-1].text if pieces[-1].is_markup else ""
    return not (ends and tail.rstrip().endswith(">") and re.search(r"</[\w.:-]+\s*>\s*\Z", tail))


def _close_after(pieces: list[_Piece], place: tuple[int, int], entry: str) -> list[_Piece]:
    """Keep the pieces up to `place`, and close the elements around the entries."""
    index, offset = place
    kept = [*pieces[:index], _Piece(text=pieces[index].text[:offset], is_markup=True)]
    closing = "".join(f"</{name}>" for name in reversed(_open_elements(kept, entry)))
    return [*kept, _Piece(text=closing, is_markup=True)]


def _open_elements(pieces: list[_Piece], entry: str) -> list[str]:
    """Return the elements that are open at the beginning of the first entry."""
    stack: list[str] = []
    for piece in pieces:
        if not piece.is_markup:
            continue
        for tag in _TAG.finditer(piece.text):
            if tag[2] == entry:
                return stack
            if tag[1]:
                while tag[2] in stack and stack.pop() != tag[2]:
                    pass
            elif not tag[3].endswith("/"):
                stack.append(tag[2])
    return stack


def _drop_after_root(pieces: list[_Piece], root: str) -> list[_Piece]:
    pattern = re.compile(rf"</{re.escape(root)}\s*>", re.IGNORECASE)
    for index in range(len(pieces) - 1, -1, -1):
        ends = list(pattern.finditer(pieces[index].text)) if pieces[index].is_markup else []
        if ends:
            tail = _Piece(text=pieces[index].text[: ends[-1].end()], is_markup=True)
            return [*pieces[:index], tail]
    return pieces


# ---------------------------------------------------------------- characters and references


def _join_surrogates(pair: re.Match[str]) -> str:
    high = int(pair[1], 16) if pair[1] else int(pair[2])
    low = int(pair[3], 16) if pair[3] else int(pair[4])
    units = high.to_bytes(2) + low.to_bytes(2)
    return units.decode("utf-16-be", "replace")


def _make_repairer(entities: dict[str, str]) -> Callable[[str], str]:
    budget = _ENTITY_BUDGET

    def reference(found: re.Match[str]) -> str:
        nonlocal budget
        name = found[1]
        if not name:
            return "&amp;"
        if name in _XML_NAMES:
            return found[0]
        if name.startswith("#"):
            return _numeric(name)
        own = entities.get(name[:-1])
        if own is not None and budget > 0:
            budget -= len(own)
            return own
        known = html5.get(name)
        return known or f"&amp;{name}"

    def repair_markup(markup: str) -> str:
        if "&" in markup:
            markup = _REFERENCE.sub(reference, markup)
        return _BARE_LESS.sub("&lt;", markup)

    return repair_markup


def _cap_persons(pieces: list[_Piece]) -> list[_Piece]:
    """Shorten the content of each author element, over all of its pieces."""
    capped: list[_Piece] = []
    inside, room = "", 0
    for piece in pieces:
        if not piece.is_markup:
            text = piece.text[len("<![CDATA[") : -len("]]>")][:room] if inside else ""
            room -= len(text)
            capped.append(replace(piece, text=f"<![CDATA[{text}]]>") if inside else piece)
            continue
        kept: list[str] = []
        position = 0
        for tag in _PERSON.finditer(piece.text):
            text = _capped(piece.text[position : tag.start()], room if inside else None)
            room -= len(text)
            kept += (text, tag[0])
            position = tag.end()
            inside, room = _person_after(tag, inside, room)
        text = _capped(piece.text[position:], room if inside else None)
        room -= len(text)
        capped.append(replace(piece, text="".join((*kept, text))))
    return capped


def _person_after(tag: re.Match[str], inside: str, room: int) -> tuple[str, int]:
    """Return the author element that is open after `tag`, and the remaining room in it."""
    name = tag[2].lower()
    if name.endswith(("item", "entry")) or (tag[1] and name == inside):
        return "", 0
    if inside or tag[1] or tag[0].endswith("/>"):
        return inside, room
    return name, _MAX_PERSON


def _capped(text: str, room: int | None) -> str:
    if room is None or len(text) <= room:
        return text
    return _ANY_TAG.sub("", text)[: max(room, 0)]


def _numeric(name: str) -> str:
    """Return a numeric reference that XML allows, else U+FFFD or an empty string."""
    code = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
    if code > sys.maxunicode or _FORBIDDEN.match(chr(code)):
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else ""  # noqa: PLR2004 - surrogates
    return f"&{name}"


def _declared_entities(prolog: str) -> dict[str, str]:
    """Return the plain entities that the document declares, as text that is safe inside XML.

    The DOCTYPE itself never reaches a parser, so external and nested entities have no effect.
    """
    found: dict[str, str] = {}
    for declared in _ENTITY.finditer(prolog):
        value = declared[2] if declared[2] is not None else declared[3]
        plain = unescape(value) if re.fullmatch(r"&#\w{1,8};", value) else value
        if "&" not in plain[1:] and "%" not in plain and len(found) < _MAX_ENTITIES:
            found.setdefault(declared[1], escape(plain, quote=True))
    return found


# ---------------------------------------------------------------- namespaces


def _missing_declarations(markup: str, root_length: int) -> str:
    """Return declarations for the prefixes that the root element does not declare."""
    used = set(_PREFIX_USE.findall(markup)) - {"xml", "xmlns"}
    if not used or len(used) > _MAX_PREFIXES:
        return ""
    root_end = markup.find(">", root_length)
    at_root = {found[1] for found in _XMLNS.finditer(markup[: root_end + 1])}
    missing = used - at_root
    if not missing:
        return ""
    elsewhere = {f[1]: f[2] or f[3] or "" for f in _XMLNS.finditer(markup) if f[1] in missing}
    return "".join(
        f' xmlns:{prefix}="{elsewhere.get(prefix) or _namespace(prefix)}"'
        for prefix in sorted(missing)
    )


def _namespace(prefix: str) -> str:
    return _NAMESPACES.get(prefix.lower(), f"urn:undeclared:{prefix}")
