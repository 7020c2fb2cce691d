"""Ids that are computed, so that they are the same before and after a crash."""

from hashlib import blake2b


def alert_id(story_id: str, revision: int, *parts: str) -> str:
    """Compute the id of what is said about a story at one revision, or of a message of parts."""
    return _key("alert", story_id, str(revision), *parts)


def delivery_key(alert: str, receiver: str, recipient: str) -> str:
    """Compute the id of one delivery of an alert."""
    return _key("delivery", alert, receiver, recipient)


def _key(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
