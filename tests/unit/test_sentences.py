"""Where sentences end."""

import pytest

from builders.watchlists import found
from straitwatch.core.sentences import first_sentence, sentence_ends, sentence_spans


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Talks held on Oct. 12 in Geneva failed.",
        "Ships left at 6 a.m. local time for the gulf.",
        "The envoy, said Cmdr. Hale of the fleet, will stay.",
        "They sued Northwind Inc. for delays.",
        "A ruling, in Ward vs. Lane, stands.",
        "The memo by J. R. Pell was leaked.",
        "The U.S. Senate voted.",
        "See No. 7 and Fig. 2 for details.",
        "Figures of approx. 300 tonnes were given.",
        "Will they sign? asked nobody.",
        "Договор от 2019 г. истёк.",
        "Бюджет в 5 млн. рублей утверждён.",
        "Об этом сказал П. Н. Сидоров.",
        "Завод им. Кирова закрыт.",
        "«Уходим!» — крикнул он.",
        "У 2021 р. угоду підписали.",
        "Понад 40 тис. гривень зібрано.",
        "З повагою, О. Коваленко.",
        "「撤退する。」と首相は述べた。",
        "1. The first point stands.",
        "Version 2.5 is out",
        "Brig. Gen. Sato (Ret.) resigned.",
        "Fees, e.g. Panama tolls, rose.",
        "Это т. е. Россия.",
        "Мост на о. Хортица закрито.",
    ],
)
def test_sentence_continues_after_an_abbreviation(text: str) -> None:
    assert _sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It sank. Nobody died.", ["It sank.", "Nobody died."]),
        ("“It sank.” Nobody died!", ["“It sank.”", "Nobody died!"]),
        ("He sold it to Acme Corp. The price rose.", ["He sold it to Acme Corp.", "The price rose."]),
        ("She left the U.K. However, he stayed.", ["She left the U.K.", "However, he stayed."]),
        ("Было это в 1990 г. В мае он уехал.", ["Было это в 1990 г.", "В мае он уехал."]),
        ("船は沈んだ。死者はない。", ["船は沈んだ。", "死者はない。"]),
        ("「はい。」「いいえ。」", ["「はい。」", "「いいえ。」"]),
        ("배가 침몰했다. 사망자는 없다.", ["배가 침몰했다.", "사망자는 없다."]),
        ("ships\nplanes", ["ships", "planes"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentence_ends(text: str, sentences: list[str]) -> None:
    assert _sentences(text) == sentences


def test_sentence_ends_are_the_places_of_their_marks() -> None:
    assert sentence_ends("Go. Now!") == [2, 7]


def test_first_sentence_keeps_the_offsets_of_its_text() -> None:
    assert first_sentence("  It sank. Nobody died.") == "  It sank."


def test_two_terms_in_a_sentence_with_an_abbreviation_are_near() -> None:
    text = "Envoys said on Feb. 9 that the Harbor treaty would lapse."

    assert found(text, "envoy NEAR/S treaty") == ["Envoys", "treaty"]
