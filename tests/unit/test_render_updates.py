"""Updates in each medium, and the words that set them apart from alerts."""

import pytest

from builders.messages import (
    collected,
    make_alert,
    make_job,
    make_report,
    make_update,
)
from builders.rendered import everywhere, slack_text, subject
from straitwatch.core.model import (
    AlertKind,
    Reason,
    Severity,
    SignalKind,
    StoryName,
)
from straitwatch.core.render import (
    render_mail,
    render_slack,
    render_text,
)


def beginnings(facts) -> list[str]:
    """The first visible lines: notification, Slack, subject, mail, terminal."""
    job = make_job(facts)
    mail = render_mail(job, zone="Asia/Taipei", templates={})
    return [
        render_slack(job, zone="Asia/Taipei", templates={})["text"],
        slack_text(facts).removeprefix("*"),
        mail.subject,
        mail.text,
        str(render_text(job, zone="Asia/Taipei", templates={})),
    ]


@pytest.mark.parametrize("signal", list(SignalKind))
@pytest.mark.parametrize("make", [make_alert, make_update])
def test_signal_is_the_first_word_everywhere(signal: SignalKind, make) -> None:
    facts = make(signal=signal)

    assert all(text.upper().startswith(signal.upper()) for text in beginnings(facts))
    assert f"<b>{signal.upper()}</b>" in everywhere(facts)[2]


def test_message_without_a_signal_begins_with_its_severity() -> None:
    assert beginnings(make_alert())[0].startswith(
        "🟠 High · Ships through the Strait · Navies: Two"
    )
    assert beginnings(make_update())[1].startswith("Update: new development* · 🟠 *High · ")


def test_raised_update_says_its_severity_once() -> None:
    raised = make_update(reason=Reason.HIGHER_SEVERITY, severity=Severity.CRITICAL)

    for text in beginnings(raised):
        assert text.startswith("Update, now critical")
        assert "Critical" not in text.partition("\n")[0]


def test_raised_correction_says_both() -> None:
    facts = make_update(
        reason=Reason.HIGHER_SEVERITY, severity=Severity.CRITICAL, signal=SignalKind.CORRECTION
    )

    assert subject(facts) == "Correction, now critical: A third frigate follows"


def test_subject_of_an_update_that_makes_a_story_critical_says_so() -> None:
    breaking = make_update(
        reason=Reason.BREAKING, severity=Severity.CRITICAL, title="Update: ships sail"
    )

    assert subject(breaking) == "Update, now critical: Update: ships sail"


def test_update_says_which_story_it_belongs_to() -> None:
    for text in everywhere(make_update()):
        assert "re: Two frigates cross the Strait at dawn" in text
        assert "A third frigate follows" in text


def test_headline_of_the_story_is_short_in_an_update() -> None:
    old = "Two frigates cross the Strait at dawn and three more follow within the hour of noon"

    for text in everywhere(make_update(story_title=old)):
        assert (
            "re: Two frigates cross the Strait at dawn and three more follow within the hour"
            in text
        )
        assert "of noon" not in text


def test_update_with_the_headline_of_its_story_does_not_repeat_it() -> None:
    same = make_update(title="Two frigates cross the Strait at dawn")

    assert all("re: " not in text for text in everywhere(same))


def test_probable_update_says_that_its_story_is_a_guess() -> None:
    for text in everywhere(make_update(is_probable=True)):
        assert "Probably about the same event as “Two frigates cross the Strait at dawn”" in text
        assert "re: " not in text


def test_alert_that_is_part_of_a_known_story_names_it() -> None:
    facts = make_alert(part_of=StoryName(story_id="s0", title="Cable to Matsu cut"))

    assert all("Part of: Cable to Matsu cut" in text for text in everywhere(facts))


def test_alert_of_split_reports_names_the_story_that_they_were_in() -> None:
    facts = make_alert(split_from=StoryName(story_id="s0", title="Cable to Matsu is cut"))

    assert all("Split from: Cable to Matsu is cut" in text for text in everywhere(facts))


def test_alert_of_its_own_has_a_thread_of_its_own() -> None:
    known = make_alert()
    same_story = make_alert(revision=2, part_of=StoryName(story_id="s1", title="Cable"))
    other_story = make_alert(story_id="s2", part_of=StoryName(story_id="s1", title="Cable"))

    threads = [
        render_mail(make_job(facts), zone="UTC", templates={}).thread
        for facts in (known, same_story, other_story)
    ]

    assert threads == ["s1", "s1-2", "s2"]


def test_first_report_in_another_language_says_so() -> None:
    facts = make_update(title="兩艘巡防艦清晨通過海峽", also_in="zh", reason=Reason.OTHER_LANGUAGE)

    assert subject(facts) == "Also in Chinese: 兩艘巡防艦清晨通過海峽"
    assert all(text.lstrip("*").startswith("Also in Chinese") for text in beginnings(facts))


def test_novelty_is_on_one_line() -> None:
    facts = make_update(added=("Penghu", "three frigates"))

    for text in everywhere(facts):
        assert "Adds: Penghu, three frigates" in text


def test_collected_updates_have_a_line_each() -> None:
    guess = collected(2, reason=Reason.PROBABLE)
    denial = collected(3, signal=SignalKind.DENIAL, reason=Reason.CORRECTION)

    for text in everywhere(make_update(updates=(collected(1), guess, denial))):
        assert "Part 1" in text
        assert "probably the same event" in text
        assert "DENIAL: " in text
        assert "Island Post" in text


def test_every_kind_of_collected_update_has_a_reason() -> None:
    reasons = (Reason.OTHER_LANGUAGE, Reason.NEW_STORY, Reason.CORRECTION)
    updates = tuple(collected(at, reason=reason) for at, reason in enumerate(reasons))
    denial = collected(9, signal=SignalKind.DENIAL, reason=Reason.CORRECTION)

    text = slack_text(make_update(updates=(*updates, denial)))

    lines = [line for line in text.split("\n") if line.startswith("•")]
    assert [line.rpartition(" · ")[2] for line in lines] == [
        "first report in another language",
        "first report",
        "correction",
        "06:40",
    ]


def test_address_is_once_in_a_message_with_collected_updates() -> None:
    also = make_report("Island Post", url=collected(1).url)
    first = make_report("Harbour Gazette", url=collected(2).url)
    facts = make_update(
        updates=(collected(1), collected(2, outlet=first.outlet)),
        also=(also, make_report("Quay News")),
        first_report=first,
        outlet_count=4,
    )

    for text in everywhere(facts):
        assert text.count("https://wire.example/1") == 1
        assert text.count("https://wire.example/2") == 1


def test_update_does_not_repeat_the_word_of_its_headline() -> None:
    facts = make_update(title="UPDATE: Wording of the ferry rule")
    other = make_update(title="Updates to the ferry rule")

    assert subject(facts) == "UPDATE: Wording of the ferry rule"
    assert subject(other) == "Update: Updates to the ferry rule"


def test_collected_updates_that_do_not_fit_are_counted() -> None:
    facts = make_update(updates=tuple(collected(number) for number in range(20)))

    for text in everywhere(facts):
        assert "Part 19" in text
        assert "Part 11" not in text
        assert "and 12 more" in text


def test_update_names_its_story_in_the_language_of_the_desk() -> None:
    english = make_report("Island Post", title="Two frigates pass at dawn")
    facts = make_update(headline=english, story_title="兩艘巡防艦清晨通過海峽")

    for text in everywhere(facts):
        assert "re: Two frigates pass at dawn" in text


def test_update_lists_its_news() -> None:
    facts = make_alert(kind=AlertKind.UPDATE, reason=Reason.TIER_ONE, outlet_count=3)

    for text in everywhere(facts):
        assert "3 outlets" in text
        assert "first tier 1 outlet" in text


def test_update_by_the_only_outlet_counts_no_outlets() -> None:
    facts = make_alert(kind=AlertKind.UPDATE, reason=Reason.DEVELOPMENT, outlet_count=1)

    assert not any("1 outlet" in text for text in everywhere(facts))
