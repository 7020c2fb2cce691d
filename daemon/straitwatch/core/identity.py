"""Computes ids, so that they are the same before and after a crash."""

from hashlib import blake2b


def alert_id(story_id: str, revision: int, *parts: str) -> str:
    """Compute the id of an alert, or of a message that merges `parts`."""
    return _key("alert", story_id, str(revision), *parts)


def delivery_key(alert: str, receiver: str, recipient: str) -> str:
    """Compute the id of a delivery of an alert to a recipient."""
    return _key("delivery", alert, receiver, recipient)


def _key(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
