"""Opens the driver for a receiver's URL, or explains how to correct the URL."""

import difflib
import ipaddress
import re
from email.headerregistry import Address
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import structlog
from apprise import Apprise
from apprise.manager_plugins import NotificationManager

from straitwatch.core.model import Problem, Receiver
from straitwatch.core.render import check_templates
from straitwatch.deliver.driver import Driver, DriverSettings, Templates
from straitwatch.deliver.generic import Generic, quiet_asset
from straitwatch.deliver.slack import API, HOOKS, SlackBot, SlackWebhook
from straitwatch.deliver.smtp import Mail, Server
from straitwatch.deliver.terminal import Terminal
from straitwatch.errors import UsageError

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

# Straitwatch itself retries, formats and shortens; each of these options of Apprise would lose or
# repeat text.
_REFUSED_PARAMETERS = ("retry", "wait", "optional", "overflow", "format", "template")
_DRIVERS = ("auto", "slack", "smtp", "apprise", "terminal")
_TERMINAL_PLACES = ("", "stdout", "stderr")
_MAIL_SCHEMES = ("mailto", "mailtos")
_DEFAULT_PORTS = {"insecure": 25, "starttls": 587, "ssl": 465}


def validate_receiver(receiver: Receiver) -> str | None:
    """Return the problem of a receiver and its correction; None if there is no problem."""
    if receiver.driver not in _DRIVERS:
        return f"unknown driver: {receiver.driver}; use one of {', '.join(_DRIVERS)}"
    scheme = _scheme(receiver.url)
    if scheme == "terminal":
        return _terminal_problem(receiver.url)
    if problem := _url_problem(receiver.url, scheme):
        return problem
    service = _service(receiver.url)
    if service is None:
        return (
            f"Apprise cannot read this {scheme}:// URL; a part is missing or malformed"
            f" (see https://appriseit.com/services/ for its form)"
        )
    return _driver_problem(receiver, scheme) or _service_problem(receiver, service)


def open_driver(receiver: Receiver, *, timezone: str, templates: Path | None) -> Driver:
    """Open the driver of a receiver.

    Raises:
        UsageError: the receiver has a problem; the message contains its correction.
    """
    if problem := validate_receiver(receiver):
        raise UsageError(f"receiver {receiver.name}: {problem}")
    settings = DriverSettings(
        zone=timezone, templates=load_templates(templates), on_unsure=receiver.on_unsure
    )
    scheme = _scheme(receiver.url)
    if scheme == "terminal":
        is_stderr = urlsplit(receiver.url).netloc == "stderr"
        return Terminal(is_stderr=is_stderr, settings=settings)
    service = _service(receiver.url)
    if receiver.driver != "apprise" and _is_slack(service):
        return _slack(receiver, service, settings)
    if receiver.driver != "apprise" and scheme in _MAIL_SCHEMES:
        return _mail(receiver, service, settings)
    return Generic(receiver.url, scheme=scheme, settings=settings)


def load_templates(directory: Path | None) -> Templates:
    """Read the valid templates of a user, by name such as `slack/alert`."""
    found = read_templates(directory)
    problems = check_templates(found)
    for problem in problems:
        log.warning("template not used", problem=str(problem))
    refused = {
        problem.position.file.removeprefix("config/templates/").removesuffix(".j2")
        for problem in problems
        if problem.position
    }
    return {key: text for key, text in found.items() if key not in refused}


def check_user_templates(directory: Path) -> tuple[Problem, ...]:
    """Return the problems of user templates; shipped ones replace invalid templates."""
    return check_templates(read_templates(directory))


def read_templates(directory: Path | None) -> Templates:
    """Read `<folder>/<name>.j2` below a directory, in the form for `check_templates`."""
    if directory is None or not directory.is_dir():
        return {}
    return {
        f"{path.parent.name}/{path.stem}": path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(directory.glob("*/*.j2"))
    }


def _scheme(url: str) -> str:
    return url.partition("://")[0].strip().lower() if "://" in url else ""


def _service(url: str) -> Any:
    """Read a URL as Apprise does; return None if it cannot."""
    own = _own_service(_scheme(url))
    if own is None:
        return Apprise.instantiate(url, asset=quiet_asset(), suppress_exceptions=True)
    parsed = own.parse_url(url.replace("/#", "/%23"))
    try:
        return parsed and own(**parsed, asset=quiet_asset())
    except Exception:  # noqa: BLE001 - of any kind, which Apprise.instantiate catches too
        return None


def _own_service(scheme: str) -> Any:
    """Return the class of a scheme of our own drivers: Apprise imports 150 others to find it."""
    match scheme:
        case "slack":
            from apprise.plugins.slack import NotifySlack  # noqa: PLC0415 - only for its URLs

            return NotifySlack
        case "mailto" | "mailtos":
            from apprise.plugins.email import NotifyEmail  # noqa: PLC0415 - only for its URLs

            return NotifyEmail
        case _:
            return None


def _is_slack(service: Any) -> bool:
    return type(service).__name__ == "NotifySlack"


def _terminal_problem(url: str) -> str | None:
    place = urlsplit(url).netloc
    if place in _TERMINAL_PLACES:
        return None
    return "write terminal:// for stdout, or terminal://stderr for stderr"


def _url_problem(url: str, scheme: str) -> str | None:
    if not scheme:
        return "a receiver is one URL, such as slack://, mailtos:// or terminal://"
    if not _own_service(scheme) and scheme not in _known_schemes():
        near = difflib.get_close_matches(scheme, _known_schemes(), n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]}://?" if near else ""
        return f"unknown kind of receiver: {scheme}://{hint}"
    if url.count("://") > 1 and len(url.split()) > 1:
        return "a receiver has one URL; write a receiver for each of the others"
    if len(url.split()) > 1:
        return "write %20 for each blank in the URL; an app password works without its blanks"
    if scheme in _MAIL_SCHEMES and (problem := _login_problem(url)):
        return problem
    given = {name.lower() for name in parse_qs(urlsplit(url).query, keep_blank_values=True)}
    if wrong := [name for name in _REFUSED_PARAMETERS if name in given]:
        return (
            f"remove {', '.join(f'`{name}=`' for name in wrong)} from the URL: Straitwatch itself"
            " retries, formats and shortens (keys give_up_after, limit; config/templates/)"
        )
    return None


def _login_problem(url: str) -> str | None:
    """Explain a character that must be encoded in the user name or password of a mail URL."""
    rest = url.partition("://")[2]
    login = _ENDS_LOGIN.split(rest)[0]
    if login.count("@") > 1:
        return "write %40 for each `@` in the user name or password"
    if _BARE_PERCENT.search(login):
        return "write %25 for each `%` in the user name or password"
    _, _, password = login.partition(":")
    if "@" not in login and password and not password.isdecimal() and "@" in rest:
        character = rest[len(login)]
        return f"write {quote(character, safe='')} for each `{character}` in the password"
    return None


_ENDS_LOGIN = re.compile("[/?#]")
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def _known_schemes() -> list[str]:
    manager = cast(Any, NotificationManager)()
    return ["terminal", "https", *manager.schemas()]


def _driver_problem(receiver: Receiver, scheme: str) -> str | None:
    if receiver.driver == "smtp" and scheme not in _MAIL_SCHEMES:
        return f"driver smtp needs a mailtos:// URL, not {scheme}://"
    if receiver.driver == "slack" and not _is_slack(_service(receiver.url)):
        return f"driver slack needs a slack:// URL, not {scheme}://"
    if receiver.driver == "terminal":
        return "driver terminal needs the URL terminal://"
    if receiver.base_url and not _is_slack(_service(receiver.url)):
        return "`base_url` replaces Slack's address; other URLs contain their host"
    if receiver.base_url and _scheme(receiver.base_url) not in ("http", "https"):
        return "`base_url` must begin with https:// (or http:// for a loopback server)"
    return None


def _service_problem(receiver: Receiver, service: Any) -> str | None:
    if _scheme(receiver.url) in _MAIL_SCHEMES:
        return _mail_problem(receiver, service)
    targets = len(service) // (int(getattr(service, "retry", 0) or 0) + 1)
    if targets > 1:
        return f"write one receiver for each target; this URL has {targets}"
    is_bot = _is_slack(service) and service.mode == "bot"
    if receiver.app_token and not is_bot:
        return "`app_token` is for a bot: slack://xoxb-.../C0123ABCD"
    if receiver.app_token and not receiver.app_token.startswith("xapp-"):
        return "`app_token` is an app-level token, which begins with xapp-"
    if is_bot and not _channel(service):
        return "add the channel: slack://xoxb-.../#channel (better its id, C0123ABCD)"
    return None


def _mail_problem(receiver: Receiver, service: Any) -> str | None:
    if receiver.driver == "apprise" and len(_recipients(service)) > 1:
        return "driver apprise sends to one address; remove the driver, or write more receivers"
    if service.secure_mode == "insecure" and not _is_loopback(service.smtp_host or service.host):
        return "mailto:// sends password and text unencrypted; write mailtos:// instead"
    try:
        _sender(service)
        for address in _recipients(service):
            Address(addr_spec=address)
            address.encode("ascii")
    except (ValueError, IndexError, UnicodeError) as error:
        return f"invalid mail address: {error}"
    if not _recipients(service):
        return "add the recipient: mailtos://user:password@host/desk@example.org"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _channel(service: Any) -> str:
    return (service.channels or [""])[0] or ""


def _slack(receiver: Receiver, service: Any, settings: DriverSettings) -> Driver:
    base_url = receiver.base_url.rstrip("/")
    channel = _channel(service)
    if service.mode == "bot":
        token = service.access_token
        return SlackBot(
            token,
            channel=channel,
            base_url=base_url or API,
            app_token=receiver.app_token,
            settings=settings,
        )
    path = f"services/{service.token_a}/{service.token_b}/{service.token_c}"
    return SlackWebhook(f"{base_url or HOOKS}/{path}", channel=channel, settings=settings)


def _mail(receiver: Receiver, service: Any, settings: DriverSettings) -> Driver:
    server = Server(
        host=service.smtp_host or service.host,
        port=service.port or _DEFAULT_PORTS[service.secure_mode],
        security=service.secure_mode,
        user=service.user or "",
        password=service.password or "",
        verify=service.verify_certificate,
    )
    return Mail(
        server,
        sender=_sender(service),
        recipients=_recipients(service),
        receiver=receiver.name,
        domain=receiver.message_id_domain,
        settings=settings,
    )


def _sender(service: Any) -> Address:
    name, address = service.from_addr
    display = name if isinstance(name, str) and name not in ("", "Apprise") else "Straitwatch"
    return Address(display_name=display, addr_spec=address)


def _recipients(service: Any) -> tuple[str, ...]:
    """Return To, Cc and Bcc without repeats, in a stable order; each is a separate recipient."""
    named = [address for _, address in service.targets]
    return tuple(dict.fromkeys([*named, *sorted(service.cc), *sorted(service.bcc)]))
