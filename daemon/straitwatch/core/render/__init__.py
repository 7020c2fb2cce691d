"""Renders the facts of an alert as the text of a message.

    SendJob -> render_slack -> blocks      render_mail -> subject, text, html      render_text

All text is untrusted; `media` escapes it for each medium. Times are shown in the given time zone.
"""

from straitwatch.core.render.check import check_templates
from straitwatch.core.render.examples import EXAMPLES, example_job
from straitwatch.core.render.mail import MailParts, render_mail
from straitwatch.core.render.parts import span_text
from straitwatch.core.render.plain import PlainText, TextLimits, fit_text, render_text
from straitwatch.core.render.slack import as_text, context_block, render_slack
from straitwatch.core.render.slack_buttons import add_buttons, render_edit

__all__ = [
    "EXAMPLES",
    "MailParts",
    "PlainText",
    "TextLimits",
    "add_buttons",
    "as_text",
    "check_templates",
    "context_block",
    "example_job",
    "fit_text",
    "render_edit",
    "render_mail",
    "render_slack",
    "render_text",
    "span_text",
]
