"""Log lines about a message name its headline, lists and story."""

import structlog

from straitwatch.core.render import example_job
from straitwatch.pipeline.deliver import describe_message


def test_log_of_an_alert_names_headline_lists_and_story() -> None:
    job = example_job("alert")

    names = describe_message(job)

    assert names["headline"] == job.facts.title
    assert names["story"] == job.facts.story_id
    assert names["kind"] == "new"


def test_log_of_a_notice_names_its_title() -> None:
    assert "headline" in describe_message(example_job("notice"))


def test_log_of_a_digest_needs_no_headline() -> None:
    with structlog.contextvars.bound_contextvars(**describe_message(example_job("digest"))):
        assert structlog.contextvars.get_contextvars()["kind"] == "digest"
