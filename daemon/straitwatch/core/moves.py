"""Learns the new address of a feed from permanent redirects, and checks it now and then.

A redirect with status 301 or 308 is believed once it has been the same for days and led to a feed
each time. Temporary redirects are followed, never learned.
"""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from straitwatch.core.model import Move
from straitwatch.core.policy import MOVE_CHECKED_AFTER, MOVED_AFTER, MOVED_POLLS
from straitwatch.core.redact import redact_address


def learned_address(move: Move | None, now: datetime) -> str:
    """Return the address to ask instead of the configured one; "" to ask the configured one."""
    if move is None or move.adopted_at is None or move.is_doubtful:
        return ""
    return move.to if now - move.checked_at < MOVE_CHECKED_AFTER else ""


def move_after(move: Move | None, *, asked: str, moved_to: str, now: datetime) -> Move | None:
    """Return the state of a feed's move after a good poll.

    Args:
        move: as it was known.
        asked: the learned address if it was asked; "" for the configured one.
        moved_to: the address to which the asked one redirects permanently; "" if it does not.
        now: the time of the poll.
    """
    if asked and move is not None:
        return replace(move, is_doubtful=bool(moved_to))
    if not moved_to:
        return None
    if move is None or move.to != moved_to:
        return Move(to=moved_to, since_at=now, checked_at=now)
    polls = move.polls + 1
    is_settled = polls >= MOVED_POLLS and now - move.since_at >= MOVED_AFTER
    adopted_at = move.adopted_at or (now if is_settled else None)
    return replace(move, polls=polls, checked_at=now, adopted_at=adopted_at, is_doubtful=False)


def doubt_move(move: Move | None, now: datetime) -> Move | None:
    """Return the state of a move after a failed poll: the next poll requests the other address.

    Either address may be dead, so each is asked in turn until one answers. A move that was not
    learned yet is forgotten.
    """
    if move is None or move.adopted_at is None:
        return None
    if learned_address(move, now):
        return replace(move, is_doubtful=True)
    return replace(move, checked_at=now, is_doubtful=False)


def describe_move(move: Move, zone: tzinfo = UTC) -> str:
    """Say where a feed is now, and since when."""
    since = move.since_at.astimezone(zone)
    return f"moved to {redact_address(move.to)} (permanent redirect since {since:%d %b %H:%M %Z})"
