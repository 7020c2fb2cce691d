"""Splits reports off a story and describes the outcome."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from straitwatch import store as db
from straitwatch.app.activate import activate
from straitwatch.cli.acting import new_action
from straitwatch.cli.lookup import require_story
from straitwatch.clock import utc_now
from straitwatch.config import Config, Settings
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.model import ActionKind, Release, Story
from straitwatch.core.plural import counted
from straitwatch.core.reasons import REASONS
from straitwatch.core.rules import Rules
from straitwatch.errors import UsageError
from straitwatch.pipeline import SplitOff, act, alert_story


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The story that was split off."""

    story: Story
    release: Release | None  # with an alert
    reports: int  # of the new story
    of_reports: int  # of the old story before
    is_new: bool  # else it was split off before

    @property
    def outcome(self) -> str:
        """A sentence about the reports."""
        if not self.is_new:
            return f"already split off: story {self.story.id}"
        are = "is" if self.reports == 1 else "are"
        total = counted(self.of_reports, "report")
        return f"{self.reports} of {total} {are} now story {self.story.id}"

    @property
    def receivers(self) -> list[str]:
        """The receivers and recipients of the alert, each with the reason for holding it."""
        if self.release is None:
            return []
        return list(
            dict.fromkeys(
                " ".join(filter(None, (delivery.receiver, delivery.recipient)))
                + (f" (held: {delivery.state_reason})" if delivery.not_before else "")
                for delivery in self.release.deliveries
            )
        )

    def alert_outcome(self, arguments: Sequence[str]) -> str:
        """Return a sentence about the alert of the new story, or the command that sends it."""
        if self.receivers:
            return f"queued for {', '.join(self.receivers)} (the daemon sends it)"
        if self.release is not None:
            decision = next(iter(self.release.decisions.values()))
            return f"no alert: {decision.reason} ({REASONS[decision.reason].long})"
        if self.story.revision:
            return f"its alert was sent; see `straitwatch stories show {self.story.id}`"
        command = shlex.join(["straitwatch", "stories", "split", *arguments, "--alert"])
        return f"no alert was sent about it; to send one: {command}"


def split_off(store: db.Store, settings: Settings, story_id: str, reports: Sequence[str]) -> Split:
    """Move reports to a story of their own; with compiled watch-lists, send an alert about it.

    Raises:
        UsageError: there is no such story or report, or the story would have no report left.
    """
    rules = activate(settings).rules if isinstance(settings, Config) else None
    story_id = require_story(store, story_id).id
    members = store.call(db.story_entries, story_id)
    former = store.call(db.split_entries, story_id)
    found = [_find([*members, *former], name, story_id) for name in reports]
    moved = [stored.entry.id for stored in found if stored in members]
    if moved:
        result = _split_now(store, settings, story_id, moved, rules=rules)
    else:
        result = store.call(_split_before, found, rules)
    if result is None:
        raise UsageError(f"{story_id} would have no report left\nhint: name fewer reports")
    return Split(
        story=result.story,
        release=result.release,
        reports=len(store.call(db.story_entries, result.story.id)),
        of_reports=len(members),
        is_new=bool(moved),
    )


def _split_now(
    store: db.Store,
    settings: Settings,
    story_id: str,
    moved: Sequence[str],
    *,
    rules: Rules | None,
) -> SplitOff | None:
    wanted = new_action(ActionKind.SPLIT, story_id=story_id, reports=tuple(moved))
    result = store.call(act, wanted, beat=compile_beat(settings.beat), rules=rules)
    if result.action is None:
        return None
    story = store.call(db.current_story, result.action.other_story_id)
    return SplitOff(story=story, release=result.release) if story else None


def _split_before(
    tx: db.Transaction, found: list[db.StoredEntry], rules: Rules | None
) -> SplitOff | None:
    """Return the story of reports that were split off before; with rules, send it once."""
    story_id = next(stored.fold.story_id for stored in found if stored.fold)
    release = alert_story(tx, story_id, rules=rules, now=utc_now()) if rules else None
    story = db.current_story(tx, story_id)
    return SplitOff(story=story, release=release) if story else None


def _find(entries: list[db.StoredEntry], name: str, story_id: str) -> db.StoredEntry:
    for stored in entries:
        if name in (stored.entry.id, stored.entry.url, stored.entry.title):
            return stored
    raise UsageError(
        f"not a report of {story_id}: {name}\nhint: see `straitwatch stories show {story_id}`"
    )
