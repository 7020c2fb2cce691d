"""Whether the pages of entries are fetched and matched, as configured."""

from enum import StrEnum


class FullText(StrEnum):
    """When the page of a new entry is fetched, so that lists can match the article's text."""

    AUTO = "auto"  # if title and summary are too thin to decide, or a list nearly fires
    ALWAYS = "always"
    NEVER = "never"
