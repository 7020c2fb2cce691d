"""The forms of a term in each supported script."""

import pytest

from builders.watchlists import found, match_of
from straitwatch.core.match import cyrillic


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        # English: only plural and possessive of the last word
        ("warship", "Two warships and a warship’s crew", ["warships", "warship"]),
        ("defence ministry", "Both defence ministries agree", ["defence ministries"]),
        ("arm", "Armed and charming", []),
        ("Taiwan", "Taiwanese tea, retaiwanised", []),
        ("People's Liberation Army", "the People’s Liberation Army", ["People’s Liberation Army"]),
        ("People's Liberation Army", "Peoples Liberation Army", ["Peoples Liberation Army"]),
        ("People's Liberation Army", "PEOPLES' LIBERATION ARMY", ["PEOPLES' LIBERATION ARMY"]),
        # acronyms
        ("PLA", "PLA jets, pla plastic, plaintiff", ["PLA"]),
        ("US", "US tells us", ["US"]),
        ("US", "The U.S. tells us", ["U.S."]),
        ("U.S.", "The US tells us", ["US"]),
        ("US", "LET US SEE WHAT THE US DOES", ["US", "US"]),
        ("F-16", "F-16s, F16, f-16", ["F-16s"]),
        ("Su-35", "Su−35 and Su 35", ["Su−35", "Su 35"]),
        # separators and signs
        ("China-Russia", "China–Russia, China/Russia, China Russia", ["China–Russia", "China/Russia", "China Russia"]),
        ("China Russia", "China — Russia", ["China — Russia"]),
        ("China Russia", "China, Russia", []),
        ("Taiwan Strait", "#TaiwanStrait and Taiwan\nStrait", ["TaiwanStrait", "Taiwan\nStrait"]),
        ("Taiwán", "Taiwan, TAIWÁN, Taiwa\u0301n", ["Taiwan", "TAIWÁN", "Taiwa\u0301n"]),
        ("Taiwan", "Ｔａｉｗａｎ and Tai\u200bwan", ["Ｔａｉｗａｎ", "Tai\u200bwan"]),
        # exact, prefix, forms
        ("=March", "March and march and Marches", ["March"]),
        ("blockad*", "Blockaded, a blockade", ["Blockaded", "blockade"]),
        ("~invade", "invades invading invaded invader", ["invades", "invading", "invaded"]),
        ("~sell", "sold, selling, seller", ["sold", "selling"]),
        # Russian and Ukrainian
        ("Тайвань", "Тайваня, Тайванем, на Тайване, ТАЙВАНЮ", ["Тайваня", "Тайванем", "Тайване", "ТАЙВАНЮ"]),
        ("учения", "на учениях, учёный", ["учениях"]),
        ("совместные учения", "о совместных учениях, совместными учениями", ["совместных учениях", "совместными учениями"]),
        ("министр обороны", "министра обороны, министром иностранных дел", ["министра обороны"]),
        ("Народно-освободительная армия", "Народно-освободительной армии", ["Народно-освободительной армии"]),
        ("НОАК", "корабли НОАК", ["НОАК"]),
        ("США", "CША", ["CША"]),  # a Latin C
        ("Росія", "росія, Росією, в Росії", ["росія", "Росією", "Росії"]),
        ("десантник", "китайських десантників", ["десантників"]),
        ("допомагати", "росія допомагає, допомагали", ["допомагає", "допомагали"]),
        ("спільні навчання", "про спільні навчання, спільних навчань", ["спільні навчання", "спільних навчань"]),
        # Han: Traditional = Simplified = Japanese, anywhere in a text
        ("台灣", "台湾當局、臺灣、在台灣的", ["台湾", "臺灣", "台灣"]),
        ("解放軍", "解放军PLA空降兵", ["解放军"]),
        ("對戰", "対戦", ["対戦"]),
        ("共同飛行", "中ロ機が共同飛行した", ["共同飛行"]),
        ("PLA", "解放军PLA空降兵", ["PLA"]),
        # Hangul: where a word begins, whatever particle follows
        ("대만", "대만에서, 반대만 했다", ["대만"]),
        ("중국", "美·중국이", ["중국"]),
        ("상륙함", "대형상륙함이 출항", ["상륙함"]),  # the end of a compound
        ("수입 규제", "수입규제를 강화, 수입 규제는", ["수입규제", "수입 규제"]),
        ("北部 港口", "北部港口封閉", ["北部港口"]),
    ],
)  # fmt: skip
def test_term_finds_only_its_forms(term: str, text: str, hits: list[str]) -> None:
    assert found(text, f'"{term}"' if "'" in term else term) == hits


def test_hit_names_the_term_in_its_own_spelling() -> None:
    match = match_of("Визит на Тайване", "Тайвань")

    assert match is not None
    assert [(hit.term, hit.field, hit.start, hit.end) for hit in match.hits] == [
        ("Тайвань", "title", 9, 16)
    ]


def test_capitals_are_ignored_in_a_title_of_capitals() -> None:
    assert found("PLA WARSHIPS NEAR ISLAND", "PLA") == ["PLA"]
    assert found("TAIWAN WATCHES", "=Taiwan") == ["TAIWAN"]


def test_title_in_capitals_does_not_vouch_for_its_summary() -> None:
    assert found("A NEW PRINTER", "PLA", summary="it melts pla quickly") == []


def test_phrase_does_not_reach_from_one_field_into_the_next() -> None:
    assert found("Ships off Taiwan", "Taiwan Strait", summary="Strait traffic grows") == []


def test_word_that_ends_in_a_digit_has_a_plural() -> None:
    assert found("Moscow sells Su-35s and one Su-35", "Su-35") == ["Su-35s", "Su-35"]


@pytest.mark.parametrize("form", ["зустрівся", "зустрілася", "зустрілися", "зустрітися"])
def test_ukrainian_reflexive_verbs_are_found_in_the_past(form: str) -> None:
    assert found(f"Президент {form} зі спікером", "зустрітися") == [form]


def _forget_words() -> None:
    for cached in (cyrillic.phrase_forms, cyrillic._read, cyrillic._is_known):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("term", "text"),
    [("Тайвань", "Тайваня"), ("учения", "учениях"), ("военный корабль", "военного корабля")],
)
def test_table_of_endings_replaces_a_missing_dictionary(
    monkeypatch: pytest.MonkeyPatch, term: str, text: str
) -> None:
    monkeypatch.setattr(cyrillic, "_analyzer", lambda _language: None)
    _forget_words()

    hits = found(text, term)

    _forget_words()
    assert hits == [text]
