"""Explains the answers of receivers: the cause, what to do, and whether only a person can help."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from straitwatch.core.model import DeliveryReason, DriverKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer of a receiver, explained."""

    service: str  # Slack, mail, ...
    code: str  # of the server, or ours
    cause: str
    remedy: str = ""
    is_permanent: bool = False  # only a change of the receiver helps, so it rests for a day

    def __str__(self) -> str:
        """Return the answer and its cause, without the remedy."""
        return ": ".join(word for word in (self.service, self.code, self.cause) if word)


_HOOKS = "create a new one under https://api.slack.com/apps > Incoming Webhooks"
_TOKEN = "copy the token from https://api.slack.com/apps > OAuth & Permissions"  # noqa: S105 - words
_INVITE = "invite the bot with `/invite`, or write the channel's id in the URL"
_LOGIN = "log in with an app password, or correct the password in the URL"
_ROOM = "empty the mailbox or raise its quota"
_SERVER_DOWN = "wait for the server, or correct host and port in the URL"
_DNS = "correct the host in the URL, or repair the name service of this machine"
_TLS = "renew the server's certificate, or write the name that it certifies in the URL"
_OUTPUT = "run Straitwatch with an open output, or remove the receiver"
_SERVICE_URL = "create the address of the service again and put it into the receiver's URL"
_SERVICE_TOKEN = "correct the token or password in the receiver's URL"  # noqa: S105 - words

_ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        DeliveryReason.REFUSED: "refused",
        DeliveryReason.GAVE_UP: "every attempt failed",
        DeliveryReason.UNANSWERED: "perhaps sent, but without an answer",
        DeliveryReason.UNREADABLE: "the stored message cannot be read",
        DeliveryReason.RECEIVER_BROKEN: "the receiver cannot be used",
        DeliveryReason.RECEIVER_REFUSED: "the receiver refuses every message",
        DeliveryReason.FALLBACK: "the fallback failed too",
        DeliveryReason.CARRIER: "the message that carried it is undelivered",
    }
)

# By service and code: the cause, the remedy. docs/how-to/undelivered-messages.md lists all.
_PERMANENT: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = MappingProxyType(
    {
        "Slack": {
            "no_service": ("the webhook was deleted", _HOOKS),
            "no_service_id": ("the webhook is incomplete", _HOOKS),
            "no_active_hooks": ("the webhook was disabled", _HOOKS),
            "no_team": ("the workspace is gone", _HOOKS),
            "team_disabled": ("the workspace is switched off", _HOOKS),
            "invalid_token": ("the webhook is wrong or was revoked", _HOOKS),
            "404": ("there is no such webhook or address", _HOOKS),
            "410": ("the webhook or its channel is gone", _HOOKS),
            "channel_is_archived": (
                "the channel is archived",
                f"restore the channel, or for another one {_HOOKS}",
            ),
            "is_archived": ("the channel is archived", "restore it, or name another channel"),
            "invalid_auth": ("the token is wrong", _TOKEN),
            "not_authed": ("the token is missing", _TOKEN),
            "token_revoked": ("the token was revoked", _TOKEN),
            "token_expired": ("the token has expired", _TOKEN),
            "account_inactive": ("the bot or its workspace was deleted", _TOKEN),
        },
        "service": {
            "410": ("the address was deleted", _SERVICE_URL),
        },
    }
)
_CURABLE: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = MappingProxyType(
    {
        "Slack": {
            "302": ("the address redirects, which Slack never does", "correct `base_url`"),
            "403": ("the webhook may not post", _HOOKS),
            "action_prohibited": (
                "an administrator forbids such posts",
                "ask an administrator of the workspace to allow the app",
            ),
            "posting_to_general_channel_denied": (
                "only some members may post in this channel",
                "choose another channel, or ask an administrator",
            ),
            "restricted_action": (
                "the workspace forbids this post",
                "ask an administrator of the workspace to allow the app",
            ),
            "channel_not_found": ("there is no such channel, or the bot is not in it", _INVITE),
            "not_in_channel": ("the bot is not in the channel", _INVITE),
            "user_not_found": ("there is no such person", "correct the recipient in the URL"),
            "missing_scope": (
                "the app lacks the scope `chat:write`",
                "add it under https://api.slack.com/apps > OAuth & Permissions, then reinstall",
            ),
            "no_permission": (
                "the token may not post",
                "add `chat:write` under https://api.slack.com/apps > OAuth & Permissions",
            ),
            "not_allowed_token_type": (
                "this kind of token may not post",
                "use the token that begins with `xoxb-`",
            ),
            "org_login_required": (
                "the workspace is moving to an organization",
                "wait for the end of the move, then reinstall the app",
            ),
            "encoding": ("the address cannot be sent", "copy the URL again; it is ASCII"),
            "certificate": ("the server's certificate is not valid", _TLS),
            "connect": ("Slack cannot be reached", "check the network and proxy of this machine"),
            "dns": ("the host name does not resolve", _DNS),
            "no answer": ("Slack gave no answer", "see https://slack-status.com"),
        },
        "mail": {
            "535": ("user name or password is wrong", _LOGIN),
            "534": ("the server wants an app password or another login", _LOGIN),
            "538": ("the server wants an encrypted login", "write `mailtos://` in the URL"),
            "530": (
                "the server wants a login or encryption",
                "write user and password in the URL, and `mailtos://`",
            ),
            "basic-auth": (
                "this mailbox takes no password from programs",
                "use another relay or an app password; docs/tutorial/first-hour.md",
            ),
            "full": ("the mailbox is full", _ROOM),
            "unknown": (
                "there is no such mailbox",
                "correct the recipient's address in the URL",
            ),
            "550": ("the server refuses this sender or recipient", "correct the addresses"),
            "553": ("the server refuses the sender's address", "set `from=` to your own address"),
            "554": (
                "the server refuses mail from this machine",
                "ask its operator, or use another relay",
            ),
            "unsupported": (
                "the server lacks encryption or the login that the URL asks for",
                "choose mailtos:// or mailto://, and the port of the server",
            ),
            "encoding": (
                "user, password or an address cannot be sent",
                "write them in ASCII, special characters as %XX",
            ),
            "login": ("the login cannot be understood", "try another port or relay"),
            "certificate": ("the server's certificate is not valid", _TLS),
            "connect": ("the server cannot be reached", _SERVER_DOWN),
            "disconnected": ("the server hung up", _SERVER_DOWN),
            "dns": ("the host name does not resolve", _DNS),
            "no answer": ("the server did not confirm the mail", _SERVER_DOWN),
        },
        "service": {
            "404": ("the address is unknown there", _SERVICE_URL),
            "401": ("the credentials are wrong", _SERVICE_TOKEN),
            "403": ("the credentials are not sufficient", _SERVICE_TOKEN),
            "encoding": (
                "user, password or address cannot be sent",
                "write special characters in the URL as %XX",
            ),
            "certificate": ("the server's certificate is not valid", _TLS),
            "connect": ("the service cannot be reached", _SERVER_DOWN),
            "dns": ("the host name does not resolve", _DNS),
            "no answer": ("the service gave no answer that is known", _SERVER_DOWN),
        },
        "terminal": {"output": ("the output is closed", _OUTPUT)},
    }
)
_SERVICES: Final[Mapping[DriverKind, str]] = MappingProxyType(
    {
        DriverKind.SLACK_WEBHOOK: "Slack",
        DriverKind.SLACK_BOT: "Slack",
        DriverKind.SMTP: "mail",
        DriverKind.APPRISE: "service",
        DriverKind.TERMINAL: "terminal",
    }
)
_NO_NAME = re.compile(
    "name or service not known|nodename nor servname|getaddrinfo failed|name resolution"
    "|no address associated|NameResolutionError",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"\b[45]\.2\.2\b|mailbox[^.]{0,40}\bfull|over\W?quota|quota exceeded|exceeded storage"
    r"|out of storage",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\b5\.1\.(?:[1236]|10)\b|no such (?:user|recipient|mailbox|address)|(?:user|recipient|mailbox"
    r"|address|account)\W{0,3}(?:is |was )?(?:unknown|not found|disabled|does not exist)"
    r"|unknown (?:user|recipient|mailbox)|mailbox unavailable",
    re.IGNORECASE,
)
_NO_PASSWORDS = re.compile(r"\b5\.7\.(?:30|139)\b|basic authentication", re.IGNORECASE)
_REDIRECT, _REDIRECTS = "302", ("301", "302", "303", "307", "308")
_UNKNOWN_CODES = ("550", "551", "553", "554")
_MAILBOX_CODES = ("450", "452", "550", "552", "554")


def explain(driver: DriverKind, code: str, text: str = "") -> Refusal:
    """Explain an answer; one that is not in the table keeps the words of the server."""
    service, key = _SERVICES[driver], _key(driver, code, text)
    if found := _PERMANENT.get(service, {}).get(key):
        cause, remedy = found
        return Refusal(service=service, code=code, cause=cause, remedy=remedy, is_permanent=True)
    if found := _CURABLE[service].get(key):
        cause, remedy = found
        return Refusal(service=service, code=code, cause=cause, remedy=remedy)
    words = text.removeprefix(code).strip()
    return Refusal(service=service, code=code, cause="" if words == code else words)


def describe_end(reason: str, driver: str, code: str, text: str = "") -> str:
    """Say why a message is a dead letter, in words, with the last answer.

    Args:
        reason: for the state of the delivery.
        driver: of the last attempt; "" if there was none.
        code: of the last answer.
        text: of the last answer.
    """
    words = _ENDS.get(reason, reason)
    answer = str(explain(DriverKind(driver), code, text)) if driver and code else code
    return f"{words} ({answer})" if answer else words


def is_full_mailbox(code: str, text: str) -> bool:
    """Return True if a mail server refuses a message because the mailbox is full."""
    return code in _MAILBOX_CODES and bool(_FULL.search(text))


def table() -> list[Refusal]:
    """Return every answer that is known, by service."""
    return [
        Refusal(
            service=service,
            code=code,
            cause=cause,
            remedy=remedy,
            is_permanent=known is _PERMANENT,
        )
        for service in dict.fromkeys(_SERVICES.values())
        for known in (_PERMANENT, _CURABLE)
        for code, (cause, remedy) in known.get(service, {}).items()
    ]


def _key(driver: DriverKind, code: str, text: str) -> str:
    if code == "connect" and _NO_NAME.search(text):
        return "dns"
    if driver is not DriverKind.SMTP:
        return _REDIRECT if code in _REDIRECTS else code
    if is_full_mailbox(code, text):
        return "full"
    if code in _UNKNOWN_CODES and _UNKNOWN.search(text):
        return "unknown"
    return "basic-auth" if code.isdigit() and _NO_PASSWORDS.search(text) else code
