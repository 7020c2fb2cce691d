"""`render`: render a stored message or an example."""

import json as json_text
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from straitwatch import store as db
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import opened_to_read, settings_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.config import Settings
from straitwatch.core.model import SendJob
from straitwatch.core.render import (
    example_job,
    render_mail,
    render_slack,
    render_text,
)
from straitwatch.errors import UsageError


class _Example(StrEnum):
    ALERT = "alert"
    UPDATE = "update"
    DIGEST = "digest"
    ROLLUP = "rollup"
    NOTICE = "notice"


class _Form(StrEnum):
    SLACK = "slack"
    MAIL = "mail"
    HTML = "html"
    TEXT = "text"


app = new_app()


@app.command(
    epilog="Examples:  `straitwatch render --example alert`  ·  `straitwatch render 3f2a… --as "
    "html --output alert.html`  ·  `straitwatch render --example digest --as slack`"
)
def render(
    what: Annotated[
        str, typer.Argument(metavar="[DELIVERY|ALERT|STORY]", help="An id from `stories alerts`.")
    ] = "",
    example: Annotated[
        _Example | None, typer.Option("--example", help="Render an example instead.")
    ] = None,
    form: Annotated[_Form, typer.Option("--as", help="The medium.")] = _Form.TEXT,
    output: Annotated[
        Path | None, typer.Option(help="Write to this file instead of stdout.")
    ] = None,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Render a stored message or an example.

    Your own templates are used. A story is rendered as its latest message. No message is sent.
    """
    if bool(what) == bool(example):
        raise UsageError("name a delivery, an alert or a story, or use --example")
    settings, job = _example(config, example) if example else _stored(config, what)
    text = _rendered(job, form, settings)
    if output:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{output} cannot be written: {error.strerror}") from error
        typer.echo(f"{output} written", err=True)
    elif json:
        write_line({"kind": job.kind, "as": form.value, "text": text})
    else:
        typer.echo(text)


def _example(directory: Path, example: _Example) -> tuple[Settings, SendJob]:
    return settings_to_read(directory), example_job(example.value)


def _stored(directory: Path, what: str) -> tuple[Settings, SendJob]:
    with opened_to_read(directory) as (loaded, store):
        job = store.call(_job, what)
    if job is None:
        hint = "see `straitwatch stories alerts`"
        raise UsageError(f"no delivery, alert or story: {what}\nhint: {hint}")
    return loaded, job


def _job(tx: db.Transaction, what: str) -> SendJob | None:
    record = _find(tx, what)
    if record is None:
        return None
    job = SendJob(
        delivery=record.delivery,
        kind=record.kind,
        facts=record.facts,
        created_at=record.created_at,
    )
    return db.with_carried(tx, job)


def _find(tx: db.Transaction, what: str) -> db.DeliveryRecord | None:
    if record := db.show_delivery(tx, db.full_id(tx, what)):
        return record
    if records := db.list_deliveries(tx, alert_id=what, limit=1):
        return records[0]
    return next(iter(db.list_deliveries(tx, story_id=what, limit=1)), None)


def _rendered(job: SendJob, form: _Form, config: Settings) -> str:
    from straitwatch.deliver import load_templates  # noqa: PLC0415 - half a second, if needed

    zone, templates = config.timezone, load_templates(config.directory / "templates")
    match form:
        case _Form.SLACK:
            message = render_slack(job, zone=zone, templates=templates, is_bot=True)
            return json_text.dumps(message, ensure_ascii=False, indent=2)
        case _Form.MAIL:
            mail = render_mail(job, zone=zone, templates=templates)
            return f"Subject: {mail.subject}\n\n{mail.text}"
        case _Form.HTML:
            return render_mail(job, zone=zone, templates=templates).html
        case _Form.TEXT:
            return str(render_text(job, zone=zone, templates=templates))
