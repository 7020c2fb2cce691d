"""Keeps the fold window of a process up to date with the store."""

from dataclasses import dataclass
from datetime import datetime

from straitwatch import store as db
from straitwatch.core.cluster import STORY_AGE, StoryWindow
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.store import Transaction

WINDOW = StoryWindow.MEMORY  # the greatest age of reports that new ones are compared with


@dataclass(slots=True)
class FoldWindowCache:
    """The fold window, and the last stored report and edit that it contains.

    Only the store's thread may use it.
    """

    window: StoryWindow | None = None
    seq: int = 0
    edit_seq: int = 0
    generation: str = ""  # of the corrections and releases in the store

    def catch_up(self, tx: Transaction, beat: CompiledBeat, *, now: datetime) -> StoryWindow:
        """Bring the window up to date with the committed reports.

        The window is rebuilt if it contains reports that were not committed, after each correction
        or release, and after a change to the names or common words of the beat.
        """
        newest, generation = db.last_seq(tx), db.fold_generation(tx)
        window = self.window
        is_of_beat = window is not None and window.lexicon.is_same(beat.lexicon)
        if window is None or not is_of_beat or newest < self.seq or generation != self.generation:
            constraints = db.story_constraints(tx, since_at=now - WINDOW)
            window = StoryWindow(beat.lexicon, constraints=constraints)
            self.seq, self.edit_seq, self.generation = 0, 0, generation
            self.window = window
        if newest > self.seq:
            closed_before = None if self.seq else now - STORY_AGE
            for report in db.recent_reports(
                tx, since_at=now - WINDOW, after_seq=self.seq, reader=beat.reader
            ):
                window.restore(report, closed_before=closed_before)
                self.seq = report.seq
            self.seq = max(self.seq, newest)
        if db.last_edit_seq(tx) > self.edit_seq:
            for edit in db.sent_edits(tx, since_at=now - WINDOW, after_seq=self.edit_seq):
                window.note_sent(edit.features, edit.story_id)
                self.edit_seq = edit.seq
        window.expire(now)
        return window

    def mark_written(self, tx: Transaction) -> None:
        """Record that the window contains everything that this transaction has written."""
        self.seq, self.edit_seq = db.last_seq(tx), db.last_edit_seq(tx)

    def drop(self) -> None:
        """Discard the window, because its last reports were not committed."""
        self.window = None
