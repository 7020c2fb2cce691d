import pickle
from datetime import UTC, datetime

from straitwatch.core.model import ParseProblem
from straitwatch.core.parse_document import ParseRequest, parse_document

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DOCUMENT = """<rss version="2.0"><channel><title>The &lt;b&gt;Desk&lt;/b&gt;</title>
<item><title>Корабли &amp; пролив</title><link>/1</link><pubDate>Mon, 23 Nov 2026 12:00:00</pubDate></item>
</channel></rss>"""


def _request(body: bytes, **more: object) -> ParseRequest:
    return ParseRequest(body=body, feed_id="f", url="https://h.example/rss", fetched_at=NOW, **more)  # type: ignore[arg-type]


def test_bytes_become_clean_entries_in_one_call() -> None:
    read = parse_document(
        _request(
            DOCUMENT.encode("cp1251"),
            encoding="windows-1251",
            timezone="Europe/Moscow",
            language="ru",
        )
    )

    (entry,) = read.entries
    assert (read.format, read.title, read.problem) == ("rss20", "The Desk", None)
    assert (entry.title, entry.url, entry.language) == (
        "Корабли & пролив",
        "https://h.example/1",
        "ru",
    )
    assert entry.published_at == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_problem_of_a_document_is_reported() -> None:
    read = parse_document(_request(b"<html><body>Access denied"))

    assert (read.problem, read.entries) == (ParseProblem.HTML, ())
    assert not read.is_feed


def test_request_and_its_answer_survive_a_pipe() -> None:
    request = _request(DOCUMENT.encode())

    assert pickle.loads(pickle.dumps(request)) == request
    assert pickle.loads(pickle.dumps(parse_document(request))) == parse_document(request)
