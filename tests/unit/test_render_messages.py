"""Messages in each medium."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from builders.messages import (
    AT,
    make_alert,
    make_digest,
    make_item,
    make_job,
    make_report,
    make_rollup,
)
from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
    CollectedUpdate,
    MatchNote,
    NoticeFacts,
    Outlet,
    PageChange,
    Quote,
    Reason,
    Severity,
    SignalKind,
    StoryName,
    Timeline,
    Wording,
)
from straitwatch.core.render import (
    TextLimits,
    check_templates,
    render_mail,
    render_slack,
    render_text,
)


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


def test_adjacent_hits_are_marked_as_one_phrase() -> None:
    quote = Quote(text="A submarine cable off Kinmen", spans=((2, 11), (12, 17), (22, 28)))

    assert "> A *submarine cable* off *Kinmen*" in slack_text(make_alert(quote=quote))


def test_slack_alert_reads_as_designed() -> None:
    assert slack_text() == (
        "🟠 *High · Ships through the Strait · Navies*\n"
        "*<https://wire.example/frigates?a=1&amp;b=2|Two frigates cross the Strait at dawn>*\n"
        "Example Wire · 06:34\n"
        "> The two *frigates* left the *fleet* before dawn.\n"
        "why s1"
    )


def test_alert_leaves_words_and_routes_to_why() -> None:
    for text in everywhere(make_alert(story_id="ujlmqabcde", first_report=make_report())):
        assert "why ujlmq" in text
        assert not [word for word in ("ujlmqa", "strait-desk", ".yaml", "tier 1") if word in text]


def test_stance_is_shown_unless_the_outlet_is_independent() -> None:
    state = make_alert(outlet=Outlet(name="Xinhua", stance="state", tier=1))

    assert all("Xinhua (state)" in text for text in everywhere(state))
    assert not any("(independent" in text for text in everywhere())


@pytest.mark.parametrize(
    ("published_at", "shown"),
    [
        (AT, "Example Wire · 06:40"),
        (AT - timedelta(days=1), "Example Wire · Sun 1 Mar, 06:40"),
        (AT - timedelta(days=90), "Example Wire · Tue 2 Dec 2025, 06:40"),
        (None, "Example Wire · seen 06:40"),
    ],
)
def test_time_has_a_day_and_a_year_if_they_are_not_todays(published_at, shown: str) -> None:
    for text in everywhere(make_alert(published_at=published_at)):
        assert shown in text
        assert "Taipei" not in text


def test_time_of_a_message_that_waited_has_its_day() -> None:
    job = make_job(rendered_at=AT + timedelta(days=1))

    assert "Mon 2 Mar, 06:34" in str(render_text(job, zone="Asia/Taipei", templates={}))


def test_long_headline_is_cut_after_a_word() -> None:
    title = "Coast guard ships cross the median line again " * 9

    for text in everywhere(make_alert(title=title, story_title=title)):
        assert "median line again Coast guard ships…" in text
        assert title.strip() not in text


def test_many_lists_are_counted() -> None:
    note = MatchNote(watchlist="a", title="A", severity=Severity.HIGH, score=10, terms=())
    facts = make_alert(matches=tuple(replace(note, title=f"L{at}") for at in range(5)))

    assert all("L0 · L1 · L2 · +2" in text for text in everywhere(facts))
    assert subject(facts).startswith("[High] L0 +4: ")


def test_first_outlet_is_named_and_the_others_are_counted() -> None:
    facts = make_alert(
        first_report=make_report(),
        also=(make_report(), make_report("Island Post")),
        outlet_count=9,
        origins=("Harbour Gazette", "Reuters"),
    )

    for text in everywhere(facts):
        assert "9 outlets, 2 origins · first seen: Harbour Gazette, 06:40 · why s1" in text
    assert "Island Post</a> and 6 more" in everywhere(facts)[2]


def test_only_origin_of_several_outlets_is_named() -> None:
    facts = make_alert(outlet_count=3, origins=("Reuters",))

    assert all("3 outlets, 1 origin: Reuters" in text for text in everywhere(facts))


def test_possibly_related_story_is_shown() -> None:
    other = make_report("Island Post", title="兩艘巡防艦清晨通過海峽")

    for text in everywhere(make_alert(related=other, related_names=("Penghu", "Shandong"))):
        assert "Possibly related: “兩艘巡防艦清晨通過海峽”" in text


def subject(facts) -> str:
    return render_mail(make_job(facts), zone="Asia/Taipei", templates={}).subject


def make_update(**changes):
    values = {
        "kind": AlertKind.UPDATE,
        "reason": Reason.DEVELOPMENT,
        "title": "A third frigate follows",
    }
    return make_alert(**(values | changes))


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


def test_mail_has_severity_list_and_headline_as_subject() -> None:
    raised = make_update(reason=Reason.HIGHER_SEVERITY, severity=Severity.CRITICAL)
    denied = make_update(signal=SignalKind.DENIAL)

    assert subject(make_update()) == "Update: A third frigate follows"
    assert subject(raised) == "Update, now critical: A third frigate follows"
    assert subject(denied) == "Denial: A third frigate follows"
    assert (
        subject(make_alert(title="Shots", story_title="Talks"))
        == "[High] Ships through the Strait +1: Shots"
    )


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


def collected(number: int, **changes) -> CollectedUpdate:
    update = CollectedUpdate(
        title=f"Part {number}",
        url=f"https://wire.example/{number}",
        outlet=Outlet(name="Island Post"),
        reason=Reason.DEVELOPMENT,
        severity=Severity.HIGH,
        seen_at=AT,
    )
    return replace(update, **changes)


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


def test_blank_lines_are_single() -> None:
    facts = make_update(updates=(collected(1),), added=("Penghu",), first_report=make_report())

    for text in (*everywhere(facts), *everywhere(make_digest(items=(make_item(1),)))):
        assert "\n\n\n" not in text


def test_digest_says_its_count_once_in_plain_text() -> None:
    facts = make_digest(items=(make_item(1, was_alerted=True), make_item(2)))

    text = str(render_text(make_job(facts), zone="UTC", templates={}))

    assert text.count("2 stories") == 1
    assert "1 already sent" in text


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("Wall Street Journal", "citing the Wall Street Journal"),
        ("The Economist", "citing The Economist"),
        ("Times of India", "citing the Times of India"),
        ("Reuters", "citing Reuters"),
        ("other media", "citing other media"),
        ("新華社", "citing 新華社"),
        ("Le Monde", "citing Le Monde"),
    ],
)
def test_origin_is_cited(origin: str, words: str) -> None:
    for make in (make_alert, make_update):
        assert all(words in text for text in everywhere(make(origin=origin)))


def test_collected_updates_that_do_not_fit_are_counted() -> None:
    facts = make_update(updates=tuple(collected(number) for number in range(20)))

    for text in everywhere(facts):
        assert "Part 19" in text
        assert "Part 11" not in text
        assert "and 12 more" in text


def test_headline_in_the_language_of_the_desk_has_the_original_beside_it() -> None:
    english = make_report("Island Post", title="Two frigates pass at dawn")
    facts = make_alert(title="兩艘巡防艦清晨通過海峽", headline=english)

    assert subject(facts) == "[High] Ships through the Strait +1: Two frigates pass at dawn"
    for text in everywhere(facts):
        assert "Original: " in text
        assert "兩艘巡防艦清晨通過海峽" in text


def test_update_names_its_story_in_the_language_of_the_desk() -> None:
    english = make_report("Island Post", title="Two frigates pass at dawn")
    facts = make_update(headline=english, story_title="兩艘巡防艦清晨通過海峽")

    for text in everywhere(facts):
        assert "re: Two frigates pass at dawn" in text


def test_who_was_first_is_claimed_only_by_a_plausible_date() -> None:
    dated = make_report(published_at=AT - timedelta(hours=1))
    future = make_report(published_at=AT + timedelta(hours=1))

    for text in everywhere(make_alert(first_report=dated)):
        assert "first: Harbour Gazette" in text
    for facts in (make_alert(first_report=future), make_alert(first_report=make_report())):
        for text in everywhere(facts):
            assert "first seen: Harbour Gazette" in text


def test_facts_of_earlier_versions_are_still_read() -> None:
    facts = TypeAdapter(AlertFacts)
    text = facts.dump_json(make_alert(reason=Reason.MORE_OUTLETS)).decode()
    later = ("signal", "part_of", "is_probable", "also_in", "added", "updates")
    old = {key: value for key, value in json.loads(text).items() if key not in (*later, "headline")}

    assert facts.validate_python(old) == make_alert(reason=Reason.MORE_OUTLETS)


def test_facts_with_a_field_of_an_earlier_version_are_still_read() -> None:
    facts = TypeAdapter(AlertFacts)
    stored = json.loads(facts.dump_json(make_alert())) | {"probability": None}

    assert facts.validate_python(stored) == make_alert()


def test_late_alert_says_so() -> None:
    assert all("late" in text for text in everywhere(make_alert(is_late=True)))


def test_update_lists_its_news() -> None:
    facts = make_alert(kind=AlertKind.UPDATE, reason=Reason.TIER_ONE, outlet_count=3)

    for text in everywhere(facts):
        assert "3 outlets" in text
        assert "first tier 1 outlet" in text


def test_update_by_the_only_outlet_counts_no_outlets() -> None:
    facts = make_alert(kind=AlertKind.UPDATE, reason=Reason.DEVELOPMENT, outlet_count=1)

    assert not any("1 outlet" in text for text in everywhere(facts))


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        (("Taiwan", "Taiwan Strait", "policy"), "Taiwan Strait, policy"),
        (("US", "USNI", "Xi", "Xi Jinping"), "US, USNI, Xi Jinping"),
        (("中国", "中国军", "中国军队", "军队", "出售"), "中国军队, 出售"),
    ],
)
def test_words_of_a_longer_term_are_not_listed_beside_it(
    terms: tuple[str, ...], shown: str
) -> None:
    note = MatchNote(watchlist="a", title="A", severity=Severity.HIGH, score=10, terms=terms)

    own = {"slack/alert": "{% block context %}{{ lists[0].terms }}{% endblock %}"}
    job = make_job(make_alert(matches=(note,)))

    assert (
        render_slack(job, zone="UTC", templates=own)["blocks"][-1]["elements"][0]["text"] == shown
    )


def test_empty_digest_lists_its_coverage() -> None:
    for text in everywhere(make_digest()):
        assert "Nothing matched" in text
        assert (
            "41/43 feeds current, 2 not covered: Harbour Gazette, Island Post, 1,284 entries read"
            in text
        )


def test_digest_names_the_lists_of_its_stories_and_counts_the_rest() -> None:
    facts = make_digest(items=(make_item(1), make_item(2, watchlists=("Navies",))), more=5)

    for text in everywhere(facts):
        assert "Story number 1" in text
        assert "Navies" in text
        assert "7 stories" in text
        assert "and 5 more" in text


def test_digest_is_ordered_by_severity_then_newness_then_outlets() -> None:
    later = AT + timedelta(hours=1)
    items = (
        make_item(1),
        make_item(2, outlet_count=3),
        make_item(3, first_seen_at=later),
        make_item(4, severity=Severity.CRITICAL, first_seen_at=AT - timedelta(hours=3)),
    )

    for text in everywhere(make_digest(items=items)):
        places = [text.index(f"Story number {number}") for number in (4, 3, 2, 1)]
        assert places == sorted(places)


def test_digest_folds_what_was_sent_into_one_line_each_after_the_news() -> None:
    sent = make_item(1, severity=Severity.HIGH, was_alerted=True, sentence="It was sent.")
    fresh = make_item(2, sentence="Nobody heard of it.")

    for text in everywhere(make_digest(items=(sent, fresh), running=(make_item(3, updates=1),))):
        places = [text.index(f"Story number {number}") for number in (2, 3, 1)]
        assert places == sorted(places)
        assert "Already sent" in text
        assert "Nobody heard of it." in text
        assert "It was sent." not in text


def test_subject_of_a_digest_has_the_first_headline() -> None:
    items = (make_item(1), make_item(2, severity=Severity.HIGH))

    assert subject(make_digest(items=items)) == "Digest morning: 2 stories, first: Story number 2"


HOURS = Timeline(since_at=AT, step=timedelta(hours=1), counts=(0, 1, 8, 2))


def test_digest_shows_its_reports_over_time() -> None:
    facts = make_digest(items=(make_item(),), timeline=HOURS)
    slack, text, html, plain = everywhere(facts)
    mail = render_mail(make_job(facts), zone="Asia/Taipei", templates={})

    assert all("Reports: ▁▂█▃ most at 08:40 (8)" in said for said in (slack, text, plain))
    assert f'<img src="cid:{mail.chart_id}"' in html
    assert 'alt="Bars: reports over time"' in html
    assert "11 reports over time, most at 08:40 (8)" in html
    assert mail.chart.startswith(b"\x89PNG")
    assert len(mail.chart) < 2_000


def test_line_of_a_timeline_fits_on_a_phone() -> None:
    facts = make_digest(timeline=replace(HOURS, counts=(*range(24),)))

    (bars,) = re.findall("Reports: (\\S+) most at", slack_text(facts))
    assert len(bars) == 12
    assert list(bars) == sorted(bars)


@pytest.mark.parametrize("counts", [(), (3, 1), (0, 0, 9, 0, 0)])
def test_digest_without_reports_or_hours_has_no_timeline(counts: tuple[int, ...]) -> None:
    facts = make_digest(timeline=replace(HOURS, counts=counts))

    assert render_mail(make_job(facts), zone="UTC", templates={}).chart == b""
    assert not any("Reports" in text or "<img" in text for text in everywhere(facts))


def test_feeds_that_were_not_covered_are_named_by_cause() -> None:
    broken = [f"Post {number}: frozen" for number in range(5)]
    coverage = replace(make_digest().coverage, feeds_broken=("Gazette: timeout", *broken))

    for text in everywhere(make_digest(coverage=coverage)):
        assert "6 not covered: 1 timeout (Gazette), 5 frozen (Post 0, Post 1 and 3 more)" in text


def test_digest_shows_a_headline_with_its_original() -> None:
    facts = make_digest(items=(make_item(1, original="兩艘巡防艦"),))

    assert all("(兩艘巡防艦)" in text for text in everywhere(facts))


def test_digest_lists_commentary_and_running_stories_by_themselves() -> None:
    facts = make_digest(
        items=(make_item(1),),
        running=(make_item(2, more_outlets=3, updates=2),),
        commentary=(make_item(3, part_of="Two frigates"),),
    )

    for text in everywhere(facts):
        assert "Running stories" in text
        assert "2 updates" in text
        assert "3 more outlets" in text
        assert "Commentary" in text
        assert "on “Two frigates”" in text
        assert "1 story" in text


def test_digest_counts_items_beyond_its_short_sections() -> None:
    asides = {"running": (make_item(1, updates=2),), "commentary": (make_item(2),)}

    for text in everywhere(make_digest(**asides, more_running=3, more_commentary=4)):
        assert "and 3 more" in text
        assert "and 4 more" in text


def test_digest_with_only_commentary_is_not_empty() -> None:
    for text in everywhere(make_digest(commentary=(make_item(1),))):
        assert "No new story" in text
        assert "Nothing matched" not in text


def test_digest_of_a_day_names_both_days() -> None:
    for text in everywhere(make_digest()):
        assert "Sun 1 Mar, 06:40 to Mon 2 Mar, 06:40" in text


def test_rollup_of_one_moment_names_one_time() -> None:
    for text in everywhere(make_rollup(until_at=AT)):
        assert "06:40 to" not in text
        assert "06:40" in text


def test_rollup_has_its_severity_in_the_subject_and_no_routes() -> None:
    facts = make_rollup(severity=Severity.HIGH)

    assert subject(facts).startswith("[High] 2 stories in one message")
    assert not any("strait-desk" in text for text in everywhere(facts))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (make_alert(), "Example Wire. The two frigates left the fleet before dawn."),
        (make_digest(items=(make_item(1), make_item(2))), "Story number 1; Story number 2"),
        (
            NoticeFacts(title="A feed broke", lines=("Harbour Gazette: 404",)),
            "Harbour Gazette: 404",
        ),
    ],
)
def test_mail_has_a_line_for_the_list_of_a_mail_program(facts, words: str) -> None:
    html = render_mail(make_job(facts), zone="UTC", templates={}).html

    assert f'<div class="pre">{words}</div>' in html


def test_rollup_marks_corrections_and_further_updates() -> None:
    items = (make_item(1, signal=SignalKind.RETRACTION), make_item(2, updates=2))

    for text in everywhere(make_rollup(items=items)):
        assert "RETRACTION: " in text
        assert "and 2 more updates" in text


def test_digest_of_a_hundred_long_stories_fits_into_slack() -> None:
    facts = make_digest(items=tuple(make_item(number, title="&" * 290) for number in range(100)))

    message = render_slack(make_job(facts), zone="UTC", templates={})

    assert len(json.dumps(message["blocks"])) < 13_200
    assert "more lines" not in json.dumps(message["blocks"])


def slack_digest(**changes: Any) -> str:
    """Return the text of a digest in Slack, with more stories than fit."""
    long_title = "Parliament passes the budget for defence " + "after a long debate " * 4
    facts = make_digest(
        items=tuple(
            make_item(number, title=f"{long_title}{number}", was_alerted=number > 60)
            for number in range(1, 101)
        ),
        running=(make_item(101, title="Talks continue"),),
        commentary=(make_item(102, title="What the talks mean"),),
    )
    message = render_slack(make_job(facts, **changes), zone="UTC", templates={})
    blocks = [block for block in message["blocks"] if block["type"] == "section"]
    return "\n".join(block["text"]["text"] for block in blocks)


def test_digest_that_is_too_long_for_slack_counts_the_other_stories_of_each_section() -> None:
    text = slack_digest()

    news, sent = text.split("*Already sent*")
    shown = [part.count("Parliament passes") for part in (news, sent)]
    counted = [int(re.search(r"^and (\d+) more$", part, re.MULTILINE)[1]) for part in (news, sent)]
    assert [found + more for found, more in zip(shown, counted, strict=True)] == [60, 40]
    assert "Talks continue" in text.split("*Running stories*")[1]
    assert "What the talks mean" in text.split("*Commentary and round-ups*")[1]


def test_rollup_that_is_too_long_for_a_service_counts_its_other_stories() -> None:
    facts = make_rollup(items=tuple(make_item(n) for n in range(14)), stories=20)
    limits = TextLimits(title=0, body=1_000)

    text = render_text(make_job(facts), zone="UTC", templates={}, limits=limits).body

    shown = text.count("https://wire.example/")
    assert 5 < shown < 14
    assert f"and {20 - shown} more: straitwatch outbox show d1" in text
    assert text.endswith("Replaces 3 messages; none was dropped")


def test_digest_that_is_too_long_for_a_service_keeps_its_sections() -> None:
    facts = make_digest(
        items=tuple(make_item(n, was_alerted=n > 20) for n in range(40)),
        commentary=(make_item(41, title="What the talks mean"),),
    )
    limits = TextLimits(title=250, body=2_000)

    text = render_text(make_job(facts), zone="UTC", templates={}, limits=limits).body

    assert len(re.findall(r"^and \d+ more$", text, re.MULTILINE)) == 2
    assert "What the talks mean" in text
    assert "All stories: straitwatch outbox show d1\n" in text
    assert "Coverage: 41/43 feeds current" in text


def test_digest_that_is_too_long_for_slack_is_as_long_as_possible() -> None:
    assert 9_000 < len(slack_digest()) <= 10_000


@pytest.mark.parametrize(
    ("stories_url", "ending"),
    [
        ("", "All stories: `straitwatch outbox show d1`"),
        (
            "https://w.example/?a=1",
            "All stories: <https://w.example/?a=1|on the page>",
        ),
    ],
)
def test_digest_that_is_too_long_for_slack_says_where_all_stories_are(
    stories_url: str, ending: str
) -> None:
    assert slack_digest(stories_url=stories_url).endswith(ending)


def test_notice_lists_its_lines() -> None:
    facts = NoticeFacts(title="A feed broke", lines=("Harbour Gazette: 404",))

    assert all("Harbour Gazette: 404" in text for text in everywhere(facts))


def test_word_in_the_middle_of_chinese_text_is_bold() -> None:
    facts = make_alert(quote=Quote(text="他說解放軍南下", spans=((2, 5),)))

    assert "他說\u200b*解放軍*\u200b南下" in slack_text(facts)


def test_spans_that_do_not_fit_are_ignored() -> None:
    facts = make_alert(quote=Quote(text="short", spans=((3, 99), (-1, 2), (2, 2))))

    assert "> short\n" in slack_text(facts)


def test_page_without_a_safe_address_is_shown_without_a_link() -> None:
    for url in (
        "javascript:alert(1)",
        "https://user:pass@wire.example/",
        "ftp://wire.example/",
        "https://a b/",
        "",
    ):
        assert "<" not in slack_text(make_alert(url=url))


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


def test_command_in_a_message_names_the_configuration() -> None:
    facts = make_rollup(stories=9)
    job = make_job(facts, config_option="--config /etc/desk")

    mail = render_mail(job, zone="UTC", templates={})

    for said in (str(render_text(job, zone="UTC", templates={})), mail.text, mail.html):
        assert "straitwatch outbox show d1 --config /etc/desk" in said
    assert all("--config" not in said for said in everywhere(facts))


def test_same_job_gives_the_same_words() -> None:
    job = make_job(replace(make_alert(), outlet_count=4))

    assert render_mail(job, zone="UTC", templates={}) == render_mail(job, zone="UTC", templates={})


def test_alert_says_that_its_lists_matched_the_text_of_the_page() -> None:
    told = everywhere(make_alert(is_from_page=True))

    assert all("Matched in the article’s text" in text for text in told)
    assert not any("article’s text" in text for text in everywhere())


def test_changed_article_is_shown_before_and_after() -> None:
    change = PageChange(
        headline=Wording(was="Ships cross", now="Ships turn back"),
        passages=(Wording(was="Twelve ships crossed.", now="Two ships crossed."),),
    )

    told = everywhere(make_update(reason=Reason.PAGE_CHANGED, change=change))

    for words in ("Ships cross", "Ships turn back", "Twelve ships crossed.", "Two ships crossed."):
        assert all(words in text for text in told)
    assert all("the article was changed" in text for text in told)


def test_removed_article_is_shown_with_the_answer_of_its_page() -> None:
    change = PageChange(is_removed=True, note="answered 410 Gone")

    told = everywhere(make_update(reason=Reason.PAGE_REMOVED, change=change))

    assert all("The page is gone: answered 410 Gone" in text for text in told)
    assert all("the article was removed" in text for text in told)


def test_correction_on_the_page_is_quoted() -> None:
    change = PageChange(note="Correction: It was two ships.", signal=SignalKind.CORRECTION)
    facts = make_update(reason=Reason.CORRECTION, signal=SignalKind.CORRECTION, change=change)

    told = everywhere(facts)

    assert all("The page now says: Correction: It was two ships." in text for text in told)


def test_changed_article_that_waited_is_shown_before_and_after() -> None:
    change = PageChange(passages=(Wording(was="Twelve ships crossed.", now="Two ships crossed."),))
    waited = collected(1, reason=Reason.PAGE_CHANGED, change=change)

    for facts in (make_alert(updates=(waited,)), make_update(updates=(waited,))):
        told = everywhere(facts)
        assert all("Twelve ships crossed." in text for text in told)
        assert all("Two ships crossed." in text for text in told)
