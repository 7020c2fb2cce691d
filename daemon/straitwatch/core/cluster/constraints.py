"""Applies manual links and splits between reports to the choice of a story."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from straitwatch.core.cluster.stories import Candidate
from straitwatch.core.model import LinkKind, StoryConstraint


class Constraints:
    """The reports that must or must not share a story, and the stories of these reports."""

    def __init__(self, constraints: Iterable[StoryConstraint] = ()) -> None:
        """Index the constraints; `add` supplies the stories of their reports."""
        self._partners: dict[tuple[LinkKind, str], list[str]] = defaultdict(list)
        self._reports: set[str] = set()
        self._stories: dict[str, str] = {}  # by constrained report
        self._apart: set[frozenset[str]] = set()  # pairs of stories
        for constraint in constraints:
            one, other = constraint.report_a, constraint.report_b
            self._partners[constraint.kind, one].append(other)
            self._partners[constraint.kind, other].append(one)
            self._reports |= {one, other}

    def add(self, entry_id: str, story_id: str) -> None:
        """Record the story of a report."""
        if entry_id not in self._reports:
            return
        self._stories[entry_id] = story_id
        for other in self.forbidden_stories(entry_id) - {story_id}:
            self._apart.add(frozenset((other, story_id)))

    def required_story(self, entry_id: str) -> str:
        """Return the story of a report to which this one must be linked; "" if there is none."""
        return next(iter(self._partner_stories(LinkKind.MUST_LINK, entry_id)), "")

    def forbidden_stories(self, entry_id: str) -> set[str]:
        """Return the stories of the reports to which this one must not be linked."""
        return set(self._partner_stories(LinkKind.CANNOT_LINK, entry_id))

    def choose(self, near: Sequence[Candidate]) -> list[Candidate]:
        """Keep the nearest story of each pair that people split."""
        if not self._apart:
            return list(near)
        kept: set[str] = set()
        for candidate in sorted(near, key=lambda candidate: -candidate.nearest):
            if not any(frozenset((candidate.story_id, other)) in self._apart for other in kept):
                kept.add(candidate.story_id)
        return [candidate for candidate in near if candidate.story_id in kept]

    def _partner_stories(self, kind: LinkKind, entry_id: str) -> list[str]:
        partners = self._partners.get((kind, entry_id), ())
        return [self._stories[partner] for partner in partners if partner in self._stories]
