"""Fetches feeds over HTTP; every outcome is a `FetchResult`, and no exception is raised."""

from straitwatch.fetch.client import Fetcher
from straitwatch.fetch.guard import is_public

__all__ = ["Fetcher", "is_public"]
