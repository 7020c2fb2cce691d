"""Reading beat/: own files, shipped files, and every mistake in them."""

from pathlib import Path

import pytest

from builders.beat import SHIPPED
from builders.configs import write_config
from straitwatch.config import config_fingerprint, load_beat, load_config
from straitwatch.config.beat import read_beat
from straitwatch.config.rules import kept_lists
from straitwatch.core.beat import NameKind
from straitwatch.errors import ConfigError


def write_beat(tmp_path: Path, **files: str) -> Path:
    config = write_config(tmp_path, feeds={"Harbor Wire": "https://harbor.example/rss"})
    (config / "beat").mkdir(exist_ok=True)
    for name, text in files.items():
        (config / "beat" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return config


def problems_of(tmp_path: Path, **files: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(write_beat(tmp_path, **files), environ={})
    return [
        str(problem).partition("/beat/")[2]
        for problem in caught.value.problems
        if not problem.is_warning
    ]


def test_configuration_without_a_beat_folder_uses_the_shipped_beat(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})

    assert load_config(config, environ={}).beat == SHIPPED


def test_own_file_replaces_the_shipped_one_of_its_name_only(tmp_path: Path) -> None:
    config = write_beat(tmp_path, sources="sources: [{name: Harbor Wire, sites: [harbor.example]}]")

    beat = load_beat(config)

    assert [source.name for source in beat.sources] == ["Harbor Wire"]
    assert beat.aliases == SHIPPED.aliases
    assert beat.common == SHIPPED.common


def test_empty_file_says_that_there_is_nothing_of_its_kind(tmp_path: Path) -> None:
    beat = load_beat(write_beat(tmp_path, common="", aliases="aliases: []"))

    assert beat.common == ()
    assert beat.aliases == ()


def test_name_without_a_list_has_no_other_spelling(tmp_path: Path) -> None:
    beat = load_beat(write_beat(tmp_path, aliases="aliases: [{kind: place, names: {Gotland: }}]"))

    assert beat.names(NameKind.PLACE) == {"Gotland"}


def test_spelling_is_read_as_the_text_that_was_written(tmp_path: Path) -> None:
    aliases = "aliases: [{kind: country, names: {Norway: [NO, 47, Norge]}}]"

    (group,) = load_beat(write_beat(tmp_path, aliases=aliases)).aliases

    assert group.names == {"Norway": ("NO", "47", "Norge")}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "sources",
            "sources:\n  - {name: Yle, site: [yle.fi]}\n",
            "sources.yaml:2:17: unknown key: site\nhint: did you mean `sites`?",
        ),
        (
            "sources",
            "sources:\n  - name: Yle\n    sites: ['https://www.yle.fi/news']\n",
            (
                "sources.yaml:3:14: not just a host: https://www.yle.fi/news\n"
                "hint: did you mean `yle.fi`?"
            ),
        ),
        (
            "sources",
            "sources:\n  - {name: Yle, sites: [yle]}\n",
            "sources.yaml:2:25: not a site: yle\nhint: write the host, such as reuters.com",
        ),
        (
            "sources",
            "sources:\n  - name: Yle\n  - name: ERR\n  - name: Yle\n",
            "sources.yaml:4:11: the source Yle is given twice, first in line 2\nhint: join them",
        ),
        (
            "sources",
            "sources:\n  - {name: Yle, spellings: [Юле]}\n  - {name: ERR, spellings: [юле]}\n",
            (
                "sources.yaml:3:29: `юле` is a spelling of Yle too, in line 2\n"
                "hint: keep it with one of them"
            ),
        ),
        (
            "sources",
            "sources:\n  - {name: Yle, sites: [yle.fi]}\n  - {name: ERR, sites: [yle.fi]}\n",
            (
                "sources.yaml:3:25: `yle.fi` is a site of Yle too, in line 2\n"
                "hint: keep it with one of them"
            ),
        ),
        (
            "sources",
            "sources:\n  - {name: Yle, spellings: [YLE, YLE]}\n",
            "sources.yaml:2:34: `YLE` is given twice, first in line 2\nhint: keep one of them",
        ),
        (
            "aliases",
            "aliases:\n  - kind: persn\n    names: {Tsahkna: []}\n",
            "aliases.yaml:2:11: unknown kind: persn\nhint: did you mean `person`?",
        ),
        (
            "aliases",
            (
                "aliases:\n  - kind: place\n    names: {Gotland: [Готланд]}\n"
                "  - kind: body\n    names:\n      Gotland: []\n"
            ),
            "aliases.yaml:6:7: the name Gotland is given twice, first in line 3\nhint: join them",
        ),
        (
            "aliases",
            "aliases:\n  - kind: place\n    names:\n      Taiwan: [臺灣]\n      Formosa: [台灣]\n",
            (
                "aliases.yaml:5:17: `台灣` is a spelling of Taiwan too, in line 4\n"
                "hint: keep it with one of them"
            ),
        ),
        (
            "aliases",
            "aliases:\n  - kind: place\n    names: {Gotland: Готланд}\n",
            (
                "aliases.yaml:3:22: `Gotland` is a list, but this is a single text\n"
                "hint: write Gotland: [Готланд]"
            ),
        ),
        (
            "aliases",
            "aliases:\n  - kind: place\n    names: {'Gotland; Öland': []}\n",
            (
                "aliases.yaml:3:14: a name cannot hold `;`: Gotland; Öland\n"
                "hint: remove the character"
            ),
        ),
        (
            "aliases",
            "aliases:\n  - {kind: office, names: {president: []}}\nno_voice: [presidnt]\n",
            "aliases.yaml:3:12: unknown name: presidnt\nhint: did you mean `president`?",
        ),
        (
            "aliases",
            "aliases:\n  - {kind: country, names: {Japan: []}}\nshort_countries: {日: Jpn}\n",
            "aliases.yaml:3:22: unknown name: Jpn\nhint: did you mean `Japan`?",
        ),
        (
            "common",
            "common:\n  - {share: 25, words: [cable]}\n",
            "common.yaml:2:13: not a share: 25\nhint: write a number between 0 and 1, such as 0.25",
        ),
        (
            "common",
            "common:\n  - {share: 0.2, words: [cable]}\n  - {share: 0.1, words: [cable]}\n",
            (
                "common.yaml:3:26: `cable` is a word of share 0.2 too, in line 2\n"
                "hint: keep it with one of them"
            ),
        ),
    ],
)
def test_mistake_is_reported_with_place_and_hint(tmp_path, name, text, expected) -> None:
    assert problems_of(tmp_path, **{name: text}) == [expected]


def test_mistakes_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        sources="sources: [{nme: Yle}]",
        aliases="aliases: [{kind: place, names: {A: [x], B: [x]}}]",
        common="common: [{share: most}]",
    )

    files = [problem.partition(":")[0] for problem in found]
    assert sorted(set(files)) == ["aliases.yaml", "common.yaml", "sources.yaml"]


def test_misspelled_side_is_a_warning_with_the_nearest_country(tmp_path: Path) -> None:
    aliases = (
        "aliases:\n  - {kind: country, names: {Estonia: []}}\n"
        "  - {kind: person, side: Estona, names: {Tsahkna: []}}\n"
    )

    notices = load_config(write_beat(tmp_path, aliases=aliases), environ={}).notices

    (notice,) = [notice for notice in notices if "Estona" in notice.message]
    assert notice.hint == "did you mean `Estonia`?"


def test_file_of_another_name_is_reported_as_unread(tmp_path: Path) -> None:
    notices = load_config(write_beat(tmp_path, alias="aliases: []"), environ={}).notices

    (notice,) = [notice for notice in notices if "not read" in notice.message]
    assert notice.hint == "did you mean `aliases.yaml`?"


def test_change_of_a_beat_file_makes_a_new_version(tmp_path: Path) -> None:
    config = write_beat(tmp_path, sources="sources: []")
    before = load_config(config, environ={}).version, config_fingerprint(config)

    write_beat(tmp_path, sources="sources: [{name: Harbor Wire}]")

    assert load_config(config, environ={}).version != before[0]
    assert config_fingerprint(config) != before[1]


def test_kept_text_holds_own_beat_files_beside_the_lists(tmp_path: Path) -> None:
    config = load_config(write_beat(tmp_path, common="common: []"), environ={})

    assert "# --- beat/common.yaml" in config.text
    assert "# --- beat/aliases.yaml" not in config.text
    kept = kept_lists(config.text).watchlists
    assert [watchlist.id for watchlist in kept] == [item.id for item in config.watchlists]


def test_beat_is_parsed_again_only_after_a_change(tmp_path: Path) -> None:
    (tmp_path / "beat").mkdir()
    own = tmp_path / "beat" / "sources.yaml"
    own.write_text("sources: [{name: Harbour Wire}]\n", encoding="utf-8")
    first = read_beat(tmp_path)

    assert read_beat(tmp_path) is first

    own.write_text("sources: [{name: Harbour Post}]\n", encoding="utf-8")
    assert [source.name for source in read_beat(tmp_path).beat.sources] == ["Harbour Post"]
