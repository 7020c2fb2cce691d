"""Checks the answers to `setup` and makes the URL of a receiver from them."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from straitwatch.errors import UsageError

_WEBHOOK = re.compile(r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows)/\S+")
_WEBHOOK_PARTS = re.compile(r"https://hooks\.slack(?:-gov)?\.com/services/T\w+/B\w+/\w+/?")
_BOT = re.compile(r"(?P<token>xoxb-[\w-]+)[\s,/]+(?P<channel>#?[\w-]+)")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_APP_PASSWORD = re.compile(r"[a-z]{16}")
_GMAIL = ("gmail.com", "googlemail.com")
_MICROSOFT = ("outlook.com", "hotmail.com", "live.com", "office365.com")
_SSL_PORT = 465


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccount:
    """The answers about a mail account, as they were typed."""

    address: str
    password: str
    server: str  # HOST or HOST:PORT
    recipients: str  # separated by commas


def slack_url(typed: str) -> str:
    """Return the URL of a Slack receiver.

    Raises:
        UsageError: it is another token or page, or a part is missing.
    """
    text = typed.strip().strip("'\"<>")
    if problem := _slack_problem(text):
        raise UsageError(problem)
    if bot := _BOT.fullmatch(text):
        return f"slack://{bot['token']}/{bot['channel']}"
    return text


def _slack_problem(text: str) -> str:
    if text.startswith(("xoxp-", "xapp-", "xoxe")):
        return (
            f"{text[:5]}… is another kind of token\n"
            "hint: use the Bot User OAuth Token, which begins with xoxb-"
        )
    if text.startswith("xoxb-"):
        missing = "a bot token needs a channel\nhint: write both, such as `xoxb-… C0123ABCD`"
        return "" if _BOT.fullmatch(text) else missing
    if " " in text:
        return "the URL contains a space\nhint: copy it again, with the button Copy beside it"
    if text.startswith("https://hooks.slack") and not _is_whole_webhook(text):
        return (
            "a part of the webhook URL is missing\n"
            "hint: it has three parts: https://hooks.slack.com/services/T…/B…/…"
        )
    if re.match(r"https?://[\w.-]*slack\.com", text) and not _WEBHOOK.fullmatch(text):
        return (
            "this is a page of Slack, not a webhook\n"
            "hint: a webhook URL begins with https://hooks.slack.com/services/"
        )
    return "" if "://" in text else "this is no URL\nhint: a webhook begins with https://hooks."


def _is_whole_webhook(text: str) -> bool:
    return "/workflows/" in text or bool(_WEBHOOK_PARTS.fullmatch(text))


def mail_url(typed: str) -> str:
    """Return the URL of a mail receiver that was typed as a whole.

    Raises:
        UsageError: a space or `@` makes it unreadable.
    """
    text = typed.strip().strip("'\"<>")
    scheme, _, rest = text.partition("://")
    if not rest:
        example = "mailtos://user:password@smtp.example.org?to=desk@example.org"
        raise UsageError(f"this is no URL\nhint: for example {example}")
    if scheme not in ("mailto", "mailtos"):
        return text
    login = re.split(r"[/?]", rest)[0].rpartition("@")[0]
    user, _, password = login.partition(":")
    if "@" in user:
        fixed = user.replace("@", "%40")
        raise UsageError(f"the user name contains `@`\nhint: write %40 instead: {fixed}")
    if " " in password:
        raise UsageError(
            "the password contains spaces\n"
            "hint: write an app password without them; in another password, a space is %20"
        )
    if "@" in password or "#" in password:
        raise UsageError("the password contains `@` or `#`\nhint: write %40 or %23 instead")
    return text


def mail_account_url(account: MailAccount) -> str:
    """Return the URL of a mail account; special characters are encoded.

    Raises:
        UsageError: an answer cannot be used.
    """
    address = check_address(account.address)
    recipients = [check_address(part) for part in account.recipients.split(",")]
    domain = address.partition("@")[2].lower()
    password = account.password.strip()
    host, _, port = account.server.strip().partition(":")
    if domain in _GMAIL or host.endswith("gmail.com"):
        password = check_app_password(password)
    mode = {"mode": "ssl"} if port == str(_SSL_PORT) else {}
    fields = urlencode({"from": address, "to": ",".join(recipients), **mode}, safe="@,")
    login = f"{quote(address, safe='')}:{quote(password, safe='')}"
    return f"mailtos://{login}@{host}{':' if port else ''}{port}?{fields}"


def check_address(typed: str) -> str:
    """Return a mail address.

    Raises:
        UsageError: it is none.
    """
    text = typed.strip().strip("<>")
    if not _ADDRESS.fullmatch(text):
        raise UsageError(f"not a mail address: {text}\nhint: such as desk@example.org")
    return text


def check_app_password(typed: str) -> str:
    """Return an app password of Google without its spaces.

    Raises:
        UsageError: it has not 16 letters, so it is probably the password of the account.
    """
    password = "".join(unquote(typed).split())
    if not _APP_PASSWORD.fullmatch(password):
        raise UsageError(
            "an app password has 16 letters; Gmail refuses the password of the account\n"
            "hint: make one at https://myaccount.google.com/apppasswords"
        )
    return password


def usual_server(address: str) -> str:
    """Return the usual server for sending from a mail address."""
    domain = address.partition("@")[2].lower()
    if domain in _GMAIL:
        return "smtp.gmail.com:587"
    if domain in _MICROSOFT:
        return "smtp-mail.outlook.com:587"
    return f"smtp.{domain}:587"
