"""Room: HTTP in. A feed and its state go in, a `FetchResult` comes out; nothing is raised."""

from straitwatch.fetch.client import Fetcher
from straitwatch.fetch.guard import is_public
from straitwatch.fetch.ping import ping

__all__ = ["Fetcher", "is_public", "ping"]
