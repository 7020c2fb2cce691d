"""Templates of the desk."""

import pytest

from builders.messages import (
    make_job,
)
from straitwatch.core.render import (
    check_templates,
    render_slack,
    render_text,
)


def test_own_template_replaces_only_its_fields() -> None:
    templates = {"slack/alert": "{% block context %}{{ super() }} Call the desk.{% endblock %}"}

    message = render_slack(make_job(), zone="UTC", templates=templates)

    assert message["blocks"][-1]["elements"][0]["text"].endswith("Call the desk.")
    assert message["blocks"][0] == render_slack(make_job(), zone="UTC", templates={})["blocks"][0]


BAD = [
    ("slack/alert", "{% block body %}{{ titel }}{% endblock %}", "undefined"),
    ("slack/alert", "{% block body %}{% endbloc %}", "line 1"),
    ("slack/alert", "hello", "fills no field"),
    ("slack/alarm", "{% block body %}x{% endblock %}", "no such template"),
    (
        "email/alert",
        "{% block html %}{{ title.text|string|safe }}{% endblock %}",
        "could become markup",
    ),
    ("text/digest", "{% block body %}{{ ().__class__.__bases__ }}{% endblock %}", "SecurityError"),
]


@pytest.mark.parametrize(("key", "source", "words"), BAD)
def test_bad_template_is_named(key: str, source: str, words: str) -> None:
    problems = check_templates({key: source})

    assert words in str(problems[0])
    assert problems[0].is_warning


def test_good_templates_have_no_problems() -> None:
    assert check_templates({"slack/digest": "{% block body %}{{ name }}{% endblock %}"}) == ()


def test_template_that_fails_later_is_replaced_by_the_shipped_one() -> None:
    templates = {"text/alert": "{% block title %}{{ 1 / (outlet_count - 1) }}{% endblock %}"}

    assert render_text(make_job(), zone="UTC", templates=templates) == render_text(
        make_job(), zone="UTC", templates={}
    )
