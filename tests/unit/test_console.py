"""Commands print values unchanged."""

import io

from straitwatch.cli.output import new_console


def test_line_number_is_not_printed_as_an_emoji() -> None:
    stream = io.StringIO()

    new_console(file=stream).print("feeds.yaml:100:24: not a web address", markup=False)

    assert stream.getvalue() == "feeds.yaml:100:24: not a web address\n"
