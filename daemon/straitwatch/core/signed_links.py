"""Signs the links in mails, so that the recipient of a mail can act without a login.

A link names a delivery, perhaps one of the stories in it, and a time. Changing it takes the key of
the database.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

ACT_PATH: Final = "/act/"
_STORY: Final = "~"  # between a delivery and a story
LINK_KEY: Final = "link key"  # its name in the database


def sign_link(key: str, delivery_id: str, *, story_id: str = "", until: datetime) -> str:
    """Return the token of a link that is valid until a time.

    Raises:
        ValueError: the key is empty.
    """
    subject = f"{delivery_id}{_STORY}{story_id}" if story_id else delivery_id
    text = f"{subject}.{int(until.timestamp())}"
    return f"{text}.{_signature(key, text)}"


def read_link(key: str, token: str, now: datetime) -> tuple[str, str] | None:
    """Return the delivery and the story of a token; the story is "" if the delivery has only one.

    Return None if the token was not signed with this key, or has expired.

    Raises:
        ValueError: the key is empty.
    """
    text, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(key, text).encode(), signature.encode()):
        return None
    subject, _, until = text.rpartition(".")
    if datetime.fromtimestamp(int(until), UTC) <= now:
        return None
    delivery_id, _, story_id = subject.partition(_STORY)
    return delivery_id, story_id


def _signature(key: str, text: str) -> str:
    if not key:
        raise ValueError("links are signed with a key")
    return hmac.new(key.encode(), f"act {text}".encode(), hashlib.sha256).hexdigest()[:40]
