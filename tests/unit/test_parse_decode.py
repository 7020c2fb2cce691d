from itertools import product

import pytest

from straitwatch.core.parse import parse_feed
from straitwatch.core.parse.decode import decode_document, guess_encoding

RUSSIAN = "Министерство обороны сообщило, что корабли прошли через пролив во вторник вечером. "
SIMPLIFIED = (
    "国防部今天表示，多艘军舰在台湾海峡进行训练，中方对此没有发表新的说法，这是今年的第三次。"
)
TRADITIONAL = (
    "國防部今天表示，多艘軍艦在台灣海峽進行訓練，中方對此沒有發表新的說法，這是今年的第三次。"
)
JAPANESE = "防衛省は、海峡を通過した艦艇について、これまでと変わらない活動であると説明しました。"
KOREAN = "국방부는 해협을 지나는 함정에 대해 지금까지와 다르지 않은 활동이라고 설명했다. "

SAMPLES = {
    "windows-1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "iso-8859-5": RUSSIAN,
    "utf-16": RUSSIAN,
    "utf-32": RUSSIAN,
    "gb2312": SIMPLIFIED,
    "gbk": SIMPLIFIED,
    "gb18030": SIMPLIFIED,
    "big5": TRADITIONAL,
    "shift_jis": JAPANESE,
    "euc-jp": JAPANESE,
    "iso-2022-jp": JAPANESE,
    "euc-kr": KOREAN,
    "utf-8": RUSSIAN,
}


def _feed(title: str, encoding: str, declared: str | None = None) -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared or encoding}"?>'
    text = f'{declaration}<rss version="2.0"><channel><item><title>{title}</title></item></channel></rss>'
    return text.encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "content_type", "lead"),
    list(
        product(
            SAMPLES,
            ["", "application/xml", "text/xml; charset=ISO-8859-1", "text/xml; charset=nonsense"],
            [b"", b"\n\n  "],
        )
    ),
)
def test_declaration_beats_the_header_even_behind_blank_lines(
    encoding: str, content_type: str, lead: bytes
) -> None:
    if lead and encoding.startswith("utf-"):
        lead = b""
    body = lead + _feed(SAMPLES[encoding], encoding)

    parsed = parse_feed(body, content_type=content_type)

    assert [entry.title.strip() for entry in parsed.entries] == [SAMPLES[encoding].strip()]
    assert parsed.problem is None


@pytest.mark.parametrize("declared", ["windows-1251", "gb2312", "utf-16", "us-ascii", "bogus"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_valid_utf_8_is_utf_8_despite_its_declaration(declared: str, mark: bytes) -> None:
    body = mark + _feed(RUSSIAN, "utf-8", declared)

    assert parse_feed(body).entries[0].title.strip() == RUSSIAN.strip()


@pytest.mark.parametrize(
    "encoding", ["windows-1251", "koi8-r", "iso-8859-5", "cp866", "gbk", "big5", "euc-jp", "euc-kr"]
)
def test_undeclared_bytes_are_recognized_by_their_letters(encoding: str) -> None:
    text = {"gbk": SIMPLIFIED, "big5": TRADITIONAL, "euc-jp": JAPANESE, "euc-kr": KOREAN}.get(
        encoding, RUSSIAN
    )

    assert decode_document((text * 3).encode(encoding)) == text * 3


@pytest.mark.parametrize(
    "text",
    [
        "Le président a été élu à Genève, où les négociations ont échoué dès février.",
        "Über die Straße fährt das größte Schiff für müde Gäste; schöne Grüße aus Köln.",
        "El señor Muñoz llegó mañana; la situación política está más difícil aún.",
        "Prezident ƒ100 £50 “quoted” – dashes…",
    ],
)
def test_western_text_is_never_taken_for_another_script(text: str) -> None:
    body = (text * 20).encode("cp1252")

    assert guess_encoding(body) is None
    assert decode_document(body) == text * 20


def test_configured_encoding_serves_where_nothing_is_declared() -> None:
    assert decode_document("мир".encode("cp1251"), encoding="windows-1251") == "мир"


def test_broken_character_costs_only_itself() -> None:
    body = _feed(RUSSIAN + "|", "utf-8").replace(b"|", b"\xff")

    assert parse_feed(body).entries[0].title == RUSSIAN + "\ufffd"


def test_character_cut_at_the_end_does_not_change_the_encoding() -> None:
    assert decode_document("пролив".encode()[:-1]) == "проли"


@pytest.mark.parametrize("name", ["punycode", "hex", "unicode_escape", "\x00", "rot13"])
def test_codec_that_is_not_a_character_set_is_not_used(name: str) -> None:
    assert (
        decode_document(b"caf\xe9", content_type=f"text/xml; charset={name}", encoding=name)
        == "café"
    )


def test_ebcdic_feed_is_read() -> None:
    assert decode_document("<?xml version='1.0'?>".encode("cp037")) == "<?xml version='1.0'?>"
