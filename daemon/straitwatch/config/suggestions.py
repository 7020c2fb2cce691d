"""Suggestions of known names for an unknown one."""

import difflib
from collections.abc import Iterable


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """Suggest the nearest known word, as a hint; empty when none is near."""
    words = {word.lower(): word for word in known}
    near = difflib.get_close_matches(written.lower(), words, n=1, cutoff=0.6)
    return f"did you mean `{words[near[0]]}`?" if near else ""


def nearest_or_all(written: str, known: Iterable[str], *, what: str) -> str:
    """Suggest the nearest known word, or list what there is."""
    names = sorted(known)
    listed = ", ".join(names[:12]) or "none"
    return did_you_mean(written, names) or f"known {what}: {listed}"
