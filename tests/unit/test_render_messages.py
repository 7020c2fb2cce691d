"""Messages in each medium."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from builders.messages import (
    AT,
    collected,
    make_alert,
    make_digest,
    make_item,
    make_job,
    make_report,
    make_rollup,
    make_update,
)
from builders.rendered import everywhere, slack_text, subject
from straitwatch.core.model import (
    AlertFacts,
    MatchNote,
    NoticeFacts,
    Outlet,
    PageChange,
    Quote,
    Reason,
    Severity,
    SignalKind,
    Wording,
)
from straitwatch.core.render import (
    render_mail,
    render_slack,
    render_text,
)


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


def test_blank_lines_are_single() -> None:
    facts = make_update(updates=(collected(1),), added=("Penghu",), first_report=make_report())

    for text in (*everywhere(facts), *everywhere(make_digest(items=(make_item(1),)))):
        assert "\n\n\n" not in text


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


def test_headline_in_the_language_of_the_desk_has_the_original_beside_it() -> None:
    english = make_report("Island Post", title="Two frigates pass at dawn")
    facts = make_alert(title="兩艘巡防艦清晨通過海峽", headline=english)

    assert subject(facts) == "[High] Ships through the Strait +1: Two frigates pass at dawn"
    for text in everywhere(facts):
        assert "Original: " in text
        assert "兩艘巡防艦清晨通過海峽" in text


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
