"""The container image is built from files that its build context holds."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_build_context_holds_every_file_that_the_image_copies() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    lines = re.findall(r"^COPY (?!--from)(?:--\S+ )?(.*) \S+$", dockerfile, re.MULTILINE)
    copied = {name for line in lines for name in line.split()}

    allowed = {line[1:] for line in ignored if line.startswith("!")}

    assert copied == allowed
    assert [name for name in copied if not (ROOT / name).exists()] == []
