"""Tables show their values completely."""

import pytest
from rich.table import Table

from straitwatch.cli.output import print_table


@pytest.mark.parametrize(
    "headline",
    ["[/video] Fleet [bold]crosses[/] the strait", "Fleet crosses the strait " * 20],
    ids=["brackets", "longer than a terminal is wide"],
)
def test_headline_is_shown_whole_and_unchanged(headline: str, capsys) -> None:
    table = Table("Story")
    table.add_row(headline)

    print_table(table)

    assert headline.strip() in capsys.readouterr().out
