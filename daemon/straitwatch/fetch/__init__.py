"""Room: HTTP in. A feed and its state go in, a `FetchResult` comes out; nothing is raised."""

from straitwatch.fetch.client import Fetcher
from straitwatch.fetch.guard import is_public

__all__ = ["Fetcher", "is_public"]
