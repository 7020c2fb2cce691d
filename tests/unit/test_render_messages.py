"""What a person gets, said once for each medium."""

import json
from dataclasses import replace

import pytest

from messages import make_alert, make_digest, make_item, make_job, make_report
from straitwatch.core.model import AlertKind, NoticeFacts, Quote, Reason
from straitwatch.core.render import check_templates, render_mail, render_slack, render_text


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


SAID = [
    "Ships through the Strait",
    "Navies",
    "frigates",
    "Example Wire (independent, tier 1)",
    "Mon 2 Mar 2026, 06:34 Taipei",
    "strait-desk",
    "straitwatch.yaml",
    "s1",
]


@pytest.mark.parametrize("words", SAID)
def test_an_alert_says_everything_on_every_medium(words: str) -> None:
    assert all(words in text for text in everywhere())


def test_the_slack_alert_reads_as_designed() -> None:
    assert slack_text() == (
        "🟠 *High* · *Ships through the Strait* · *Navies*\n"
        "*<https://wire.example/frigates?a=1&amp;b=2|Two frigates cross the Strait at dawn>*\n"
        "Example Wire (independent, tier 1) · Mon 2 Mar 2026, 06:34 Taipei\n"
        "> The two *frigates* left the *fleet* before dawn.\n"
        "Ships through the Strait (high): frigates, Strait; Navies (normal): fleet\n"
        "Story s1 · first seen Mon 2 Mar 2026, 06:40 Taipei · sent by route strait-desk to desk; change it in straitwatch.yaml"
    )


def test_who_reported_it_first_and_who_else_is_named() -> None:
    facts = make_alert(
        first_report=make_report(), also=(make_report(), make_report("Island Post")), outlet_count=9
    )

    for text in everywhere(facts):
        assert "Harbour Gazette" in text
        assert "Island Post" in text
        assert "and 6 more" in text


def test_a_possibly_related_story_is_named_with_what_both_name() -> None:
    other = make_report("Island Post", title="兩艘巡防艦清晨通過海峽")
    facts = make_alert(related=other, related_names=("Penghu", "Shandong"))

    for text in everywhere(facts):
        assert "Possibly related" in text
        assert "兩艘巡防艦清晨通過海峽" in text
        assert "both name Penghu, Shandong" in text


def test_an_alert_says_how_a_possibly_related_story_is_joined() -> None:
    facts = make_alert(related=make_report(), related_names=("PLA",), related_id="r7")

    assert all("straitwatch stories merge r7 s1" in text for text in everywhere(facts))


def test_an_update_says_how_a_report_is_taken_out_of_its_story() -> None:
    facts = make_alert(kind=AlertKind.UPDATE, reason=Reason.TIER_ONE, entry_id="e9")

    assert all("straitwatch stories split s1 e9" in text for text in everywhere(facts))


def test_a_late_alert_says_so() -> None:
    assert all("late" in text for text in everywhere(make_alert(is_late=True)))


def test_an_update_says_what_is_new() -> None:
    facts = make_alert(kind=AlertKind.UPDATE, reason=Reason.TIER_ONE, outlet_count=3)

    for text in everywhere(facts):
        assert "3 outlets" in text
        assert "first tier 1 outlet" in text


def test_nothing_matched_is_never_said_without_what_was_covered() -> None:
    for text in everywhere(make_digest()):
        assert "Nothing matched" in text
        assert (
            "41/43 feeds current, 2 broken: Harbour Gazette, Island Post, 1,284 entries read"
            in text
        )


def test_a_digest_lists_stories_by_watch_list_and_counts_the_rest() -> None:
    facts = make_digest(items=(make_item(1), make_item(2, watchlists=("Navies",))), more=5)

    for text in everywhere(facts):
        assert "Story number 1" in text
        assert "Navies" in text
        assert "7 stories" in text
        assert "and 5 more" in text


def test_a_digest_of_a_hundred_long_stories_fits_into_slack() -> None:
    facts = make_digest(items=tuple(make_item(number, title="&" * 290) for number in range(100)))

    message = render_slack(make_job(facts), zone="UTC", templates={})

    assert len(json.dumps(message["blocks"])) < 13_200
    assert "more lines" in json.dumps(message["blocks"])


def test_a_notice_lists_its_lines() -> None:
    facts = NoticeFacts(title="A feed broke", lines=("Harbour Gazette: 404",))

    assert all("Harbour Gazette: 404" in text for text in everywhere(facts))


def test_a_word_in_the_middle_of_chinese_text_is_bold() -> None:
    facts = make_alert(quote=Quote(text="他說解放軍南下", spans=((2, 5),)))

    assert "他說\u200b*解放軍*\u200b南下" in slack_text(facts)


def test_spans_that_do_not_fit_are_ignored() -> None:
    facts = make_alert(quote=Quote(text="short", spans=((3, 99), (-1, 2), (2, 2))))

    assert "> short\n" in slack_text(facts)


def test_a_page_without_a_safe_address_is_shown_without_a_link() -> None:
    for url in (
        "javascript:alert(1)",
        "https://user:pass@wire.example/",
        "ftp://wire.example/",
        "https://a b/",
        "",
    ):
        assert "<" not in slack_text(make_alert(url=url))


def test_an_own_template_replaces_only_its_fields() -> None:
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
def test_a_bad_template_is_named(key: str, source: str, words: str) -> None:
    problems = check_templates({key: source})

    assert words in str(problems[0])
    assert problems[0].is_warning


def test_good_templates_have_no_problems() -> None:
    assert check_templates({"slack/digest": "{% block body %}{{ name }}{% endblock %}"}) == ()


def test_a_template_that_fails_later_gives_way_to_the_shipped_one() -> None:
    templates = {"text/alert": "{% block title %}{{ 1 / (outlet_count - 1) }}{% endblock %}"}

    assert render_text(make_job(), zone="UTC", templates=templates) == render_text(
        make_job(), zone="UTC", templates={}
    )


def test_the_same_job_gives_the_same_words() -> None:
    job = make_job(replace(make_alert(), outlet_count=4))

    assert render_mail(job, zone="UTC", templates={}) == render_mail(job, zone="UTC", templates={})
