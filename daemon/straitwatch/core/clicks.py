"""Reads a click on a button of a Slack message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from straitwatch.core.model import ActionKind

UNDO: Final = "undo"
_COMMANDS: Final = frozenset({UNDO, *(kind.value for kind in ActionKind)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A person's click: the command of the button, and the message that it is in.

    Slack may send the same click again, with the same `key`.
    """

    command: str  # an `ActionKind`, or `undo`
    subject: str  # a delivery, with a story if it lists several, or the action to undo
    detail: str  # the watch-list to snooze, or the delivery whose message shows the action
    key: tuple[str, ...]
    user_id: str
    user_name: str
    teams: frozenset[str]  # of the person
    channel: str

    @property
    def delivery_id(self) -> str:
        """The delivery of the message."""
        return self.detail if self.command == UNDO else self.subject.partition("/")[0]

    @property
    def story_id(self) -> str:
        """The story; "" if the message is about one only."""
        return self.subject.partition("/")[2]

    @property
    def author(self) -> str:
        """The person, by name and by the id that does not change."""
        return f"{self.user_name} ({self.user_id})" if self.user_name else self.user_id


def read_click(payload: Any) -> Click | None:
    """Read the payload of an interaction; None if it is no click on a button of ours."""
    try:
        return _read(payload)
    except (KeyError, TypeError, AttributeError, IndexError):
        return None


def _read(payload: Any) -> Click | None:
    if payload["type"] != "block_actions":
        return None
    action, user = payload["actions"][0], payload["user"]
    value = action["value"] if "value" in action else action["selected_option"]["value"]
    command, subject, detail = (*value.split(":", 2), "", "")[:3]
    if command not in _COMMANDS or not subject:
        return None
    channel, ts = str(payload["channel"]["id"]), str(payload["message"]["ts"])
    return Click(
        command=command,
        subject=subject,
        detail=detail,
        key=(channel, ts, str(user["id"]), str(action["action_ts"]), value),
        user_id=str(user["id"]),
        user_name=str(user.get("username") or user.get("name") or ""),
        teams=_teams(user),
        channel=channel,
    )


def _teams(user: Mapping[str, Any]) -> frozenset[str]:
    """Return the workspace of a person; in an Enterprise organization, its id instead."""
    return frozenset({str(user["team_id"])}) if user.get("team_id") else frozenset()
