"""Tables of numbers, dates, series, tolls and opposites, which distinguish headlines."""

import re
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

# The number beside these words labels an instalment of a series and is not a quantity.
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
# Counters after a Han figure that label an instalment or a date ...
HAN_LABELS: Final = frozenset("号號日月年次届屆期级級轮輪集章回天周週季版部场場弹彈波批")
# ... and those that count things.
HAN_COUNTERS: Final = frozenset("人名架艘例死伤傷枚")
# The parts of a work in two or three parts; normalized text has no wide brackets.
HAN_PARTS: Final = r"[上中下前后後][集篇卷编編]|\([上中下]\)"

# Days of a month, with the month where it is written as a number.
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|март|апр|мая|июн|июл|авг|сент|окт|нояб"
    "|дек|січ|лют|берез|квіт|трав|черв|лип|серп|верес|жовт|листоп|груд"
)
_DAY = r"(?P<day>[12]\d|3[01]|[1-9])"
DAYS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:(?P<month>\d{1,2})[月월]\s?)?(?<!\d)(?P<day>\d{1,2})\s?[日號号일](?![本間间方式])",
        rf"(?<![\d/.])(?P<month>1[0-2]|[1-9])/{_DAY}(?![\d/])",
        rf"(?<![\d.,$]){_DAY}(?:st|nd|rd|th)? (?:{_MONTHS})",
        rf"\b(?:{_MONTHS})[a-z]{{0,6}}\.? {_DAY}(?!\d|[.,]\d)",
    )
)
HAN_WEEKDAYS: Final = re.compile(
    r"(?:星期|[週周]|[禮礼]拜)([一二三四五六日天])(?!本|年|期)"
    r"|([月火水木金土日])曜日?|([월화수목금토일])요일"
)
WEEKDAY_SIGNS: Final = {
    sign: day
    for day, signs in enumerate(
        ("一月월", "二火화", "三水수", "四木목", "五金금", "六土토", "日天일")
    )
    for sign in signs
}

# The thing that a figure counts: the sign of money before it, or words beside it.
MONEY_SIGN: Final = re.compile(r"[$€£¥₩₽]\s?$|\b(?:usd|us|nt|rmb|yuan)\s?$")
_COUNTED = {
    "money": r"""
        dollar|yuan|euro|\byen\b|rouble|ruble|won\b|美元|美金|台幣|台币|億元|亿元|萬元|万元|日圓|日元|円
        |人民[幣币]|달러|위안|долл|руб|юан|гривен
    """,
    "percent": r"%|percent|per\scent|pct|百分|процент|відсот|퍼센트|ポイント",
    "missile": r"枚|missile|rocket|飛彈|飞弹|導彈|导弹|(?<!противо)ракет|ミサイル|미사일|발",
    "drone": r"drone|\buav|無人機|无人机|беспилот|дрон|бпла|безпілот|ドローン|드론|무인기",
    "aircraft": r"""
        架次|架|aircraft|\bjets?\b|plane|fighter|bomber|helicopter|sortie|軍機|军机|共機|共机|самол|літак
        |истреб|винищ|бомбард|вертол|戦闘機|战斗机|爆撃機|爆击机|軍用機|军用机|機が|机が|군용기|항공기
        |전투기|폭격기
    """,
    "ship": r"""
        艘|隻|只|warship|(?<!anti-)(?<!anti\s)\bships?\b|vessel|boat|frigate|destroyer|submarine|軍艦|军舰
        |共艦|共舰|艦艇|舰艇|船|(?<!противо)кораб|судов|судна|катер|фрегат|эсминц|подлод|함정|척|군함|선박
    """,
    "dead": r"dead|death|kill|die[ds]?\b|死|亡|遇難|遇难|罹難|погиб|загин|жертв|사망|숨",
    "hurt": r"injur|wound|hurt|傷|伤|ранен|постра|поранен|부상",
    "person": r"""
        people|person|troops|soldier|marine|personnel|sailor|crew|citizen|人|名|человек|военнослуж|солдат
        |людей|осіб|명
    """,
    "days": r"days?\b|天|дн|일간|день",
    "hours": r"hours?\b|小時|小时|時間|时间|час|годин|시간",
    "distance": r"\bkm\b|kilomet|nautical|miles?\b|海里|浬|公里|キロ|миль|км|километр|킬로|해리",
    "magnitude": r"magnitude|規模|规模|芮氏|магнитуд|магнітуд|震度|규모|マグニチュード",
}
COUNTED: Final = re.compile(
    "|".join(f"(?P<{what}>{''.join(words.split())})" for what, words in _COUNTED.items())
)

# Tolls grow during an event, so another figure beside these words is an update.
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
CORRECTIONS: Final = _words(
    "corrected correction corrects исправлено исправление уточнение уточнено виправлено"
)
HAN_CORRECTIONS: Final = ("更正", "訂正", "订正", "勘誤", "勘误", "정정")
# The end or beginning of a headline is kept if it contains one of these ("- rejected", "[Monday]"),
INFORMATIVE: Final = (
    frozenset(DATES).union(CORRECTIONS, *(a | b for a, b in OPPOSITES)) - _PLACES - AMBIGUOUS
)
# or only these: "(part two)" and "[North]", but not "South China Morning Post".
INFORMATIVE_TOGETHER: Final = INFORMATIVE | _PLACES | SERIES | frozenset(NUMBERS)

HAN_OPPOSITES: Final = (
    *(("上涨", "下跌"), ("上漲", "下跌"), ("支持", "反对"), ("支持", "反對"), ("同意", "拒绝")),
    *(("同意", "拒絕"), ("证实", "否认"), ("證實", "否認"), ("上升", "下降"), ("发布", "解除")),
    *(("發布", "解除"), ("开始", "结束"), ("開始", "結束"), ("찬성", "반대")),
)
