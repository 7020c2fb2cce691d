"""`straitwatch parse` as scripts call it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FEED = '<rss version="2.0"><channel><item><guid>1</guid><title>Ships — пролив</title><link>/1</link><author>Wu</author><pubDate>Mon, 23 Nov 2026 10:00:00 +0800</pubDate></item></channel></rss>'


def _run(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "straitwatch", "parse", *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode()


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_file_gets_one_line_in_order(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")
    (tmp_path / "page.html").write_text("<html><body>no</body></html>")
    (tmp_path / "empty.xml").write_bytes(b"")
    names = [str(tmp_path / name) for name in ("feed.xml", "page.html", "empty.xml")]

    code, out = _run(*names, "--json", "--url", "https://h.example/rss")

    good, page, empty = _lines(out)
    assert code == 0
    assert [line["file"] for line in (good, page, empty)] == names
    assert [line["problem"] for line in (good, page, empty)] == [None, "html", "empty"]
    assert list(good) == ["file", "format", "ok", "problem", "entries"]
    assert good["entries"] == [
        {
            "id": good["entries"][0]["id"],
            "url": "https://h.example/1",
            "title": "Ships — пролив",
            "summary": "",
            "published_at": "2026-11-23T02:00:00Z",
            "authors": ["Wu"],
            "categories": [],
            "language": "",
        }
    ]


def test_standard_input_is_a_file_named_dash() -> None:
    code, out = _run(
        "--json",
        "--content-type",
        "text/xml; charset=koi8-r",
        stdin=FEED.encode("koi8-r", "xmlcharrefreplace"),
    )

    (line,) = _lines(out)
    assert (code, line["file"], line["entries"][0]["title"]) == (0, "-", "Ships — пролив")


def test_missing_file_is_reported_and_the_rest_continues(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")

    code, out = _run(str(tmp_path / "none.xml"), str(tmp_path / "feed.xml"), "--json")

    missing, good = _lines(out)
    assert code == 1
    assert "cannot be read" in missing["error"]
    assert (missing["problem"], good["ok"]) == (None, True)


def test_file_beyond_the_limit_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "big.xml").open("wb") as stream:
        stream.truncate(10_000_001)

    assert _lines(_run(str(tmp_path / "big.xml"), "--json")[1])[0]["problem"] == "too_large"


def test_person_gets_a_table(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")

    code, out = _run(str(tmp_path / "feed.xml"))

    assert code == 0
    assert "rss20, 1 entry, ok" in out.replace("\n", "")
    assert "Ships" in out
