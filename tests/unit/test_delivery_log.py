"""Log lines about a message name its headline, lists and story."""

import pytest

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


@pytest.mark.parametrize("kind", ["digest", "rollup"])
def test_log_of_a_message_about_many_stories_names_them(kind: str) -> None:
    job = example_job(kind)

    stories = describe_message(job)["stories"]

    assert isinstance(stories, list)
    assert {item.story_id for item in job.facts.items} <= set(stories)
