"""The words that the guards know, as data: numbers, dates, series, tolls and opposites."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _numbered(lines: str, *, start: int, prefix: str = "") -> dict[str, str]:
    """Return each word with the number of its line."""
    return {
        word: f"{prefix}{number}"
        for number, line in enumerate(lines.strip().splitlines(), start)
        for word in line.split()
    }


UNITS: Final = {
    **dict.fromkeys(("k", "thousand", "тыс"), 1e3),
    **dict.fromkeys(("万", "萬", "만"), 1e4),
    **dict.fromkeys(("m", "mn", "mln", "mil", "million", "млн"), 1e6),
    **dict.fromkeys(("亿", "億", "억"), 1e8),
    **dict.fromkeys(("b", "bn", "bil", "billion", "млрд"), 1e9),
    **dict.fromkeys(("tn", "trillion", "трлн"), 1e12),
}

NUMBERS: Final = _numbered(
    """
    zero
    one first i один первый перший
    two second twice ii два две второй другий
    three third iii три третий третій
    four fourth iv четыре чотири
    five fifth v пять пʼять
    six sixth vi шесть шість
    seven seventh vii семь сім
    eight eighth viii восемь вісім
    nine ninth ix девять
    ten tenth x десять
    eleven eleventh xi
    twelve twelfth xii dozen
    """,
    start=0,
)

DATES: Final = _numbered(
    """
    january jan января январь січня
    february feb февраля февраль лютого
    march марта март березня
    april apr апреля апрель квітня
    may мая травня
    june jun июня июнь червня
    july jul июля июль липня
    august aug августа август серпня
    september sep sept сентября сентябрь вересня
    october oct октября октябрь жовтня
    november nov ноября ноябрь листопада
    december dec декабря декабрь грудня
    """,
    start=1,
    prefix="month",
) | _numbered(
    """
    monday mon понедельник понеділок
    tuesday tue tues вторник вівторок
    wednesday среда среду середа
    thursday thu thurs четверг четвер
    friday fri пятница пятницу пʼятниця
    saturday суббота субботу субота
    sunday воскресенье неділя
    """,
    start=0,
    prefix="weekday",
)

# Only beside a figure or a word of a series are these a date or a number.
AMBIGUOUS: Final = _words("may march i v x mon second")

# Words that make the number beside them a label of a series and not a quantity.
SERIES: Final = _words(
    """
    day days week part no number vol volume issue episode ep chapter round season series game match
    stage leg session phase edition lesson signal level category heat group section quarter race lap
    день дня сутки часть серия выпуск номер тур этап глава раунд сезон неделя доба частина серія
    випуск
    """
)

HAN_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "兩": 2,
}
# Counters behind a Han figure that label an instalment or a date ...
HAN_LABELS: Final = frozenset("号號日月年次届屆期级級轮輪集章回天周週季版部场場弹彈波批")
# ... and those that count things.
HAN_COUNTERS: Final = frozenset("人名架艘例死伤傷枚")
# The parts of what comes in two or three.
HAN_PARTS: Final = r"[上中下前后後][集篇卷编編]|\([上中下]\)"  # folded text has no wide brackets

# Tolls grow while an event lasts: another figure beside these words is an update of it.
TOLL: Final = (
    r"kill|dead|die[ds]?\b|death|toll|injur|wound|hurt|missing|casualt|arrest|detain|victim|rescu|"
    r"evacuat|infect|trapped|survivor|жертв|погиб|ранен|постра|загин|поранен|"
    r"死|伤|傷|失踪|失蹤|失联|失聯|遇难|遇難|사망|부상|실종"
)

OPPOSITES: Final = tuple(
    (_words(a), _words(b))
    for a, b in (
        (
            (
                "up rise rises rising rose gain gains higher climb climbs jump jumps soar soars "
                "increase increases increased"
            ),
            (
                "down fall falls falling fell drop drops lower slip slips slide slides plunge "
                "decrease decreases decreased"
            ),
        ),
        (
            (
                "approve approves approved accept accepts accepted agree agrees agreed back backs "
                "backed support supports"
            ),
            (
                "reject rejects rejected refuse refuses refused deny denies denied oppose opposes "
                "opposed against"
            ),
        ),
        ("confirm confirms confirmed", "deny denies denied"),
        ("arrive arrives arrived enter enters entered", "leave leaves left depart departs exits"),
        ("before", "after"),
        ("win wins won beat beats", "lose loses lost"),
        ("open opens opened reopen reopens", "close closes closed shut shuts"),
        ("start starts started begin begins began", "end ends ended stop stops finish finishes"),
        ("raise raises raised hoist hoists", "lower lowers lowered cancel cancels"),
        ("guilty convicted", "innocent acquitted"),
        ("first", "last"),
        ("north", "south"),
        ("east", "west"),
        ("buy buys bought", "sell sells sold"),
        ("more", "less fewer"),
        ("best", "worst"),
        ("dies died dead killed", "survives survived coma injured hurt wounded"),
        (
            "plans plan mulls considers weighs gearing prepares may could",
            "files filed launches launched signs signed opens opened",
        ),
        ("upgrade upgrades", "downgrade downgrades"),
        ("подтвердил подтвердили подтвердила", "опроверг опровергли опровергла"),
        ("вырос выросли выросла", "упал упали упала снизился снизились"),
        ("начал начали", "завершил завершили"),
    )
)
_PLACES = _words("north south east west")
# What a headline ends or begins with is kept if it holds one of these ("- rejected", "[Monday]"),
TELLING: Final = frozenset(DATES).union(*(a | b for a, b in OPPOSITES)) - _PLACES - AMBIGUOUS
# or nothing but these: "(part two)" and "[North]", but not "South China Morning Post".
TELLING_TOGETHER: Final = TELLING | _PLACES | SERIES | frozenset(NUMBERS)

HAN_OPPOSITES: Final = (
    *(("上涨", "下跌"), ("上漲", "下跌"), ("支持", "反对"), ("支持", "反對"), ("同意", "拒绝")),
    *(("同意", "拒絕"), ("证实", "否认"), ("證實", "否認"), ("上升", "下降"), ("发布", "解除")),
    *(("發布", "解除"), ("开始", "结束"), ("開始", "結束"), ("찬성", "반대")),
)
