"""Signs the links in mails, so that the recipient of a mail can act without a login.

A link names one delivery and a time, and nobody can change either without the key of the database.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

ACT_PATH: Final = "/act/"
LINK_KEY: Final = "link key"  # its name in the database


def sign_link(key: str, delivery_id: str, *, until: datetime) -> str:
    """Return the token of a link that is valid until a time.

    Raises:
        ValueError: the key is empty.
    """
    text = f"{delivery_id}.{int(until.timestamp())}"
    return f"{text}.{_signature(key, text)}"


def read_link(key: str, token: str, now: datetime) -> str | None:
    """Return the delivery of a token; None if it was not signed with this key, or has expired.

    Raises:
        ValueError: the key is empty.
    """
    text, _, signature = token.rpartition(".")
    delivery_id, _, until = text.rpartition(".")
    if not hmac.compare_digest(_signature(key, text).encode(), signature.encode()):
        return None
    return delivery_id if datetime.fromtimestamp(int(until), UTC) > now else None


def _signature(key: str, text: str) -> str:
    if not key:
        raise ValueError("links are signed with a key")
    return hmac.new(key.encode(), f"act {text}".encode(), hashlib.sha256).hexdigest()[:40]
