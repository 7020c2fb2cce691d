"""Characters that a reader takes for one another."""

import pytest

from builders.watchlists import found
from straitwatch.core import han

# Pairs of OpenCC's tables HKVariants and TWVariants.
HONG_KONG = [
    "僞偽",
    "兌兑",
    "叄叁",
    "只衹",
    "啓启",
    "啓啟",
    "囪囱",
    "妝妆",
    "妝粧",
    "媼媪",
    "嬀媯",
    "悅悦",
    "慍愠",
    "戶户",
    "挩捝",
    "搵揾",
    "擡抬",
    "敓敚",
    "敘敍",
    "柺枴",
    "梲棁",
    "棱稜",
    "榲榅",
    "檯枱",
    "氳氲",
    "涗涚",
    "溫温",
    "溼濕",
    "潙溈",
    "潨潀",
    "熅煴",
    "爲為",
    "癡痴",
    "稅税",
    "竈灶",
    "糉粽",
    "糉糭",
    "縕緼",
    "纔才",
    "脫脱",
    "膃腽",
    "臥卧",
    "臺台",
    "菸煙",
    "蒕蒀",
    "蔥葱",
    "蔿蒍",
    "蘊藴",
    "蛻蜕",
    "衆眾",
    "衛衞",
    "覈核",
    "說説",
    "踊踴",
    "轀輼",
    "醞醖",
    "鉢缽",
    "鉤鈎",
    "銳鋭",
    "閱閲",
    "鰮鰛",
]
TAIWAN = [
    "僞偽",
    "兇凶",
    "啓啟",
    "喫吃",
    "嫺嫻",
    "嬀媯",
    "峯峰",
    "幺么",
    "擡抬",
    "曬晒",
    "棱稜",
    "檐簷",
    "污汙",
    "泄洩",
    "潙溈",
    "潨潀",
    "爲為",
    "牀床",
    "痹痺",
    "癡痴",
    "着著",
    "睾睪",
    "祕秘",
    "竈灶",
    "糉粽",
    "繮韁",
    "纔才",
    "羣群",
    "蔘參",
    "蔿蒍",
    "衆眾",
    "裏裡",
    "覈核",
    "踊踴",
    "鉢缽",
    "鍼針",
    "鮎鯰",
    "麪麵",
    "齶顎",
]


@pytest.mark.parametrize("pair", sorted({*HONG_KONG, *TAIWAN}))
def test_regional_forms_of_a_han_character_are_one(pair: str) -> None:
    first, second = pair

    assert found(f"某{second}某", f"某{first}某") == [f"某{second}某"]
    assert found(f"某{first}某", f"某{second}某") == [f"某{first}某"]


def test_han_character_is_normalized_once() -> None:
    assert set(han.FROM) & set(han.TO) == set()
    assert len(han.FROM) == len(han.TO) == len(set(han.FROM))


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        # Latin and Cyrillic letters of one look, in one token and across two
        ("C-300", "С-300 und C-300", ["С-300", "C-300"]),
        ("С-300", "C-300, С-300", ["C-300", "С-300"]),
        ("Ка-27", "Ka-27 и Ка-27, Kа-27", ["Ka-27", "Ка-27", "Kа-27"]),
        ("MiG-31K", "MiG-31К", ["MiG-31К"]),
        ("Т-72", "танк T-72", ["T-72"]),
        ("КНДР", "KНДР", ["KНДР"]),
        ("Океан", "маневры Океан-2024", ["Океан"]),
        # width
        ("F-35", "Ｆ－３５", ["Ｆ－３５"]),
        ("ミサイル", "ﾐｻｲﾙを発射", ["ﾐｻｲﾙ"]),
        ("ドローン", "ﾄﾞﾛｰﾝを撃墜", ["ﾄﾞﾛｰﾝ"]),
        # characters without width, and characters between words
        ("Harbor Bridge", "Har\u200bbor\u2060 Bridge", ["Har\u200bbor\u2060 Bridge"]),
        ("Harbor Bridge", "Harbor 🌉 Bridge", ["Harbor 🌉 Bridge"]),
        ("Harbor Bridge", "🚨Harbor⚓️Bridge🚨", ["Harbor⚓️Bridge"]),
        ("Harbor", "🇹🇼Harbor👨\u200d👩\u200d👧", ["Harbor"]),
        ("護衛艦", "護\U000e0100衛艦", ["護\U000e0100衛艦"]),
        ("Harbor", "𝐇𝐚𝐫𝐛𝐨𝐫", ["𝐇𝐚𝐫𝐛𝐨𝐫"]),
    ],
)
def test_lookalike_characters_are_equal(term: str, text: str, hits: list[str]) -> None:
    assert found(text, term) == hits
