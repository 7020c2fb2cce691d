"""Helpers for the word patterns of this package."""

import re


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Compile a pattern that matches any of the alternatives, in any case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


# A label opens a title, bare or in brackets, and a mark after it closes it.
OPEN = r"^[\s\W]{0,3}"
CLOSE = r"\s*(?:[:：︰|｜》】〉」』〕\]\)）/／;]|\s[-–—]\s|[-–—]\s)"
