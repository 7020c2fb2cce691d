"""Recognizes a document that differs from the last one only in the text around its entries.

For example, some servers write the time of the request into each document. The text around the
entries changes neither their identity nor their text, so the document need not be parsed.
"""

import re
from hashlib import blake2b

_HASH_BYTES = 16
_FIRST = re.compile(rb"<((?:[\w.-]{1,40}:)?(?:item|entry))[\s/>]")
_MAX_BODY = 1_000_000  # bytes; larger documents are rare and would keep other polls waiting
# Only ASCII text, because other text may decide the encoding; `~` and escapes switch the character
# set in some encodings. The language may decide between links; the others are hints.
_READ = (b"language", b"ttl", b"hour", b"day", b"updatePeriod", b"updateFrequency")
_TEXT = re.compile(b"".join(b"(?<!%b)" % name for name in _READ) + rb">[\t\n\r -;=?-}]++(?=<)")
_PLAIN = re.compile(rb"[\t\n\r -}]*")


def hash_entries(body: bytes, *, context: str) -> bytes:
    """Return a hash of a document without the text around its entries; b"" if it has no entries.

    Args:
        body: the document as it was sent.
        context: its address and other settings that decide how it is read.

    """
    first = _FIRST.search(body) if len(body) <= _MAX_BODY else None
    last = body.rfind(b"</" + first[1]) if first else -1
    if first is None or last < first.start():
        return b""
    around = body[: first.start()], body[last:]
    found = blake2b(context.encode(), digest_size=_HASH_BYTES)
    for part in (*map(_tags, around), body[first.start() : last]):
        found.update(b"%d:" % len(part))
        found.update(part)
    return found.digest()


def _tags(around: bytes) -> bytes:
    return _TEXT.sub(b">", _without_comments(around))


def _without_comments(around: bytes) -> bytes:
    first, *others = around.split(b"<!--")
    kept = [first]
    for part in others:
        comment, closer, rest = part.partition(b"-->")
        is_dropped = closer and _PLAIN.fullmatch(comment)
        kept.append(rest if is_dropped else b"<!--" + part)
    return b"".join(kept)
