"""Files and environment become one frozen configuration with defaults."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from straitwatch.config import (
    Config,
    config_fingerprint,
    kept_lists,
    load_config,
    load_lists,
    require_files,
)
from straitwatch.core.model import EntryKind, FullText, MatchText, Receiver, Severity
from straitwatch.errors import ConfigError

LIST = "watchlists:\n  - id: strait\n    match: [Taiwan Strait]\n"


def write(directory: Path, **files: str) -> Path:
    """Write files: `feeds` is feeds.yaml, `lists` is watchlists/lists.yaml."""
    for name, text in files.items():
        folder = directory / "watchlists" if name.startswith("lists") else directory
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return directory


def load(directory: Path, **environ: str) -> Config:
    return load_config(directory, environ=environ)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ("terminal",)),
        ({"MAIL": "json://mail"}, ("mail",)),
        ({"SLACK": "json://slack", "MAIL": "json://mail"}, ("mail", "slack")),
    ],
)
def test_system_messages_pass_over_receivers_that_are_not_set_up(
    tmp_path: Path, environ: dict[str, str], expected: tuple[str, ...]
) -> None:
    write(
        tmp_path,
        straitwatch="""
receivers: {slack: {url: "${SLACK}"}, mail: {url: "${MAIL}"}}
system: {send: [mail, slack]}
""",
    )

    assert load(tmp_path, **environ).system_send == expected


def test_empty_directory_is_a_configuration_that_prints_to_the_terminal(tmp_path: Path) -> None:
    config = load(tmp_path)

    assert config.receivers == {"terminal": Receiver(name="terminal", url="terminal://")}
    assert [route.send for route in config.alerts.routes] == [("terminal",)]
    assert config.polling.interval == timedelta(minutes=15)
    assert config.retention.entries_after == timedelta(days=90)
    assert config.notices == ()


def test_empty_value_means_its_default(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="timezone:\nroutes:\npolling:\n  interval:\n")

    assert load(tmp_path).polling.interval == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("auto", FullText.AUTO),
        ("always", FullText.ALWAYS),
        ("never", FullText.NEVER),
        ("true", FullText.ALWAYS),
        ("false", FullText.NEVER),
    ],
)
def test_full_text_is_a_word_or_a_value_of_earlier_versions(
    tmp_path: Path, written: str, meant: FullText
) -> None:
    feed = f"{{name: Wire, url: 'https://wire.example/rss', full_text: {written}}}"
    write(
        tmp_path,
        feeds=f"feeds: [{feed}]\n",
        lists=f"{LIST}    full_text: {written}\n",
        straitwatch=f"pages: {{full_text: {written}}}\n",
    )

    config = load(tmp_path)

    (feed_of_file,), (watchlist,) = config.feeds, config.watchlists
    assert {config.pages.full_text, feed_of_file.full_text, watchlist.full_text} == {meant}
    assert config.notices == ()


def test_terminal_replaces_receivers_without_their_variables(tmp_path: Path) -> None:
    write(
        tmp_path,
        straitwatch="receivers: {desk: {url: '${SLACK_URL}'}}\nroutes: [{match: {}, send: [desk]}]\n",
    )

    config = load(tmp_path)

    assert config.receivers["desk"].broken_because == "SLACK_URL is not set"
    assert config.alerts.routes[0].send == ("terminal",)
    assert [str(notice) for notice in config.notices if "SLACK_URL" in notice.message]


def test_bot_without_its_app_token_sends_without_buttons(tmp_path: Path) -> None:
    bot = "{url: 'slack://xoxb-1-2-a/C0DESK', app_token: '${SLACK_APP_TOKEN}'}"
    write(
        tmp_path,
        straitwatch=f"receivers: {{desk: {bot}}}\nroutes: [{{match: {{}}, send: [desk]}}]\n",
    )

    config = load(tmp_path)

    desk = config.receivers["desk"]
    assert (desk.broken_because, desk.app_token) == ("", "")
    assert [str(notice) for notice in config.notices if "no buttons" in notice.message]


def test_app_token_in_the_file_is_not_stored_with_the_configuration(tmp_path: Path) -> None:
    bot = "{url: 'slack://xoxb-1-2-a/C0DESK', app_token: 'xapp-1-secret'}"
    write(
        tmp_path,
        straitwatch=f"receivers: {{desk: {bot}}}\nroutes: [{{match: {{}}, send: [desk]}}]\n",
    )

    config = load(tmp_path)

    assert config.receivers["desk"].app_token == "xapp-1-secret"
    assert "xapp-1-secret" not in config.text


DIGEST = """
receivers: {desk: {url: "${SLACK_URL}"}, mail: {url: "${MAIL_URL}"}}
routes: [{match: {}, send: [desk]}]
digests: [{name: morning, at: "07:30", send: [mail]}]
"""


@pytest.mark.parametrize(
    ("environ", "routed", "digested"),
    [
        ({}, "terminal", "terminal"),
        ({"SLACK_URL": "json://localhost/"}, "desk", "mail"),
        ({"MAIL_URL": "json://localhost/"}, "terminal", "mail"),
    ],
)
def test_terminal_replaces_the_receivers_of_digests(
    tmp_path: Path, environ: dict[str, str], routed: str, digested: str
) -> None:
    alerts = load(write(tmp_path, straitwatch=DIGEST), **environ).alerts

    assert [route.send for route in alerts.routes] == [(routed,)]
    assert [digest.send for digest in alerts.digests] == [(digested,)]


def test_receiver_reads_its_url_from_the_environment_and_hides_it(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        straitwatch="receivers: {desk: {url: '${DESK_URL}'}}\nroutes: [{match: {}, send: [desk]}]\n",
    )

    config = load(tmp_path, DESK_URL="json://user:secret@localhost/")

    assert config.receivers["desk"].url == "json://user:secret@localhost/"
    assert config.alerts.routes[0].send == ("desk",)
    assert "secret" not in config.text + repr(config)


def test_address_in_plain_text_is_not_saved(tmp_path: Path) -> None:
    write(
        tmp_path,
        straitwatch=(
            "database: postgresql+psycopg://me:secret@db/straitwatch\n"
            "receivers:\n  a: {url: 'slack://secret/secret/secret'}\n"
            "  b: {url: 'https://me:secret@example.org/hook/secret'}\n"
        ),
    )

    config = load(tmp_path)

    assert "secret" not in config.text
    assert "secret" in config.receivers["a"].url


@pytest.mark.parametrize(
    "more",
    [
        "headers: {Authorization: Bearer hidden-word, X-Key: hidden-word}",
        """headers:
      Authorization: "Bearer hidden-word"
      'X-Key' : hidden-word""",
        "full_text: false",
    ],
)
def test_password_of_a_feed_is_not_saved(tmp_path: Path, more: str) -> None:
    text = f"""
feeds:
  - name: CNA
    url: "https://feeds.example/rss?page=2&access_token=hidden-word&Key=hidden,word&a=b"
    {more}
  - {{name: B, url: https://feeds.example/b?sig=hidden-word, country: TW}}
  - {{name: C, url: "https://hidden-word@feeds.example/c?code=hidden;pwd=hidden-word"}}
"""

    config = load(write(tmp_path, feeds=text))

    assert "hidden" not in config.text
    assert "access_token=***&Key=***&a=b" in config.text
    assert "sig=***, country: TW" in config.text
    assert "https://***@feeds.example/c?code=***;pwd=***" in config.text
    assert config.feeds[0].url.count("hidden") == 2


def test_short_header_is_removed_only_in_its_place(tmp_path: Path) -> None:
    write(
        tmp_path,
        feeds="feeds: [{name: en, url: 'https://a.example/', headers: {Accept-Language: en}}]",
    )

    text = load(tmp_path).text

    assert "name: en," in text
    assert "Accept-Language: ***" in text


def test_text_of_a_problem_does_not_repeat_an_address(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="receivers:\n  a: {url: 'slack://secret', drivr: auto}\n")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path)

    assert "secret" not in str(caught.value) + caught.value.problems[0].excerpt


def test_missing_url_file_breaks_only_its_receiver(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("json://localhost/\n", encoding="utf-8")
    write(
        tmp_path,
        straitwatch=f"receivers:\n  a: {{url_file: {secret}}}\n  b: {{url_file: {secret}-not}}\n",
    )

    receivers = load(tmp_path).receivers

    assert receivers["a"].url == "json://localhost/"
    assert (
        receivers["b"].broken_because == f"{secret}-not cannot be read: No such file or directory"
    )


def test_variable_may_have_a_default(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="web: {listen: '${LISTEN:-127.0.0.1:1}'}\n")

    assert load(tmp_path).web_listen == "127.0.0.1:1"
    assert load(tmp_path, LISTEN="127.0.0.1:2").web_listen == "127.0.0.1:2"
    assert load(tmp_path, LISTEN="").web_listen == "127.0.0.1:1"


def test_public_address_is_kept_without_a_slash_at_its_end(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="web: {public_url: 'https://watch.example.org/sw/'}\n")

    assert load(tmp_path).web_public_url == "https://watch.example.org/sw"


@pytest.mark.parametrize(
    ("web", "message"),
    [
        ("{public_url: watch.example.org}", "not the address of a web server: watch.example.org"),
        ("{public_url: 'https://x.example/?a=b'}", "not the address of a web server"),
        ("{public_url: 'https://me:pw@x.example'}", "not the address of a web server: https://***"),
        ("{listen: '', public_url: 'https://x.example'}", "public_url needs a web server"),
        ("{listen: '', page_url: 'https://x.example'}", "page_url needs a web server"),
    ],
)
def test_public_address_that_hubs_cannot_use_is_refused(
    tmp_path: Path, web: str, message: str
) -> None:
    write(tmp_path, straitwatch=f"web: {web}\n")

    with pytest.raises(ConfigError, match=re.escape(message)):
        load(tmp_path)


def test_problem_of_a_driver_points_at_the_url(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="receivers:\n  desk: {url: 'nonsense://'}\n")

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, environ={}, validate_receiver=lambda _: "no such service")

    (problem,) = caught.value.problems
    assert problem.message == "desk: no such service"
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (2, 16)


@pytest.mark.parametrize("word", ["NO", "on", "12:30", "2024-01-01", "911", "null", "1e3"])
def test_terms_are_text_despite_yaml_types(tmp_path: Path, word: str) -> None:
    write(tmp_path, lists=f"terms:\n  s: [Kinmen, {word}]\n{LIST}")

    assert [term.text for term in load(tmp_path).term_sets["s"].any] == ["Kinmen", word]


def test_routes_digests_and_quiet_hours_come_as_they_are_written(tmp_path: Path) -> None:
    write(
        tmp_path,
        lists=LIST,
        straitwatch="""
timezone: Asia/Taipei
routes:
  - {name: first, match: {watchlists: [strait], severity: [high]}, send: [terminal], continue: true, group_wait: 1m30s}
  - {match: {}, send: [terminal], quiet_hours: night, updates: off}
digests: [{name: morning, at: 07:30, days: [fri-mon], send: [terminal], include: [strait]}]
quiet_hours: {night: {from: "22:30", to: "06:30", hold: [low]}}
""",
    )

    alerts = load(tmp_path).alerts

    first, second = alerts.routes
    assert (first.severities, first.continues) == ((Severity.HIGH,), True)
    assert first.group_wait == timedelta(seconds=90)
    assert (second.name, second.quiet_hours, second.updates) == ("route-2", "night", "off")
    (digest,) = alerts.digests
    assert (digest.at, digest.days, digest.timezone) == (
        (time(7, 30),),
        (0, 4, 5, 6),
        "Asia/Taipei",
    )
    assert digest.include == ("strait",)
    assert alerts.quiet_hours[0].starts == time(22, 30)


def test_route_below_a_catch_all_is_noticed(tmp_path: Path) -> None:
    write(
        tmp_path,
        straitwatch="routes:\n  - {match: {}, send: [terminal]}\n  - {match: {tags: [x]}, send: [terminal]}\n",
    )

    (notice,) = load(tmp_path).notices

    assert notice.is_warning
    assert notice.message == "this route is never used: a route above it takes everything"


def test_catch_all_leaves_the_kinds_that_it_does_not_take_to_the_routes_below(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        straitwatch="routes:\n  - {match: {}, send: [terminal]}\n"
        "  - {match: {kinds: [news, commentary]}, send: [terminal]}\n",
    )

    config = load(tmp_path)

    assert config.notices == ()
    assert [route.kinds for route in config.alerts.routes] == [
        (EntryKind.NEWS,),
        (EntryKind.NEWS, EntryKind.COMMENTARY),
    ]


def test_route_says_which_kind_it_wants(tmp_path: Path) -> None:
    route = load(tmp_path).alerts.routes[0]

    assert route.kind_misfit(EntryKind.NEWS) == ""
    assert route.kind_misfit(EntryKind.COMMENTARY) == "wants kinds news, this is commentary"


def test_unknown_kind_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="routes: [{match: {kinds: [opinion]}, send: [terminal]}]")

    with pytest.raises(ConfigError, match="commentary"):
        load(tmp_path)


def test_desk_sets_its_languages_and_update_wait(tmp_path: Path) -> None:
    assert load(tmp_path).alerts.languages == ()
    assert load(tmp_path).alerts.update_wait == timedelta(minutes=10)

    write(tmp_path, straitwatch="languages: [en, zh]\nstories: {update_wait: 0s}")

    assert load(tmp_path).alerts.languages == ("en", "zh")
    assert load(tmp_path).alerts.update_wait == timedelta(0)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ("retention: {entries: 30d, identities: 400d}", "identities"),
    ],
)
def test_keys_without_effect_say_so(tmp_path: Path, settings: str, key: str) -> None:
    write(tmp_path, straitwatch=settings)

    messages = [notice.message for notice in load(tmp_path).notices]

    assert messages == [f"{key}: accepted, not acted on in this version"]


@pytest.mark.parametrize(
    ("at", "times"),
    [
        ('"07:30"', (time(7, 30),)),
        ('["17:30", "07:30"]', (time(7, 30), time(17, 30))),
        ("hourly", tuple(time(hour) for hour in range(24))),
    ],
)
def test_digest_comes_at_one_time_at_several_or_each_hour(tmp_path: Path, at, times) -> None:
    write(tmp_path, straitwatch=f"digests: [{{name: news, at: {at}, send: [terminal]}}]")

    (digest,) = load(tmp_path).alerts.digests

    assert digest.at == times


def test_person_is_reached_by_the_first_usable_receiver(tmp_path: Path) -> None:
    write(
        tmp_path,
        straitwatch="""
receivers:
  chen-slack: {url: "${UNSET}"}
  chen-mail: {url: "json://localhost"}
people: {chen: [chen-slack, chen-mail]}
routes: [{send: [chen]}]
system: {send: [chen]}
""",
    )

    config = load(tmp_path)

    assert config.alerts.routes[0].send == ("chen-mail",)
    assert config.system_send == ("chen-mail",)


def test_receivers_of_a_person_follow_each_other(tmp_path: Path) -> None:
    write(
        tmp_path,
        straitwatch="""
receivers: {one: {url: "json://one"}, two: {url: "json://two"}, three: {url: "json://three"}}
people: {chen: [one, two, three]}
""",
    )

    receivers = load(tmp_path).receivers

    assert [receivers[name].fallback for name in ("one", "two", "three")] == ["two", "three", ""]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("people: {chen: []}", "chen has no receiver"),
        ("people: {chen: [nowhere]}", "unknown receiver: nowhere"),
        ("people: {terminal: [terminal]}", "terminal is a person and a receiver"),
        (
            "people: {chen: [terminal], lin: [terminal]}",
            "terminal already belongs to chen: a receiver has one person",
        ),
        (
            "receivers: {a: {url: 'json://a', fallback: b}, b: {url: 'json://b', fallback: a}}",
            "the fallbacks of a lead back to it",
        ),
        (
            """{receivers: {a: {url: 'json://a'}, b: {url: 'json://b', fallback: a}},
            people: {chen: [a, b]}}""",
            "the fallbacks of b lead back to it",
        ),
        ("people: {chen: [terminal, terminal]}", "chen has terminal twice"),
        ("silences: [{match: {}, until: tomorrow}]", "not a date: tomorrow"),
        ("silences: [{match: {watchlists: [nothing]}, until: 2030-01-31}]", "unknown watch-list"),
    ],
)
def test_invalid_people_fallbacks_and_silences_are_refused(
    tmp_path: Path, settings: str, message: str
) -> None:
    write(tmp_path, straitwatch=settings)

    with pytest.raises(ConfigError) as refused:
        load(tmp_path)

    assert message in str(refused.value)


def test_feed_keeps_its_labels(tmp_path: Path) -> None:
    write(
        tmp_path,
        feeds="""
feeds:
  - name: Wire
    url: http://10.0.0.1/feed
    language: zh-Hant
    interval: 5m
    headers: {User-Agent: x}
    encoding: big5
    enabled: no
""",
    )

    (feed,) = load(tmp_path).feeds

    assert (feed.interval, feed.headers) == (timedelta(minutes=5), (("User-Agent", "x"),))
    assert (feed.encoding, feed.enabled, feed.tier) == ("big5", False, 3)


def test_rules_load_despite_problems_in_other_files(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="nonsense: 1\n", lists=LIST)

    (match,) = load_lists(tmp_path).matcher.match(MatchText(title="A ship in the Taiwan Strait"))

    assert match.watchlist == "strait"


def test_version_changes_with_the_content_only(tmp_path: Path) -> None:
    write(tmp_path, lists=LIST)
    first = load(tmp_path).version

    assert load(tmp_path).version == first
    write(tmp_path, lists=LIST + "    threshold: 5\n")
    assert load(tmp_path).version != first


def test_fingerprint_changes_when_a_file_does(tmp_path: Path) -> None:
    before = config_fingerprint(write(tmp_path, lists=LIST))

    assert config_fingerprint(tmp_path) == before
    write(tmp_path, lists=LIST + "\n")
    changed = config_fingerprint(tmp_path)
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")

    assert len({before, changed, config_fingerprint(tmp_path)}) == 3


@pytest.mark.parametrize("name", ["straitwatch.yaml", "feeds.yaml", "watchlists"])
def test_missing_file_is_not_an_empty_file(tmp_path: Path, name: str) -> None:
    write(tmp_path, straitwatch="timezone: UTC\n", feeds="feeds: []\n", lists=LIST)
    known = load(tmp_path).files
    (tmp_path / name).rename(tmp_path / "elsewhere")

    with pytest.raises(ConfigError, match=f"{name} is gone\nhint: restore it"):
        require_files(load(tmp_path), known)


def test_configuration_that_keeps_and_adds_files_is_taken(tmp_path: Path) -> None:
    known = load(write(tmp_path, feeds="feeds: []\n")).files

    require_files(load(write(tmp_path, straitwatch="timezone: UTC\n")), known)


def test_configuration_without_routes_sends_to_every_receiver(
    tmp_path: Path,
) -> None:
    write(tmp_path, straitwatch="receivers: {desk: {url: 'json://127.0.0.1/'}}\n")

    (route,) = load(tmp_path).alerts.routes

    assert route.send == ("desk",)


def test_bound_that_is_not_given_gives_way_to_the_interval(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="polling: {interval: 2s}\n")

    polling = load(tmp_path).polling

    assert polling.interval == polling.min_interval == timedelta(seconds=2)


def test_lists_are_compiled_again_from_the_text_that_was_kept(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="timezone: UTC\n", feeds="feeds: []\n", lists=LIST)
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms/a.yaml").write_text("terms: {island: [Taiwan]}\n", encoding="utf-8")
    kept = load(tmp_path).text

    again = kept_lists(kept)

    on_disk = load_lists(tmp_path)
    assert [watchlist.id for watchlist in again.watchlists] == [
        watchlist.id for watchlist in on_disk.watchlists
    ]
    assert again.matcher.pattern_count == on_disk.matcher.pattern_count


def test_lists_of_one_kept_text_are_compiled_once(tmp_path: Path) -> None:
    write(tmp_path, straitwatch="timezone: UTC\n", feeds="feeds: []\n", lists=LIST)
    kept = load(tmp_path).text

    first = kept_lists(kept)

    assert kept_lists("".join(kept.splitlines(keepends=True))) is first


def test_file_of_the_overlay_replaces_the_one_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/a.yaml").write_text("watchlists: [{id: a, match: [strait]}]")
    (tmp_path / "watchlists/b.yaml").write_text("watchlists: [{id: b, match: [harbour]}]")
    (tmp_path / "b.yaml").write_text("watchlists: [{id: b, match: [museum]}]")
    (tmp_path / "c.yaml").write_text("watchlists: [{id: c, match: [island]}]")

    lists = load_lists(tmp_path, overlay=[tmp_path / "b.yaml", tmp_path / "c.yaml"])

    assert {watchlist.id: watchlist.match[0].text for watchlist in lists.watchlists} == {
        "a": "strait",
        "b": "museum",
        "c": "island",
    }


def test_file_of_the_overlay_replaces_the_one_in_the_same_folder(tmp_path: Path) -> None:
    for name, text in (
        ("config/terms", "terms: {ships: [fleet]}"),
        ("config/watchlists", "watchlists: [{id: a, match: [$ships]}]"),
        ("changed/watchlists", "watchlists: [{id: b, match: [$ships]}]"),
    ):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.yaml").write_text(text)

    loaded = load_lists(tmp_path / "config", overlay=[tmp_path / "changed/watchlists/a.yaml"])

    assert [watchlist.id for watchlist in loaded.watchlists] == ["b"]


def test_silence_ends_in_the_zone_of_the_configuration(tmp_path: Path) -> None:
    settings = "timezone: Asia/Taipei\nsilences: [{match: {}, until: 2030-01-31T08:00}]"
    write(tmp_path, straitwatch=settings)

    (silence,) = load(tmp_path).alerts.silences

    assert silence.until_at == datetime(2030, 1, 31, tzinfo=UTC)


def test_list_has_a_folding_profile(tmp_path: Path) -> None:
    (strict,) = load(write(tmp_path, lists=LIST + "    folding: strict\n")).watchlists

    assert strict.folding == "strict"


def test_unknown_profile_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="strict"):
        load(write(tmp_path, lists=LIST + "    folding: strickt\n"))


def test_term_set_keeps_its_languages(tmp_path: Path) -> None:
    terms = "terms:\n  pair: {any: [露中], languages: [jp]}\n"
    lists = "watchlists:\n  - {id: pair, match: [$pair]}\n"

    matcher = load(write(tmp_path, lists=terms.replace("[jp]", "[ja]") + lists)).matcher

    assert matcher.match(MatchText(title="露中の軍艦", language="ja"))
    assert not matcher.match(MatchText(title="披露中國新艦", language="zh-Hant"))
    with pytest.raises(ConfigError, match="did you mean `ja`"):
        load(write(tmp_path, lists=terms + lists))
