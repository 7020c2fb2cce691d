"""Writes numbers with their nouns."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, such as `1 outlet` or `1,284 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def score_words(score: int, threshold: int) -> str:
    """Return a score beside its threshold: `6 of 10 points`, or `24 points, 10 needed`."""
    if score < threshold:
        return f"{score} of {threshold} points"
    return f"{counted(score, 'point')}, {threshold} needed"
