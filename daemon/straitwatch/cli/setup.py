"""`setup`: ask for Slack and mail, test both, and write a configuration of your own."""

import os
import pwd
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from straitwatch.app.daemon import run_async
from straitwatch.app.load import config_option, load_to_run
from straitwatch.cli.lazy import new_app
from straitwatch.cli.run import run_once
from straitwatch.cli.service import (
    USER,
    Service,
    install_service,
    make_service,
    runs_systemd,
    with_database,
)
from straitwatch.cli.setup_files import (
    MAIL,
    SLACK,
    Answers,
    is_edited,
    read_answers,
    write_configuration,
)
from straitwatch.cli.setup_forms import (
    MailAccount,
    check_address,
    mail_account_url,
    mail_url,
    slack_url,
    usual_server,
)
from straitwatch.cli.trial import outcome_line, send_now, send_test
from straitwatch.config import SECRETS, Config, writing
from straitwatch.core.model import Outcome, Receiver
from straitwatch.core.plural import counted
from straitwatch.core.refusals import explain
from straitwatch.core.render import example_job
from straitwatch.deliver import Driver, open_driver
from straitwatch.errors import StoreBusy, UsageError
from straitwatch.places import Places, is_timezone, local_timezone, own_places
from straitwatch.telemetry import configure_logging

app = new_app()

_SLACK_STEPS = """\

Slack. To make a webhook, which takes about two minutes:
  1. Open https://api.slack.com/apps and click Create New App, then From scratch.
  2. Enter the name Straitwatch, choose your workspace, and click Create App.
  3. Click Incoming Webhooks and switch Activate Incoming Webhooks on.
  4. Click Add New Webhook to Workspace, choose a channel, and click Allow.
  5. Click Copy beside the webhook URL, and paste it here.
To get updates as replies in a thread, paste the token of a bot and a channel id instead, such as
`xoxb-… C0123ABCD`. Any other Apprise URL works too, such as ntfy://a-long-secret-topic."""
_MAIL_STEPS = """\

Mail. Gmail needs an app password: switch on 2-Step Verification, then make one at
https://myaccount.google.com/apppasswords. Microsoft 365 refuses passwords in most organizations;
docs/tutorial/first-hour.md has another way. You can also paste a whole URL, mailtos://…"""


class _Systemd(StrEnum):
    ASK = "ask"
    PRINT = "print"
    INSTALL = "install"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The options of the command."""

    slack_url: str
    slack_base_url: str
    mail_url: str
    timezone: str
    is_untested: bool
    asks: bool


_Directory = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        "--config",
        "-c",
        metavar="DIR",
        envvar="STRAITWATCH_CONFIG",
        help="Where the configuration is written. Default: ~/.config/straitwatch, or "
        "/etc/straitwatch for root.",
    ),
]
_Slack = Annotated[
    str, typer.Option("--slack-url", metavar="URL", help="A Slack webhook, or slack://….")
]
_SlackBase = Annotated[
    str, typer.Option("--slack-base-url", metavar="URL", help="The address of GovSlack or a proxy.")
]
_Mail = Annotated[
    str, typer.Option("--mail-url", metavar="URL", help="A mail account, mailtos://….")
]
_Timezone = Annotated[
    str, typer.Option(metavar="ZONE", help="Such as Europe/Berlin. Default: this machine's.")
]
_Untested = Annotated[
    bool, typer.Option("--untested", help="Accept receivers without a test message.")
]
_NoPoll = Annotated[
    bool, typer.Option("--no-poll", help="Do not end with a poll and a first alert.")
]
_Yes = Annotated[
    bool,
    typer.Option("--yes", "-y", help="Use the options and the defaults, without questions."),
]


@app.command(
    epilog="Examples:  `straitwatch setup`  ·  `straitwatch setup --dir ~/desk --no-poll`  ·  "
    "`straitwatch setup --yes --slack-url https://hooks.slack.com/services/T000/B000/XXXX`  ·  "
    "`straitwatch setup --yes --mail-url mailtos://desk:PASSWORD@example.org`  ·  "
    "`sudo straitwatch setup --systemd install`"
)
def setup(
    directory: _Directory = None,
    slack: _Slack = "",
    slack_base: _SlackBase = "",
    mail: _Mail = "",
    timezone: _Timezone = "",
    systemd: Annotated[
        _Systemd, typer.Option(help="Print the systemd unit, install it, or neither.")
    ] = _Systemd.ASK,
    untested: _Untested = False,
    no_poll: _NoPoll = False,
    yes: _Yes = False,
) -> None:
    """Ask for Slack and mail, test both, and write a configuration.

    It ends with a first alert from the news of the last day. You can run it again: it keeps the
    files that you have edited, and the secrets that you do not replace.

    Exit status 1 if a receiver that you named did not get its test message.
    """
    configure_logging(level="error")
    places = _places(directory)
    given = _Given(
        slack_url=slack,
        slack_base_url=slack_base,
        mail_url=mail,
        timezone=timezone,
        is_untested=untested,
        asks=not yes,
    )
    typer.echo(f"Your configuration will be in {places.config}; an upgrade does not change it.")
    answers = _ask(given, places)
    with writing(places.config):
        is_written = write_configuration(places.config, answers)
    _report(places, answers, is_written=is_written)
    if not is_written:
        _report_unused(given, read_answers(places.config, places.data))
    config = load_to_run(places.config)
    places = with_database(places, config.database)
    with writing(places.data):
        places.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not no_poll:
        _send_first_alert(config)
    service = make_service(places, is_system=os.geteuid() == 0)
    _offer_service(service, systemd, asks=given.asks)
    _show_next_steps(service, config.web_listen)


def _places(directory: Path | None) -> Places:
    own = own_places(os.environ, is_root=os.geteuid() == 0)
    if directory is None or directory.resolve() == own.config.resolve():
        return own
    directory = directory.resolve()
    if unusable := set("?}\n") & set(str(directory)):
        raise UsageError(
            f"{directory} cannot hold a database, because its name has {unusable.pop()!r}\n"
            "hint: name another directory with --dir"
        )
    return Places(config=directory, data=directory / "data")


# ------------------------------------------------------------ questions


def _ask(given: _Given, places: Places) -> Answers:
    known = read_answers(places.config, places.data)
    asks = given.asks and not is_edited(places.config)
    answers = replace(
        known,
        timezone=_ask_timezone(given.timezone, known.timezone, asks=asks),
        slack_base_url=given.slack_base_url or known.slack_base_url,
    )
    for name, typed, steps in (
        (SLACK, given.slack_url, _SLACK_STEPS),
        (MAIL, given.mail_url, _MAIL_STEPS),
    ):
        if typed:
            url = slack_url(typed) if name == SLACK else mail_url(typed)
            _require_test(name, url, answers, is_untested=given.is_untested)
        elif given.asks:
            typer.echo(steps)
            url = _ask_until_it_works(name, answers, is_untested=given.is_untested)
        else:
            continue
        answers = replace(answers, urls={**answers.urls, **({name: url} if url else {})})
    return answers


def _ask_timezone(given: str, before: str, *, asks: bool) -> str:
    usual = given or before or local_timezone(os.environ)
    if not is_timezone(usual):
        raise UsageError(f"no such time zone: {usual}\nhint: such as Europe/Berlin")
    while asks and not given:
        typed = typer.prompt("Time zone of alerts and digests", default=usual)
        if is_timezone(typed):
            return str(typed)
        typer.echo(f"no such time zone: {typed}; such as Europe/Berlin")
    return usual


def _ask_until_it_works(name: str, answers: Answers, *, is_untested: bool) -> str:
    """Return a URL that works or that is accepted nevertheless; "" to skip or keep."""
    question, read = _QUESTIONS[name]
    instead = "keep the present one" if name in answers.urls else "skip"
    asked, typed = f"{question} (Enter: {instead})", ""
    while True:
        typed = typed or typer.prompt(asked, default="", show_default=False)
        if not typed:
            return ""
        try:
            url = read(typed)
            driver = _open(name, url, answers)
        except UsageError as error:
            typer.echo(error)
            typed = ""
            continue
        if is_untested or _send_test(driver, name):
            return url
        typed = _ask_nevertheless()
        if typed == _YES:
            return url


def _ask_nevertheless() -> str:
    """Ask about a URL that failed its test; return "y", another address, or "" for neither."""
    question = "Use it nevertheless? [y/N, or paste another one]"
    typed = str(typer.prompt(question, default="n", show_default=False)).strip()
    return {"y": _YES, "yes": _YES, "n": "", "no": ""}.get(typed.lower(), typed)


def _read_mail(typed: str) -> str:
    """Return the URL of a mail account; for an address, ask for the rest of the account."""
    if "://" in typed:
        return mail_url(typed)
    address = check_address(typed)
    account = MailAccount(
        address=address,
        password=typer.prompt("Password, or app password (not shown)", hide_input=True),
        server=typer.prompt("Server for sending", default=usual_server(address)),
        recipients=typer.prompt("Who gets the alerts", default=address),
    )
    return mail_account_url(account)


_QUESTIONS: dict[str, tuple[str, Callable[[str], str]]] = {
    SLACK: ("Webhook URL", slack_url),
    MAIL: ("Your mail address", _read_mail),
}
_YES = "y"


# ------------------------------------------------------------ tests


def _open(name: str, url: str, answers: Answers) -> Driver:
    base_url = answers.slack_base_url if name == SLACK else ""
    receiver = Receiver(name=name, url=url, base_url=base_url)
    return open_driver(receiver, timezone=answers.timezone, templates=None)


def _require_test(name: str, url: str, answers: Answers, *, is_untested: bool) -> None:
    driver = _open(name, url, answers)
    if not is_untested and not _send_test(driver, name):
        typer.echo("nothing was written\nhint: --untested accepts it nevertheless", err=True)
        raise typer.Exit(1)


def _send_test(driver: Driver, name: str) -> bool:
    typer.echo(f"sending a test to {name} …")
    results = list(send_test(driver, name))
    for recipient, result in results:
        typer.echo(outcome_line(name, recipient, result))
    failed = [result for _, result in results if result.outcome is not Outcome.DELIVERED]
    if failed and (remedy := explain(driver.kind, failed[0].code, failed[0].text).remedy):
        typer.echo(f"hint: {remedy}")
    return not failed


# ------------------------------------------------------------ results


def _report(places: Places, answers: Answers, *, is_written: bool) -> None:
    typer.echo("")
    if is_written:
        typer.echo(f"written to {places.config}: receivers and routes are in straitwatch.yaml")
    else:
        typer.echo(
            f"{places.config / 'straitwatch.yaml'} is yours, so it stays as it is\n"
            "hint: its receivers can use ${SLACK_URL} and ${MAIL_URL}"
        )
    if answers.urls:
        typer.echo(f"secrets are in {places.config / SECRETS}, which only its owner can read")
        return
    typer.echo(
        "Slack and mail were skipped, so alerts are printed in the terminal\n"
        f"hint: run `straitwatch setup` again, or write SLACK_URL=… into {places.config / SECRETS}"
    )


def _report_unused(given: _Given, kept: Answers) -> None:
    """Name the options that an edited file does not take."""
    for key, wanted, present in (
        ("timezone", given.timezone, kept.timezone),
        ("base_url", given.slack_base_url, kept.slack_base_url),
    ):
        if wanted and wanted != present:
            typer.echo(f"hint: write `{key}: {wanted}` into it; the option changes no edited file")


def _send_first_alert(config: Config) -> None:
    """Poll once; send an example if there was no news."""
    typer.echo(f"\npolling {counted(len(config.feeds), 'feed')} for news of the last day …")
    try:
        done = run_async(lambda: run_once(config))
    except StoreBusy:
        typer.echo("a daemon is running already; it reloads the files by itself")
        return
    if done.summary["alerts"]:
        typer.echo(f"{counted(done.summary['alerts'], 'alert')} sent; the latest stories:")
        for story in done.state.counts.stories[:3]:
            typer.echo(f"  {story.title}")
        return
    is_offline = done.summary["failed"] == done.summary["feeds"] > 0
    typer.echo("no feed could be read" if is_offline else "no news of the last day matched")
    typer.echo("so here is an invented alert, marked [Example]:")
    _send_example(config)


def _send_example(config: Config) -> None:
    names = [name for name in (SLACK, MAIL) if name in _usable(config.receivers.values())]
    for name in names or ["terminal"]:
        receiver = config.receivers[name]
        driver = open_driver(receiver, timezone=config.timezone, templates=None)
        for recipient, result in send_now(driver, name, example_job("alert")):
            typer.echo(outcome_line(name, recipient, result))


def _usable(receivers: Iterable[Receiver]) -> set[str]:
    return {receiver.name for receiver in receivers if not receiver.broken_because}


# ------------------------------------------------------------ systemd


def _offer_service(service: Service, wish: _Systemd, *, asks: bool) -> None:
    if wish is _Systemd.ASK:
        wish = _ask_service(service) if asks and runs_systemd() else _Systemd.SKIP
    if wish is _Systemd.PRINT:
        typer.echo(f"\n# {service.path}\n{service.text}")
    if wish is _Systemd.INSTALL:
        if not runs_systemd():
            raise UsageError("systemd does not run here\nhint: --systemd print shows the unit")
        install_service(service, has_user=_has_user(USER))
        typer.echo(f"{service.path} is installed and started; `{service.log_command}` shows it")


def _ask_service(service: Service) -> _Systemd:
    """Ask whether to install a unit; keep one that is installed and the same."""
    present = service.path.read_text(encoding="utf-8") if service.path.is_file() else ""
    if present == service.text:
        typer.echo(f"\n{service.path} is installed; its daemon reloads the files by itself")
        return _Systemd.SKIP
    question = f"\nInstall {service.path} and start it now?"
    if present:
        question = f"\n{service.path} differs from the unit of this version. Replace it?"
    wanted = typer.confirm(question, default=not present)
    return _Systemd.INSTALL if wanted else _Systemd.SKIP


def _has_user(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _show_next_steps(service: Service, listen: str) -> None:
    typer.echo("\nNext:")
    config, page = service.places.config, _page(listen)
    if config_option(config):
        typer.echo(f"  export STRAITWATCH_CONFIG={quote(str(config))}")
    if not service.is_installed:
        daemon = f"the daemon; the status page is on {page}" if page else "the daemon"
        _show_step("straitwatch run", daemon)
    status = f"how it is doing, as on {page}" if page else "how it is doing"
    _show_step(f"{service.command_prefix}straitwatch status", status)
    _show_step(f"{service.command_prefix}straitwatch lists new ID", "a watch-list of your own")


def _page(listen: str) -> str:
    """Return the address of the pages on this computer; "" without them, or with a random port."""
    host, _, port = listen.rpartition(":")
    here = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104 - every address
    return f"http://{here}:{port}/" if port.strip("0") else ""


def _show_step(command: str, purpose: str) -> None:
    typer.echo(f"  {command:<26} {purpose}")
