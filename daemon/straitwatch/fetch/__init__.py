"""Fetches feeds over HTTP; every outcome is a `FetchResult`, and no exception is raised."""

from straitwatch.fetch.client import Fetcher
from straitwatch.fetch.guard import is_public
from straitwatch.fetch.page import PageFetcher, is_html

__all__ = ["Fetcher", "PageFetcher", "is_html", "is_public"]
