"""Makes, carries out and describes the actions of people."""

import getpass
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from straitwatch.cli.output import zone_time
from straitwatch.clock import utc_now
from straitwatch.core.action_words import action_words, undone_words
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ManualAction
from straitwatch.errors import UsageError

if TYPE_CHECKING:
    from straitwatch.pipeline import ActionResult


def user_name() -> str:
    """Return your user name; a container's user may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def new_action(kind: ActionKind, **values: Any) -> ManualAction:
    """Return an action of yours, made now; each command is a request of its own."""
    filled: dict[str, Any] = {
        "id": action_id(secrets.token_hex(8)),
        "made_at": utc_now(),
        "author": user_name(),
    }
    return ManualAction(kind=kind, **(filled | values))


def require_done(result: "ActionResult") -> ManualAction:
    """Return the recorded action.

    Raises:
        UsageError: it was not carried out.
    """
    if result.action is None:
        raise UsageError(result.problem)
    return result.action


def action_lines(actions: Iterable[ManualAction], zone: ZoneInfo) -> Iterable[str]:
    """Yield a line for each action, with its id, and with its undo."""
    for action in actions:
        until = zone_time(action.until_at, zone) if action.until_at else ""
        undone = (
            f"; {undone_words(action)}, {zone_time(action.undone_at, zone)}"
            if action.undone_at
            else ""
        )
        made = f"{zone_time(action.made_at, zone)} ({action.via})"
        yield f"  {action.id}  {made}: {action_words(action, until=until)}{undone}"


def action_json(action: ManualAction) -> dict[str, Any]:
    """Return the JSON object of an action."""
    times = {
        name: value.isoformat(timespec="seconds") if value else None
        for name, value in (
            ("made_at", action.made_at),
            ("until_at", action.until_at),
            ("undone_at", action.undone_at),
        )
    }
    return {
        "id": action.id,
        "kind": action.kind,
        "story": action.story_id,
        "other_story": action.other_story_id,
        "reports": list(action.reports),
        "watchlists": list(action.watchlists),
        "author": action.author,
        "via": action.via,
        "note": action.note,
        **times,
        "undone_by": action.undone_by,
    }
