"""Carries out the actions of people, each once, and undoes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from straitwatch import store as db
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.model import (
    ActionKind,
    BeforeMerge,
    ManualAction,
    Mark,
    Release,
    Silence,
    Story,
    Verdict,
)
from straitwatch.core.policy import MUTE_FOR, SNOOZE_FOR
from straitwatch.core.rules import Rules
from straitwatch.pipeline.corrections import merge_stories, unmerge_stories
from straitwatch.pipeline.release import split_reports
from straitwatch.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """The recorded action, or the reason why there is none."""

    action: ManualAction | None = None
    is_repeat: bool = False  # it was carried out before
    problem: str = ""  # why it was not carried out
    release: Release | None = None  # the alert on reports that were split off, if requested


def act(
    tx: Transaction, wanted: ManualAction, *, beat: CompiledBeat, rules: Rules | None = None
) -> ActionResult:
    """Carry out an action and record it, in one transaction; a repeated request changes nothing.

    With rules, an alert is sent about reports that are split off.
    """
    tx.is_durable = True
    db.fold_lock(tx)  # one replica at a time, so that two copies of a request act once
    if known := db.find_action(tx, wanted.id):
        return ActionResult(action=known, is_repeat=True)
    wanted = _with_current_stories(tx, wanted)
    result = _carry_out(tx, wanted, beat, rules)
    if result.action:
        db.add_action(tx, result.action)
    return result


def undo(
    tx: Transaction, action_id: str, *, author: str, now: datetime, beat: CompiledBeat
) -> ActionResult:
    """Undo an action; undoing it again changes nothing."""
    tx.is_durable = True
    db.fold_lock(tx)
    action = db.find_action(tx, action_id)
    if action is None:
        return ActionResult(problem=f"no such action: {action_id}")
    if action.undone_at:
        return ActionResult(action=action, is_repeat=True)
    if problem := _take_back(tx, action, db.Signature(made_at=now, author=author), beat):
        return ActionResult(problem=problem)
    db.note_undone(tx, action, author=author, now=now)
    return ActionResult(action=replace(action, undone_at=now, undone_by=author))


def _with_current_stories(tx: Transaction, wanted: ManualAction) -> ManualAction:
    """Return the request with the stories into which its stories were merged."""
    found = [
        db.current_story(tx, story_id) if story_id else None
        for story_id in (wanted.story_id, wanted.other_story_id)
    ]
    ids = [story.id if story else "" for story in found]
    return replace(wanted, story_id=ids[0], other_story_id=ids[1])


def _carry_out(
    tx: Transaction, wanted: ManualAction, beat: CompiledBeat, rules: Rules | None
) -> ActionResult:
    match wanted.kind:
        case ActionKind.MUTE_STORY:
            return _mute(tx, wanted)
        case ActionKind.SNOOZE_LIST:
            return _snooze(tx, wanted)
        case ActionKind.NOT_RELEVANT:
            return _mark(tx, wanted)
        case ActionKind.SPLIT:
            return _split(tx, wanted, beat, rules)
        case ActionKind.MERGE:
            return _merge(tx, wanted, beat)


def _mute(tx: Transaction, wanted: ManualAction) -> ActionResult:
    if not wanted.story_id:
        return ActionResult(problem="no such story")
    action = replace(wanted, until_at=wanted.until_at or wanted.made_at + MUTE_FOR)
    return _silence(tx, action, stories=(action.story_id,))


def _snooze(tx: Transaction, wanted: ManualAction) -> ActionResult:
    if not wanted.watchlists:
        return ActionResult(problem="no watch-list is named")
    action = replace(wanted, until_at=wanted.until_at or wanted.made_at + SNOOZE_FOR)
    return _silence(tx, action, watchlists=action.watchlists)


def _silence(
    tx: Transaction,
    action: ManualAction,
    *,
    stories: tuple[str, ...] = (),
    watchlists: tuple[str, ...] = (),
) -> ActionResult:
    silence = Silence(
        id=action.id,
        stories=stories,
        watchlists=watchlists,
        starts_at=action.made_at,
        until_at=action.until_at or action.made_at,
        author=action.author,
        reason=action.note,
    )
    db.add_silence(tx, silence, now=action.made_at)
    return ActionResult(action=action)


def _mark(tx: Transaction, wanted: ManualAction) -> ActionResult:
    entries = _entries(tx, wanted)
    pairs = [
        (stored.entry.id, name)
        for stored in entries
        for name in wanted.watchlists or [match.watchlist for match in stored.matches]
    ]
    if not pairs:
        return ActionResult(problem="no such report, or no list fired on it")
    action = replace(
        wanted,
        reports=tuple(dict.fromkeys(entry_id for entry_id, _ in pairs)),
        watchlists=tuple(dict.fromkeys(name for _, name in pairs)),
        former_marks=_former_marks(tx, pairs),
    )
    for entry_id, name in pairs:
        db.set_mark(tx, _new_mark(action, entry_id, name))
    return ActionResult(action=action)


def _entries(tx: Transaction, wanted: ManualAction) -> list[db.StoredEntry]:
    if not wanted.reports:
        return db.story_entries(tx, wanted.story_id)
    found = [db.stored_entry(tx, entry_id) for entry_id in wanted.reports]
    return [stored for stored in found if stored]


def _former_marks(tx: Transaction, pairs: Sequence[tuple[str, str]]) -> tuple[Mark, ...]:
    marks = {
        key: mark
        for entry_id in dict.fromkeys(entry_id for entry_id, _ in pairs)
        for key, mark in db.read_marks(tx, entry_id=entry_id).items()
    }
    return tuple(marks[pair] for pair in pairs if pair in marks)


def _new_mark(action: ManualAction, entry_id: str, watchlist: str) -> Mark:
    return Mark(
        entry_id=entry_id,
        watchlist=watchlist,
        verdict=Verdict.NOT_RELEVANT,
        marked_at=action.made_at,
        marked_by=action.author,
        note=action.note,
    )


def _split(
    tx: Transaction, wanted: ManualAction, beat: CompiledBeat, rules: Rules | None
) -> ActionResult:
    result = split_reports(
        tx, wanted.story_id, wanted.reports, _signature(wanted), beat, rules=rules
    )
    if result is None:
        return ActionResult(problem="the report is not in this story, or the only one in it")
    moved = db.story_entry_ids(tx, result.story.id)
    action = replace(wanted, other_story_id=result.story.id, reports=moved)
    return ActionResult(action=action, release=result.release)


def _merge(tx: Transaction, wanted: ManualAction, beat: CompiledBeat) -> ActionResult:
    keep, other = wanted.story_id, wanted.other_story_id
    if not keep or not other:
        return ActionResult(problem="one of these stories no longer exists")
    if keep == other:
        return ActionResult(problem="these are the same story")
    moved = db.story_entry_ids(tx, other)
    kept = db.stories_by_id(tx, [keep])[keep]
    before = BeforeMerge(kept=kept, led_to_other=db.merged_ids(tx, other))
    merge_stories(tx, keep, other, _signature(wanted), beat)
    return ActionResult(action=replace(wanted, reports=moved, before_merge=before))


def _signature(action: ManualAction) -> db.Signature:
    return db.Signature(made_at=action.made_at, author=action.author)


def _take_back(tx: Transaction, action: ManualAction, by: db.Signature, beat: CompiledBeat) -> str:
    """Reverse the effect of an action; return the reason if that is impossible."""
    keep, other = action.story_id, action.other_story_id
    match action.kind:
        case ActionKind.MUTE_STORY | ActionKind.SNOOZE_LIST:
            db.expire_silence(tx, action.id, by.made_at)
            return ""
        case ActionKind.NOT_RELEVANT:
            _take_marks_back(tx, action)
            return ""
        case ActionKind.SPLIT:
            return _problem_unless(merge_stories(tx, keep, other, by, beat))
        case ActionKind.MERGE:
            return _problem_unless(unmerge_stories(tx, action, by, beat))


def _problem_unless(restored: Story | None) -> str:
    return "" if restored else "the stories were changed after this action"


def _take_marks_back(tx: Transaction, action: ManualAction) -> None:
    """Delete the marks of this action, except those that were replaced later."""
    for entry_id in action.reports:
        for (_, name), mark in db.read_marks(tx, entry_id=entry_id).items():
            if mark != _new_mark(action, entry_id, name):
                continue
            if before := _mark_before(tx, action, mark):
                db.set_mark(tx, before)
            else:
                db.delete_mark(tx, entry_id, name)


def _mark_before(tx: Transaction, action: ManualAction, mark: Mark) -> Mark | None:
    """Return the mark that an action replaced; one whose action was undone does not count."""
    passed, key = {action.id}, (mark.entry_id, mark.watchlist)
    while True:
        former = {(found.entry_id, found.watchlist): found for found in action.former_marks}
        before = former.get(key)
        if before is None:
            return None
        makers = [maker for maker in db.actions_of_mark(tx, before) if maker.id not in passed]
        if not makers or not makers[0].undone_at:
            return before
        action = makers[0]
        passed.add(action.id)
