"""`straitwatch feeds add|remove|import`: edits of a file that a person keeps."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from straitwatch.cli import app

FEEDS = """\
# Ours.
feeds:
  # the first
  - {name: One, url: "https://one.example/rss"}
  - name: Two
    url: https://two.example/rss
    language: en
  - {name: Three, url: "https://three.example/rss"}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    return tmp_path


def run(config: Path, *arguments: str) -> Result:
    arguments = ("feeds", *arguments, "--config", str(config))
    return CliRunner().invoke(app, arguments)


def text(config: Path) -> str:
    return (config / "feeds.yaml").read_text(encoding="utf-8")


def test_added_feed_is_one_more_line_and_the_rest_stays(config) -> None:
    assert (
        run(config, "add", "https://new.example/rss", "--name", "新聞", "--untried").exit_code == 0
    )

    assert text(config).startswith(FEEDS)
    assert "  - {name: 新聞, url: 'https://new.example/rss', tier: 3}\n" in text(config)


@pytest.mark.parametrize(
    ("backfill", "answer"),
    [
        (
            "24h",
            "One is added; its first poll sends alerts for matching entries of the last 24 h\n",
        ),
        ("0h", "One is added; entries of its first poll send no alert\n"),
    ],
)
def test_added_feed_is_reported_with_the_alerts_of_its_first_poll(
    tmp_path: Path, backfill: str, answer: str
) -> None:
    (tmp_path / "straitwatch.yaml").write_text(f"polling: {{backfill: {backfill}}}\n")

    result = run(tmp_path, "add", "https://one.example/rss", "--name", "One", "--untried")

    assert result.stdout == answer


def test_refused_feed_leaves_the_file_unchanged(config) -> None:
    result = run(config, "add", "ftp://new.example/rss", "--untried")

    assert result.exit_code != 0
    assert "the new feeds cannot be used: " in str(result.exception)
    assert "feeds.yaml:" not in str(result.exception)
    assert text(config) == FEEDS


@pytest.mark.parametrize(
    "empty", ["feeds:\n", "feeds: []\n", "feeds: [ ]  # none yet\n", '"feeds": []\n']
)
def test_feed_is_added_where_the_last_one_was_removed(config, empty: str) -> None:
    (config / "feeds.yaml").write_text(f"# Ours.\n{empty}", encoding="utf-8")

    assert run(config, "add", "https://new.example/rss", "--untried").exit_code == 0

    assert run(config, "list").stdout.count("https://new.example/rss") == 2  # name and address
    assert text(config).startswith(("# Ours.\nfeeds:", '# Ours.\n"feeds":'))


def test_feed_can_be_added_after_all_were_removed_one_by_one(config) -> None:
    for name in ("One", "Two", "Three"):
        assert run(config, "remove", name).exit_code == 0

    assert run(config, "add", "https://new.example/rss", "--untried").exit_code == 0


def test_file_that_is_broken_already_is_refused_with_its_place(config) -> None:
    (config / "feeds.yaml").write_text("feeds: [\n", encoding="utf-8")

    for order in (("add", "https://new.example/rss", "--untried"), ("remove", "One")):
        assert "feeds.yaml:" in str(run(config, *order).exception)


@pytest.mark.parametrize("name", ["Two", "https://two.example/rss"])
def test_removed_feed_takes_its_own_lines_with_it(config, name) -> None:
    assert run(config, "remove", name).exit_code == 0

    assert text(config) == FEEDS.replace(
        "  - name: Two\n    url: https://two.example/rss\n    language: en\n", ""
    )


def test_feed_on_one_line_is_removed_too(config) -> None:
    run(config, "remove", "One")

    assert "One" not in text(config)
    assert "# the first" in text(config)


def test_import_adds_missing_feeds(config, tmp_path) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text(
        '<opml><body><outline text="One" xmlUrl="https://one.example/rss"/>'
        '<outline text="Group"><outline text="Four" xmlUrl="https://four.example/rss"/></outline>'
        "</body></opml>"
    )

    assert "1 feed added" in run(config, "import", str(opml)).stdout
    assert "https://four.example/rss" in text(config)


OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>x</title></head><body>
<!-- <outline type="rss" xmlUrl="https://old.example/rss"/>
-->
<outline type="rss" text="Four" xmlUrl="https://four.example/rss"/>
<outline type="rss" text="Five" xmlUrl="feed://five.example/rss"/>
<outline type="rss" text="Six" xmlUrl="https://six.example/rss "/>
<outline type="rss" text="Seven & Co" xmlUrl="https://seven.example/?a=1&b=2"/>
<outline type="rss" text="Eight" xmlUrl="ftp://eight.example/rss"/>
<outline type="rss" text="Nine" xmlUrl="https://nine.example/my feed"/>
<outline type="rss" text="Ten"/>
<outline type="rss" text="Eleven" xmlUrl="https://eleven.example/rss/>
<outline type="rss" text="One" xmlUrl='https://one.example/rss'/>
</body></opml>
"""


def test_import_takes_the_good_lines_and_corrects_addresses(config, tmp_path) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text(OPML, encoding="utf-8")

    result = run(config, "import", str(opml))

    added = text(config).removeprefix(FEEDS)
    assert [line.split("url: ")[1].strip("'}\n") for line in added.splitlines()] == [
        "https://four.example/rss",
        "http://five.example/rss",
        "https://six.example/rss",
        "https://seven.example/?a=1&b=2",
    ]
    assert result.stdout == (
        f"{opml}:6: feed://five.example/rss is read as http://five.example/rss\n"
        f"{opml}:7: spaces around https://six.example/rss are removed\n"
        "4 feeds added; 1 feed skipped, with an address that is known\n"
    )


def test_import_reports_each_feed_that_it_leaves_out(config, tmp_path) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text(OPML, encoding="utf-8")

    result = run(config, "import", str(opml))

    assert result.exit_code == 1
    assert [line for line in result.stderr.splitlines() if "hint" not in line] == [
        f"{opml}:9: left out: not a web address: ftp://eight.example/rss (Eight)",
        f"{opml}:10: left out: an address cannot contain spaces (https://nine.example/my feed)",
        f"{opml}:11: left out: a feed without an address (Ten)",
        f"{opml}:12: left out: a feed without an address (Eleven)",
    ]


def test_import_reads_a_list_of_addresses(config, tmp_path) -> None:
    addresses = tmp_path / "urls"
    addresses.write_bytes(
        b"\xef\xbb\xbf# mine\nhttps://four.example/rss\r\n\n"
        b'feed:https://five.example/rss "news" "~Five"\nnothing\n'
    )

    result = run(config, "import", str(addresses))

    assert "{name: 'https://four.example/rss', url: 'https://four.example/rss'}" in text(config)
    assert "{name: Five, url: 'https://five.example/rss'}" in text(config)
    assert f"{addresses}:5: left out: not a web address: nothing" in result.stderr


def test_import_of_another_file_is_refused(config, tmp_path) -> None:
    page = tmp_path / "page.opml"
    page.write_text("<html></html>")

    assert "not an OPML file" in str(run(config, "import", str(page)).exception)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("feed://new.example/rss", "http://new.example/rss"),
        ("feed:https://new.example/rss", "https://new.example/rss"),
        (" https://new.example/rss ", "https://new.example/rss"),
    ],
)
def test_added_address_of_a_feed_reader_is_corrected(config, written: str, read: str) -> None:
    result = run(config, "add", written, "--name", "New", "--untried")

    assert f"{written} is read as {read}\n" in result.stdout
    assert f"url: '{read}'" in text(config)


def test_first_feed_makes_the_file(tmp_path) -> None:
    assert run(tmp_path, "add", "https://new.example/rss", "--untried").exit_code == 0

    assert text(tmp_path).startswith("feeds:\n  - {")


def test_removed_feed_leaves_comments(config) -> None:
    feeds = config / "feeds.yaml"
    block = "  - name: {0}\n    url: https://{0}.example/rss\n    tags:\n      - wire\n"
    kept = "  # Ukrainian papers follow\n" + block.format("b") + "  # and one that is off for now\n"
    feeds.write_text("feeds:\n" + block.format("a") + kept, encoding="utf-8")

    assert run(config, "remove", "a").exit_code == 0

    assert text(config) == "feeds:\n" + kept


def test_feed_that_shares_its_line_is_left_where_it_is(config) -> None:
    line = 'feeds: [{name: A, url: "https://a.example/"}, {name: B, url: "https://b.example/"}]\n'
    (config / "feeds.yaml").write_text(line, encoding="utf-8")

    assert run(config, "remove", "A").exit_code != 0

    assert text(config) == line


ODD = {
    "an alias": "feeds:\n  - name: One\n    url: https://one.example/rss\n    headers: &h {X: y}\n"
    "  - name: Two\n    url: https://two.example/rss\n    headers: *h\n"
    "  - {name: Three, url: https://three.example/rss}\n",
    "a folded address": "feeds:\n  - name: One\n    url: https://one.example/rss\n# about two\n"
    "  - name: Two\n    url: >-\n      https://two.example/rss\n# about three\n"
    "  - name: Three\n    url: https://three.example/rss\n",
    "a dash of its own": "feeds:\n  -\n    name: One\n    url: https://one.example/rss\n"
    "  -\n    name: Two\n    url: https://two.example/rss\n",
    "a wide dash": "feeds:\n-   name: One\n    url: https://one.example/rss\n"
    "-   name: Two\n    url: https://two.example/rss\n",
    "tabs": "feeds:\n  - {name: One,\turl: https://one.example/rss}\n"
    "  - {name: Two,\turl: https://two.example/rss}\n",
    "other line ends": FEEDS.replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + FEEDS,
    "a comment at the end": FEEDS + "# the end\n",
}


@pytest.mark.parametrize("kept", ODD.values(), ids=ODD)
def test_feed_is_added_behind_the_last_one_and_taken_out_again(config, kept: str) -> None:
    file = config / "feeds.yaml"
    file.write_bytes(kept.encode())

    added = run(config, "add", "https://new.example/rss", "--name", "New", "--untried")
    listed = run(config, "list").stdout
    removed = run(config, "remove", "New")

    assert added.exit_code == removed.exit_code == 0
    assert "New" in listed.splitlines()[-2]
    assert file.read_bytes() == kept.encode()


@pytest.mark.parametrize("kept", ODD.values(), ids=ODD)
def test_removal_of_a_feed_leaves_comments_and_other_feeds(config, kept: str) -> None:
    file = config / "feeds.yaml"
    file.write_bytes(kept.encode())

    assert run(config, "remove", "Two").exit_code == 0

    left = file.read_bytes().decode()
    assert "two.example" not in left
    assert [line for line in left.splitlines() if line.lstrip().startswith("#")] == [
        line for line in kept.splitlines() if line.lstrip().startswith("#")
    ]
    assert run(config, "list").stdout.count("example/rss") == kept.count("example/rss") - 1


@pytest.mark.parametrize("kept", ODD.values(), ids=ODD)
def test_edited_feed_changes_and_every_other_line_stays(config, kept: str) -> None:
    file = config / "feeds.yaml"
    file.write_bytes(kept.encode())
    others = [line for line in kept.splitlines() if "wo" not in line and "https" not in line]

    result = run(config, "edit", "One", "--url", "https://a.example/#x", "--tier", "2", "--untried")

    edited = file.read_bytes().decode()
    assert result.exit_code == 0, result.exception
    assert "https://a.example/#x" in run(config, "list").stdout
    assert [line for line in others if line not in edited.splitlines()] == []
    assert edited.replace("One", "").count("\r\n") in (0, edited.count("\n"))
    assert "one.example" not in edited


@pytest.mark.parametrize("name", ["One", "Two", "https://three.example/rss"])
def test_edited_feed_gets_keys_that_it_did_not_have(config, name: str) -> None:
    run(config, "edit", name, "--country", "NO", "--language", "zh-Hant", "--disable")

    rows = [line for line in run(config, "list", "--json").stdout.splitlines() if '"NO"' in line]
    assert len(rows) == 1
    assert all(part in rows[0] for part in ("zh-Hant", "false"))
    assert "# the first" in text(config)


def test_edited_value_on_lines_of_its_own_is_replaced(config) -> None:
    (config / "feeds.yaml").write_text(ODD["a folded address"])

    run(config, "edit", "Two", "--url", "https://new.example/rss", "--untried")

    assert "    url: 'https://new.example/rss'\n# about three\n" in text(config)


def test_edit_that_is_not_valid_leaves_the_file_unchanged(config) -> None:
    result = run(config, "edit", "One", "--name", "Two")

    assert "is left as it was" in str(result.exception)
    assert text(config) == FEEDS


def test_edit_without_a_change_is_refused(config) -> None:
    assert "nothing to change" in str(run(config, "edit", "One").exception)


def test_feed_that_another_one_refers_to_stays(config) -> None:
    (config / "feeds.yaml").write_text(ODD["an alias"])

    result = run(config, "remove", "One")

    assert "is left as it was" in str(result.exception)
    assert text(config) == ODD["an alias"]


@pytest.mark.parametrize(
    "kept",
    [
        'feeds: [{name: One, url: "https://one.example/rss"}]\n',
        'feeds: [\n  {name: One, url: "https://one.example/rss"},\n]\n',
    ],
)
def test_feeds_in_brackets_are_reported_as_such(config, kept: str) -> None:
    (config / "feeds.yaml").write_text(kept)

    for order in (("add", "https://new.example/rss", "--untried"), ("remove", "One")):
        assert "in one pair of brackets" in str(run(config, *order).exception)
    assert text(config) == kept


def test_import_without_feeds_writes_no_file(tmp_path) -> None:
    opml = tmp_path / "none.opml"
    opml.write_text("<opml version='2.0'><body/></opml>")

    assert run(tmp_path, "import", str(opml)).exit_code == 0

    assert not (tmp_path / "feeds.yaml").exists()


def test_release_of_the_first_fetch_has_an_option(config) -> None:
    database = f"sqlite:///{config / 'straitwatch.db'}"
    (config / "straitwatch.yaml").write_text(f"database: {database}\n", encoding="utf-8")
    upgraded = CliRunner().invoke(app, ("db", "upgrade", "--config", str(config)))

    result = run(config, "release", "One", "--first-fetch")

    assert (upgraded.exit_code, result.exit_code) == (0, 0)
    assert result.stdout.startswith("One has no suppressed entries")


SECRET_FEED = 'feeds: [{name: One, url: "https://desk:hush@one.example/rss?key=hush2"}]'


@pytest.mark.parametrize("command", [("list",), ("list", "--json"), ("export",)])
def test_listed_feed_hides_the_secrets_of_its_address(config, command) -> None:
    (config / "feeds.yaml").write_text(SECRET_FEED, encoding="utf-8")

    listed = run(config, *command).stdout

    assert "https://***@one.example/rss?key=***" in listed
    assert "hush" not in listed


def test_exported_feed_has_the_secrets_of_its_address_on_request(config) -> None:
    (config / "feeds.yaml").write_text(SECRET_FEED, encoding="utf-8")

    exported = run(config, "export", "--with-secrets").stdout

    assert "https://desk:hush@one.example/rss?key=hush2" in exported
