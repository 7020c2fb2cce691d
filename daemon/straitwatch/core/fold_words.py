"""Says why a report is in its story, in the words of the report."""

import re
from dataclasses import replace

from straitwatch.core.cluster.text import has_cjk
from straitwatch.core.model import Entry, Fold

_WORD = re.compile(r"[^\W\d_]+")


def describe_fold(fold: Fold | None, entry: Entry) -> str:
    """Return the reason why a report is in its story; stems are replaced by the report's words."""
    if fold is None:
        return ""
    words = _WORD.findall(f"{entry.title} {entry.summary}".casefold())
    evidence = tuple(
        term if has_cjk(term) else next((word for word in words if word.startswith(term)), term)
        for term in fold.evidence
    )
    return str(replace(fold, evidence=evidence))
