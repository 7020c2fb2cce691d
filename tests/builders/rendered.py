"""Render messages in each medium."""

from builders.messages import make_job
from straitwatch.core.render import render_mail, render_slack, render_text


def slack_text(facts=None, **changes) -> str:
    message = render_slack(make_job(facts, **changes), zone="Asia/Taipei", templates={})
    return "\n".join(
        block["text"]["text"] if "text" in block else block["elements"][0]["text"]
        for block in message["blocks"]
    )


def everywhere(facts=None) -> list[str]:
    job = make_job(facts)
    mail = render_mail(job, zone="Asia/Taipei", templates={})
    return [
        slack_text(facts),
        mail.text,
        mail.html,
        str(render_text(job, zone="Asia/Taipei", templates={})),
    ]


def subject(facts) -> str:
    return render_mail(make_job(facts), zone="Asia/Taipei", templates={}).subject
