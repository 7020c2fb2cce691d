"""Finds the feed, watch-list, receiver, story or entries that you name."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from straitwatch.config import Settings
from straitwatch.core.model import Feed, Story, WatchList
from straitwatch.errors import UsageError

if TYPE_CHECKING:
    from straitwatch.store import Store


def require_watchlists(names: Iterable[str], watchlists: Iterable[WatchList]) -> None:
    """Reject a name that no watch-list has.

    Raises:
        UsageError: there is no such watch-list.
    """
    known = [watchlist.id for watchlist in watchlists]
    for name in names:
        if name not in known:
            raise UsageError(f"no such watch-list: {name}\nhint: {_choices(known)}")


def require_feed(name: str, config: Settings) -> Feed:
    """Return the feed of this name or address.

    Raises:
        UsageError: there is no such feed.
    """
    for feed in config.feeds:
        if name in (feed.name, feed.url):
            return feed
    raise no_such_feed(name)


def no_such_feed(name: str) -> UsageError:
    """Return the error about a name that no feed has."""
    return UsageError(f"no such feed: {name}\nhint: see `straitwatch feeds list`")


def require_receiver(name: str, known: Collection[str]) -> None:
    """Reject a name that no receiver has.

    Raises:
        UsageError: there is no such receiver.
    """
    if name not in known:
        raise UsageError(f"no such receiver: {name}\nhint: {_choices(sorted(known))}")


def require_story(store: "Store", story_id: str) -> Story:
    """Return a story, or the one that it was merged into.

    Raises:
        UsageError: there is no such story, or more than one begins like this.
    """
    from straitwatch.store import LEAST_ID, current_story  # noqa: PLC0415 - `check` needs no store

    story = store.call(current_story, story_id)
    if story is not None:
        return story
    if len(story_id.rstrip("…")) < LEAST_ID:
        raise UsageError(
            f"too short for the id of a story: {story_id}\n"
            f"hint: give the first {LEAST_ID} characters of its id or more"
        )
    raise UsageError(f"no such story: {story_id}\nhint: see `straitwatch stories list`")


def _choices(names: Iterable[str]) -> str:
    return f"choose from {', '.join(names)}"
