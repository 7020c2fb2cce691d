"""Compiles the word patterns of this package."""

import re


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Compile a pattern that matches any of the alternatives, in any case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


# A label begins a title, with or without brackets, and ends with a mark.
OPEN = r"^[\s\W]{0,3}"
CLOSE = r"\s*(?:[:：︰|｜》】〉」』〕\]\)）/／;]|\s[-–—]\s|[-–—]\s)"
