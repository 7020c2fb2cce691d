"""Logs in to a mail server, also with a name and password that are not ASCII."""

import hmac
import smtplib
from base64 import b64decode, b64encode
from collections.abc import Callable

_CHALLENGE = 334
_SUCCESS = (235, 503)  # 503: already logged in


def log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Log in by the first mechanism that the server accepts.

    smtplib sends ASCII only. RFC 4616 asks for UTF-8, and servers expect it in LOGIN and CRAM-MD5
    as well.

    Raises:
        smtplib.SMTPException: the server refuses, or offers no mechanism of ours.
    """
    if user.isascii() and password.isascii():
        smtp.login(user, password)
        return
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    reply: tuple[int, bytes] | None = None
    for name in filter(offered.__contains__, _MECHANISMS):
        reply = _try(smtp, name, user.encode(), password.encode())
        if reply[0] in _SUCCESS:
            return
    if reply is None:
        raise smtplib.SMTPNotSupportedError("the server offers no login that is supported")
    raise smtplib.SMTPAuthenticationError(*reply)


def _try(smtp: smtplib.SMTP, name: str, user: bytes, password: bytes) -> tuple[int, bytes]:
    """Answer the challenges of the server, and return its last reply."""
    answer = _MECHANISMS[name]
    reply = smtp.docmd("AUTH", name)
    for number in range(_MAX_CHALLENGES):
        if reply[0] != _CHALLENGE:
            break
        words = answer(number, b64decode(reply[1]), user, password)
        reply = smtp.docmd(b64encode(words).decode("ascii"))
    return reply


def _plain(_number: int, _challenge: bytes, user: bytes, password: bytes) -> bytes:
    return b"\0" + user + b"\0" + password


def _login(number: int, _challenge: bytes, user: bytes, password: bytes) -> bytes:
    return password if number else user


def _cram_md5(_number: int, challenge: bytes, user: bytes, password: bytes) -> bytes:
    return user + b" " + hmac.new(password, challenge, "md5").hexdigest().encode("ascii")


_MAX_CHALLENGES = 3
_MECHANISMS: dict[str, Callable[[int, bytes, bytes, bytes], bytes]] = {
    "CRAM-MD5": _cram_md5,
    "PLAIN": _plain,
    "LOGIN": _login,
}
