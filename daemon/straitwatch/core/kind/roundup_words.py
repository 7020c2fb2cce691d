"""Lists words, sections and categories of round-ups."""

import re

from straitwatch.core.kind.patterns import OPEN, any_of
from straitwatch.core.kind.scripts import Script

ROUNDUP_TITLES = {
    Script.LATIN: any_of(
        r"\b(?:morning|evening|daily|weekly|nightly|afternoon|weekend|news|global|world|asia|china|"
        r"taiwan|defen[cs]e|security|press) "
        r"(?:(?<!press )(?<!defen[cs]e )(?<!security )briefing|newsletter|digest|round-?up|wrap(?:-?up)?|"
        r"brief|recap|headlines)\s*(?:[:|–—-]|$|for\b)",
        r"\b(?:daily|weekly|week's|day's|today's|morning) (?:highlights|top stories|top news|headlines)",
        r"\bnewsletter\b\s*(?:[:|#]|$)|^\W*(?:the )?newsletter\s*[-–—]",
        r"\b(?:news|week|day|month|year) in (?:review|brief|pictures|photos)\b",
        r"^\W*(?:the |this |last )?week (?:in|on|at)\b.{0,40}(?:[:|]|$)",
        r"\blive (?:updates?|blog|coverage|ticker|feed|briefing)\b|\bliveblog\b|\bas it happened\b",
        r"(?:^|[-–—|(\[])\s*live\s*(?:[:|)\]–—]|$)",
        r"^(?:[\w’'-]+ ){1,5}(?<!they )(?<!who )(?<!people )(?<!to )(?<!where )live:\s",
        r"\b(?:latest|rolling) updates\s*(?:[:|]|$)|\bminute[- ]by[- ]minute\b",
        r"\band (?:more|other (?:stories|news|headlines))\s*\.?$",
        r"^\W*(?:top stories|in brief|world in brief|headlines|at a glance)\s*[:|–—]",
        r"\bthings to know (?:today|this week|this morning)\b",
        r"^\W*(?:the )?(?:front pages|papers)\s*:",
    ),
    Script.HAN: any_of(
        r"(?:新聞|新闻|要聞|要闻|頭條|头条|財經|财经|國際|国际|兩岸|两岸|軍事|军事|今日|每日|一周|一週)"
        r"(?:摘要|速覽|速览|彙整|汇总|匯整|匯總|回顧|回顾|集錦|集锦|早報(?!：)|早报(?!：)|晚報(?!：)|晚报(?!：)|早餐|簡報|简报|导读|導讀)",
        r"(?:本週|本周|一週|一周|今日|每日|今晨|昨日|24小時|24小时)(?:大事|要聞|要闻|重點|重点|焦點|焦点|頭條|头条|看點|看点)",
        r"各(?:大)?(?:報|报)(?:紙|纸)?(?:頭版|头版|頭條|头条|要聞|要闻|摘要)|報章(?:頭條|摘要)|报章(?:头条|摘要)|(?:報摘|报摘)",
        OPEN + r"(?:[早晨晚]報(?:懶人包|摘要|重點)|[早晨晚]报(?:摘要|重点))\s*[：:】》]",
        OPEN
        + r"(?:早報|早报|晚報|晚报|晨報|晨报|早安|早報新聞|電子報|电子报|週報|周報|周报|快覽|快览|一分鐘看|新聞懶人包)"
        + r"\s*[】〉」』\]\)）|｜!！]",
        r"(?:文字|圖文|图文|即時|即时|實時|实时)?(?:直播|實況|实况)\s*[：:｜|／/】]|LIVE\s*[：:｜|／/】]|不斷更新|不断更新|持續更新|持续更新|滾動更新|滚动更新|即時更新|实时更新",
        r"(?:大事記|大事记|時間軸|时间轴|一次看(?:完|懂)?本週)",
    ),
    Script.KANA: any_of(
        r"(?:ニュース|主要|今日の|今週の|週間|一週間の|きょうの|朝の)(?:まとめ|ダイジェスト|ヘッドライン|振り返り|一覧|ニュース|話題)",
        r"(?:ニュース|記事)(?:一覧|まとめ)|各紙(?:朝刊|夕刊|社説|の1面)|朝刊(?:まとめ|から|を読む)|ニュースレター|メールマガジン",
        r"(?:ライブ|実況|生中継)\s*[】：:｜|]|【(?:ライブ|LIVE|随時更新|タイムライン)】|随時更新|ライブ(?:配信|更新|ブログ)|時系列まとめ",
        r"ほか(?:\d+本|主要ニュース)|重要ニュース\d*(?:選|本)",
    ),
    Script.HANGUL: any_of(
        r"(?:모닝|굿모닝|이브닝|아침|저녁|주간|데일리|뉴스|조간|석간)\s?(?:브리핑|뉴스레터|다이제스트|헤드라인|요약|클리핑|리뷰)",
        r"뉴스레터|간추린\s?(?:뉴스|소식)|(?:오늘|이번\s?주|이\s?시각|금주|한\s?주)의?\s?(?:주요\s?)?(?:뉴스|소식|이슈|헤드라인)|주요\s?뉴스\s?(?:모음|요약|\]|$)",
        r"(?:실시간|라이브)\s?(?:업데이트|중계|상황|블로그)|\[(?:라이브|LIVE|생중계|실시간)\]|속보\s?모음|신문\s?(?:1면|톱)\s?(?:모음|요약)",
    ),
    Script.CYRILLIC: any_of(
        r"\bдайджест\b|\bобзор (?:прессы|сми|дня|недели|новостей|событий)|\bогляд (?:преси|змі|дня|тижня|новин|подій)",
        r"(?:^|[.:|]\s*)(?:главн(?:ое|ые)|головн[еі]) (?:(?:новости|события|новини|події) )?(?:за|к|на|до|дня|недели|тижня|этой|цього)\b",
        r"\b(?:итоги|підсумки) (?:недели|дня|месяца|тижня|місяця)\b|\bнедел[яи] в (?:фото|новостях)",
        r"(?:^|[.:|(\[]\s*|\s[—–-]\s+)(?:онлайн|трансляция|трансляція|лайв)\s*(?:[:.|)\]]|$)|(?:онлайн|текстовая|текстова|прямая|пряма)[- ](?:трансляц[иі]\w)",
        r"\bобновляется\b|\bоновлюється\b|\b(?:утренн|вечерн|ранков|вечірн)\w+ (?:обзор|выпуск|огляд|випуск|брифинг|брифінг|рассылка|розсилка)",
        r"\b(?:что|що) (?:произошло|случилось|сталося|відбулося) (?:за|к|на) (?:ночь|день|неделю|ніч|тиждень|утро|ранок)",
        r"\b(?:хроника|хроніка) (?:дня|событий|подій|недели|тижня)\b",
    ),
}

ROUNDUP_LEADS = {
    Script.LATIN: any_of(
        r"^\W*(?:good (?:morning|evening|afternoon)\b|catch up on\b|welcome to (?:the|today's|this)\b|"
        r"here(?:'s|’s| is| are)(?: what| the| today)[^.]{0,30}(?:need to know|top stories|headlines|latest)|"
        r"(?:today's|this week's|the day's) (?:top stories|headlines|news))",
        r"\bput together (?:some of )?(?:the |our )?(?:top |best |biggest )?stories\b",
    ),
    Script.HAN: any_of(r"^\W*(?:早安|各位讀者早|今日(?:重點|重点|要聞|要闻)|以下是(?:今天|今日|本週|本周))"),
    Script.KANA: any_of(r"^\W*(?:おはようございます|今日の主なニュース|主なニュース)"),
    Script.HANGUL: any_of(r"^\W*(?:안녕하세요|오늘의 주요|이 시각 주요)"),
    Script.CYRILLIC: any_of(r"^\W*(?:доброе утро|добрый вечер|добрий ранок|добрий вечір|главное за|головне за)"),
}  # fmt: skip

# A digest counts the reports that it retells, and names their subject: "three reports on".
ROUNDUP_COUNTS = {
    Script.LATIN: any_of(
        r"\b(?:two|three|four|five|six|seven|several|[2-7]) (?:[\w.’'-]+ ){0,2}"
        r"(?:reports|stories|articles|publications|newspapers|papers|dailies|front pages)\b(?! of\b)"
    ),
    Script.HAN: any_of(
        r"(?:[兩两二三四五六七幾几數数]|[2-7])\s?(?:[份篇則则家條条]|大(?=報|报))[^：:，,、。]{0,6}?"
        r"(?:報紙|报纸|報導|报导|報道|报道|新聞|新闻|文章|媒體|媒体|報|报)"
    ),
    Script.KANA: any_of(
        r"(?:[二三四五六七2-7２-７](?:つの|本の|件の|紙の|社の)|複数の)[^：:、。]{0,6}?(?:報道|記事|新聞|紙面)|"
        r"(?:米|英|有力|主要)?[二三四五六七2-7２-７]紙"
    ),
    Script.HANGUL: any_of(
        r"(?:두|세|네|다섯|여러|[2-7])\s?(?:개|건|편|곳|건의|편의|개의)?\s?(?:[가-힣]{1,4}\s)?(?:보도|기사|신문|언론|매체)"
    ),
    Script.CYRILLIC: any_of(
        r"\b(?:две|два|три|четыре|пять|несколько|дві|чотири|п['’ʼ]ять|кілька|декілька|[2-7]) (?:\w+ ){0,2}"
        r"(?:публикаци\w+|сообщени\w+|стат(?:ьи|ей|ті|тей)|материал\w*|газет\w*|издани\w+|"
        r"публікаці\w+|повідомлен\w+|матеріал\w*|видан\w+)"
    ),
}  # fmt: skip
COLON = re.compile(r"[:：︰]|\s[—–-]\s")
SUBJECT_BREAK = re.compile(r"[,，、·・]|\s(?:and|и|та|і|й)\s|(?<=[가-힣])(?:와|과)\s")
MIN_SUBJECTS = 3

ROUNDUP_SECTIONS = frozenset(
    [
        "live",
        "liveblog",
        "live-blog",
        "liveblogs",
        "live-news",
        "live-updates",
        "newsletter",
        "newsletters",
        "briefing",
        "briefings",
        "morning-briefing",
        "daily-briefing",
        "digest",
        "digests",
        "roundup",
        "news-in-brief",
        "onlayn",
        "online-translation",
        "daidzhest",
    ]
)
ROUNDUP_CATEGORIES = any_of(
    r"^(?:live(?: ?blog| updates?| coverage)?|newsletters?|(?:morning|daily|news) (?:briefing|digest)|"
    r"digest|round-?ups?|news in brief|дайджест|онлайн|огляд|обзор(?: прессы)?|電子報|电子报|新聞摘要|新闻摘要|"
    r"ニュースレター|まとめ|뉴스레터|뉴스 ?브리핑)$"
)

MIN_EVENTS = 3
MIN_HEADLINE_WORDS, MIN_HEADLINE_HAN = 3, 5
EVENT_BREAK = re.compile(r"[;；|｜]|\s/\s|\s•\s|\s·\s")
WIDE = re.compile(r"[぀-ヿ一-鿿가-힣]")
