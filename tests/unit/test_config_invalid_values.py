"""Each invalid value is reported with its position, the reason and a correction."""

from pathlib import Path

import pytest

from straitwatch.config import load_config
from straitwatch.errors import ConfigError


def problem_in(directory: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the only problem of a configuration of one file, without the file's name."""
    path = directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(directory)
    with pytest.raises(ConfigError) as caught:
        load_config(Path(), environ={})
    (problem,) = [problem for problem in caught.value.problems if not problem.is_warning]
    return str(problem).removeprefix(f"{name}:")


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        (
            "polling: {interval: 10}",
            "1:21: not a duration: 10",
            "did you mean `10m`? write a number and a unit: 30s, 10m, 1h30m, 2d",
        ),
        (
            "polling: {interval: soon}",
            "1:21: not a duration: soon",
            "write a number and a unit: 30s, 10m, 1h30m, 2d",
        ),
        ("polling: {timeout: 0s}", "1:20: too short: 0s", "write at least one second"),
        (
            "polling: {interval: 200000d}",
            "1:21: too long: 200000d",
            "write at most 100 years",
        ),
        (
            "polling: {max_bytes: big}",
            "1:22: not a size: big",
            "write a number and a unit: 500kB, 10MB",
        ),
        (
            "polling: {concurrency: many}",
            "1:24: not a whole number: many",
            "write digits only, such as 5",
        ),
        ("polling: {concurrency: 0}", "1:24: `concurrency` is too small: 0", "the minimum is 1"),
        ("polling: {per_host: 51}", "1:21: `per_host` is too large: 51", "the maximum is 50"),
        (
            "polling: {allow_private_addresses: perhaps}",
            "1:36: neither true nor false: perhaps",
            "write true or false",
        ),
        (
            "polling: fast",
            "1:10: `polling` needs keys, but this is a single text",
            "write `key: value` lines",
        ),
        (
            "- polling",
            "1:1: this file needs keys, but this is a list",
            "write `key: value` lines",
        ),
        ("timezone: Taipei", "1:11: unknown time zone: Taipei", "did you mean `Asia/Taipei`?"),
        (
            "timezone: Nowhere/At/All",
            "1:11: unknown time zone: Nowhere/At/All",
            "write a name such as Asia/Taipei or UTC",
        ),
        (
            "web: {listen: 8650}",
            "1:15: not an address to listen on: 8650",
            "write host:port, such as 127.0.0.1:8650",
        ),
        (
            "web: {proxies: [10.0.0.0/8, nowhere]}",
            "1:29: neither an address nor a network: nowhere",
            "write 10.0.0.5 or 10.0.0.0/8",
        ),
        (
            "web: {hosts: ['https://desk.example.org/']}",
            "1:16: not the name of a host: https://desk.example.org/",
            "write the name alone: watch.example.org",
        ),
        (
            'web: {listen: "[]:8650"}',
            "1:16: not an address to listen on: []:8650",
            "write host:port, such as 127.0.0.1:8650",
        ),
        (
            'digests: [{name: m, at: "25:00"}]',
            "1:26: not a time of day: 25:00",
            'write it as "07:30"',
        ),
        (
            "digests: [{name: m, at: []}]",
            "1:25: no time of day",
            'write "07:30", ["07:30", "17:30"] or hourly',
        ),
        (
            'digests: [{at: "07:30"}]',
            "1:11: `name` is missing",
            "Name of the digest in its title: for example morning",
        ),
        (
            "digests: {name: m}",
            "1:10: `digests` is a list, but this is a mapping",
            "begin its first line with `- `",
        ),
        (
            'digests: [{name: m, at: "07:30", days: [mo]}]',
            "1:40: not a day: mo",
            "use mon, tue, wed, thu, fri, sat, sun, or a span such as mon-fri",
        ),
        (
            'digests: [{name: m, at: "07:30", send: [slack]}]',
            "1:41: unknown receiver: slack",
            "known receivers: terminal",
        ),
        (
            'digests: [{name: m, at: "07:30", include: [nothing]}]',
            "1:44: unknown watch-list: nothing",
            "known watch-lists: none",
        ),
        (
            'quiet_hours: {night: {from: "22:00"}}',
            "1:22: `to` is missing",
            "Time of day at which the period ends. A time before `from` is on the next day: for example 06:30",
        ),
        (
            'quiet_hours: {night: {from: 22, to: "06:00"}}',
            "1:29: not a time of day: 22",
            'write it as "07:30"',
        ),
        (
            "routes: [{send: terminal}]",
            "1:17: `send` is a list, but this is a single text",
            "write send: [terminal]",
        ),
        (
            "routes: [{send: [termnal]}]",
            "1:18: unknown receiver: termnal",
            "did you mean `terminal`?",
        ),
        (
            "routes: [{match: {severity: [urgent]}, send: [terminal]}]",
            "1:30: unknown severity: urgent",
            "known values: critical, high, low, normal",
        ),
        (
            "routes: [{match: {watchlists: [fleet]}, send: [terminal]}]",
            "1:32: unknown watch-list: fleet",
            "known watch-lists: none",
        ),
        (
            "routes: [{quiet_hours: night, send: [terminal]}]",
            "1:24: unknown quiet hours: night",
            "known quiet hours: none",
        ),
        (
            "routes: [{updates: never, send: [terminal]}]",
            "1:20: unknown updates: never",
            "known values: digest, message, off, thread",
        ),
        (
            "receivers: {desk: {}}",
            "1:13: a receiver needs either `url` or `url_file`",
            "url: ${SLACK_URL}",
        ),
        (
            'receivers: {desk: {url: "json://a", url_file: b}}',
            "1:13: a receiver needs either `url` or `url_file`",
            "url: ${SLACK_URL}",
        ),
        (
            'receivers: {"my desk": {url: "json://a"}}',
            "1:14: not a name: my desk",
            "use letters, digits, - and _",
        ),
        (
            'receivers: {desk: {url: "json://a", limit: {messages: 1, per: 10m}}}',
            "1:55: `messages` is too small: 1",
            "the minimum is 2",
        ),
        (
            'receivers: {desk: {url: "json://a", fallback: mail}}',
            "1:47: unknown receiver: mail",
            "known receivers: desk, terminal",
        ),
        ("system: {send: [desk]}", "1:17: unknown receiver: desk", "known receivers: terminal"),
        ("canary: {ping: example.org}", "1:16: not a web address", "https://host/path"),
        ("canary: {every: 0s}", "1:17: too short: 0s", "write at least one second"),
        ("silences: [{until: tomorrow}]", "1:20: not a date: tomorrow", "such as 2030-01-31"),
        (
            "silences: [{match: {watchlists: [fleet]}, until: 2030-01-31}]",
            "1:34: unknown watch-list: fleet",
            "known watch-lists: none",
        ),
        (
            "database: ${NO_SUCH_VARIABLE}",
            "1:11: NO_SUCH_VARIABLE is not set",
            "export NO_SUCH_VARIABLE=..., or give a default: ${NO_SUCH_VARIABLE:-...}",
        ),
    ],
)
def test_invalid_setting_is_reported_with_its_position_and_a_hint(
    text: str, problem: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert problem_in(tmp_path, "straitwatch.yaml", text, monkeypatch) == f"{problem}\nhint: {hint}"


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        (
            "feeds: [{name: CNA, url: cna.example/feed}]",
            "1:26: not a web address: cna.example/feed",
            "a feed's address begins with https:// or http://",
        ),
        (
            'feeds: [{name: CNA, url: "https://cna.example/a b"}]',
            "1:27: an address cannot contain spaces",
            "write a space as %20",
        ),
        (
            'feeds: [{name: "", url: "https://cna.example/"}]',
            "1:17: `name` is empty",
            "Name of the outlet as alerts show it: for example CNA",
        ),
        (
            'feeds: [{name: CNA, url: "https://cna.example/", tier: 4}]',
            "1:56: `tier` is too large: 4",
            "the maximum is 3",
        ),
        (
            'feeds: [{name: CNA, url: "https://cna.example/", kind: News Wire}]',
            "1:56: not a valid kind: News Wire",
            "Kind of outlet: wire, newspaper, broadcaster, official, state-media, think-tank ",
        ),
        (
            'feeds: [{name: CNA, url: "https://cna.example/", about: [taiwan]}]',
            "1:58: unknown term set: taiwan",
            "known term sets: none",
        ),
        (
            'feeds: [{name: CNA, url: "https://cna.example/", intervall: 5m}]',
            "1:50: unknown key: intervall",
            "did you mean `interval`?",
        ),
        (
            'feeds: [{name: A, url: "https://cna.example/"}, {name: B, url: "https://cna.example/"}]',
            "1:65: this address is given twice, first in line 1",
            "keep one of them",
        ),
        (
            'feeds: [{name: CNA, url: "https://cna.example/", encoding: big6}]',
            "1:60: unknown encoding: big6",
            "such as utf-8, big5, gb18030, windows-1251, shift_jis, euc-kr",
        ),
    ],
)
def test_invalid_feed_is_reported_with_its_position_and_a_hint(
    text: str, problem: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert problem_in(tmp_path, "feeds.yaml", text, monkeypatch) == f"{problem}\nhint: {hint}"


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        (
            "watchlists: [{match: [fleet]}]",
            "1:14: `id` is missing",
            "Stable id that routes and commands refer to: for example strait-crossings",
        ),
        (
            "watchlists: [{id: My List, match: [fleet]}]",
            "1:19: not a valid id: My List",
            "did you mean `my-list`?",
        ),
        (
            "watchlists: [{id: a, match: fleet}]",
            "1:29: `match` is a list, but this is a single text",
            "write match: [fleet]",
        ),
        (
            "watchlists: [{id: a, match: [{x: y}]}]",
            "1:30: a key instead of text: `: ` makes one in YAML",
            "wrap the whole line in single quotes: 'x: y'",
        ),
        (
            "watchlists: [{id: a, match: [[x]]}]",
            "1:30: a list instead of text",
            "wrap the whole line in single quotes",
        ),
        (
            "watchlists: [{id: a, signals: [{points: 1001, when: fleet}]}]",
            "1:41: `points` is too large: 1001",
            "the maximum is 1000",
        ),
        (
            "watchlists: [{id: a, signals: [{when: fleet}]}]",
            "1:32: `points` is missing",
            "Points that the query is worth when it holds, from 0 to 1000: for example 5",
        ),
        (
            "watchlists: [{id: a, fields: [headline], match: [fleet]}]",
            "1:31: unknown fields: headline",
            "known values: content, summary, title",
        ),
        (
            "watchlists: [{id: a, sources: {include: [CNA]}, match: [fleet]}]",
            "1:42: unknown feed: CNA",
            "known feeds: none",
        ),
        (
            "watchlists: [{id: a, match: [fleet]}, {id: a, match: [fleet]}]",
            "1:44: the watch-list a is given twice, first at watchlists/a.yaml:1:19",
            "rename one, or join them",
        ),
        (
            "watchlists: [{id: a, match: [$fleets]}]",
            "1:30: a.match[0]: unknown term set $fleets",
            "define it under terms:",
        ),
        (
            "terms: {fleet: navy}",
            "1:16: a term set is a list of phrases",
            "write `name: [phrase, phrase]`",
        ),
        ("terms: {my-set: [navy]}", "1:9: not a name: my-set", "use letters, digits and _"),
        ('watchlists: [{id: a, match: [" "]}]', "1:31: an empty text", "delete this item"),
    ],
)
def test_invalid_rule_is_reported_with_its_position_and_a_hint(
    text: str, problem: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        problem_in(tmp_path, "watchlists/a.yaml", text, monkeypatch) == f"{problem}\nhint: {hint}"
    )


def test_receivers_whose_fallbacks_form_a_circle_are_both_reported(tmp_path: Path) -> None:
    text = 'receivers: {a: {url: "json://a", fallback: b}, b: {url: "json://b", fallback: a}}'
    (tmp_path / "straitwatch.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, environ={})

    assert [problem.message for problem in caught.value.problems] == [
        "the fallbacks of a lead back to it",
        "the fallbacks of b lead back to it",
    ]
