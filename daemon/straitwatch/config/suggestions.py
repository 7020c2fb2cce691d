"""Suggests known names for an unknown one."""

import difflib
from collections.abc import Iterable


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known word; "" if none is near."""
    words = {word.lower(): word for word in known}
    near = difflib.get_close_matches(written.lower(), words, n=1, cutoff=0.6)
    return f"did you mean `{words[near[0]]}`?" if near else ""


def nearest_or_all(written: str, known: Iterable[str], *, what: str) -> str:
    """Return a hint with the nearest known word, or with the list of known words."""
    names = sorted(known)
    listed = ", ".join(names[:12]) or "none"
    return did_you_mean(written, names) or f"known {what}: {listed}"
