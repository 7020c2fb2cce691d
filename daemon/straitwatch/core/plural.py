"""Writes numbers with their nouns."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, such as `1 outlet` or `1,284 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
