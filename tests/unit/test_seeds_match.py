"""The shipped watch-lists agree with the labels of the demonstration stream."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_item_of_the_stream_matches_the_lists_of_its_label() -> None:
    stream = (ROOT / "seeds/stream.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in stream]
    lines = [
        json.dumps(
            {
                "id": number,
                "title": item["title"],
                "summary": item["summary"],
                "lang": item["language"],
            }
        )
        for number, item in enumerate(items)
    ]

    command = [sys.executable, "-m", "straitwatch", "match", "--config", "config", "--json"]
    told = subprocess.run(
        command, cwd=ROOT, input="\n".join(lines), capture_output=True, text=True, check=True
    )

    answers = [json.loads(line) for line in told.stdout.splitlines()]
    found = {
        items[answer["id"]]["title"]: {match["watchlist"] for match in answer["matches"]}
        for answer in answers
    }
    assert found == {item["title"]: set(item["lists"]) for item in items}
