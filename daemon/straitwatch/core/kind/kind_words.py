"""Words and sections by which round-ups, commentary and news are known: part of the kind stage."""

import re

from straitwatch.core.kind.scripts import Script


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


# A label opens a title, bare or in brackets; what follows it ends it.
_OPEN = r"^[\s\W]{0,3}"
_CLOSE = r"\s*(?:[:：︰|｜》】〉」』〕\]\)）/／;]|\s[-–—]\s|[-–—]\s)"

# ---------------------------------------------------------------- round-ups

ROUNDUP_TITLES = {
    Script.LATIN: _any(
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
    Script.HAN: _any(
        r"(?:新聞|新闻|要聞|要闻|頭條|头条|財經|财经|國際|国际|兩岸|两岸|軍事|军事|今日|每日|一周|一週)"
        r"(?:摘要|速覽|速览|彙整|汇总|匯整|匯總|回顧|回顾|集錦|集锦|早報(?!：)|早报(?!：)|晚報(?!：)|晚报(?!：)|早餐|簡報|简报|导读|導讀)",
        r"(?:本週|本周|一週|一周|今日|每日|今晨|昨日|24小時|24小时)(?:大事|要聞|要闻|重點|重点|焦點|焦点|頭條|头条|看點|看点)",
        r"各(?:大)?(?:報|报)(?:紙|纸)?(?:頭版|头版|頭條|头条|要聞|要闻|摘要)|報章(?:頭條|摘要)|报章(?:头条|摘要)|(?:報摘|报摘)",
        _OPEN + r"(?:[早晨晚]報(?:懶人包|摘要|重點)|[早晨晚]报(?:摘要|重点))\s*[：:】》]",
        _OPEN
        + r"(?:早報|早报|晚報|晚报|晨報|晨报|早安|早報新聞|電子報|电子报|週報|周報|周报|快覽|快览|一分鐘看|新聞懶人包)"
        + r"\s*[】〉」』\]\)）|｜!！]",
        r"(?:文字|圖文|图文|即時|即时|實時|实时)?(?:直播|實況|实况)\s*[：:｜|／/】]|LIVE\s*[：:｜|／/】]|不斷更新|不断更新|持續更新|持续更新|滾動更新|滚动更新|即時更新|实时更新",
        r"(?:大事記|大事记|時間軸|时间轴|一次看(?:完|懂)?本週)",
    ),
    Script.KANA: _any(
        r"(?:ニュース|主要|今日の|今週の|週間|一週間の|きょうの|朝の)(?:まとめ|ダイジェスト|ヘッドライン|振り返り|一覧|ニュース|話題)",
        r"(?:ニュース|記事)(?:一覧|まとめ)|各紙(?:朝刊|夕刊|社説|の1面)|朝刊(?:まとめ|から|を読む)|ニュースレター|メールマガジン",
        r"(?:ライブ|実況|生中継)\s*[】：:｜|]|【(?:ライブ|LIVE|随時更新|タイムライン)】|随時更新|ライブ(?:配信|更新|ブログ)|時系列まとめ",
        r"ほか(?:\d+本|主要ニュース)|重要ニュース\d*(?:選|本)",
    ),
    Script.HANGUL: _any(
        r"(?:모닝|굿모닝|이브닝|아침|저녁|주간|데일리|뉴스|조간|석간)\s?(?:브리핑|뉴스레터|다이제스트|헤드라인|요약|클리핑|리뷰)",
        r"뉴스레터|간추린\s?(?:뉴스|소식)|(?:오늘|이번\s?주|이\s?시각|금주|한\s?주)의?\s?(?:주요\s?)?(?:뉴스|소식|이슈|헤드라인)|주요\s?뉴스\s?(?:모음|요약|\]|$)",
        r"(?:실시간|라이브)\s?(?:업데이트|중계|상황|블로그)|\[(?:라이브|LIVE|생중계|실시간)\]|속보\s?모음|신문\s?(?:1면|톱)\s?(?:모음|요약)",
    ),
    Script.CYRILLIC: _any(
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
    Script.LATIN: _any(
        r"^\W*(?:good (?:morning|evening|afternoon)\b|catch up on\b|welcome to (?:the|today's|this)\b|"
        r"here(?:'s|’s| is| are)(?: what| the| today)[^.]{0,30}(?:need to know|top stories|headlines|latest)|"
        r"(?:today's|this week's|the day's) (?:top stories|headlines|news))",
        r"\bput together (?:some of )?(?:the |our )?(?:top |best |biggest )?stories\b",
    ),
    Script.HAN: _any(r"^\W*(?:早安|各位讀者早|今日(?:重點|重点|要聞|要闻)|以下是(?:今天|今日|本週|本周))"),
    Script.KANA: _any(r"^\W*(?:おはようございます|今日の主なニュース|主なニュース)"),
    Script.HANGUL: _any(r"^\W*(?:안녕하세요|오늘의 주요|이 시각 주요)"),
    Script.CYRILLIC: _any(r"^\W*(?:доброе утро|добрый вечер|добрий ранок|добрий вечір|главное за|головне за)"),
}  # fmt: skip

# How a digest counts the reports that it retells: "three reports", beside what they are about.
ROUNDUP_COUNTS = {
    Script.LATIN: _any(
        r"\b(?:two|three|four|five|six|seven|several|[2-7]) (?:[\w.’'-]+ ){0,2}"
        r"(?:reports|stories|articles|publications|newspapers|papers|dailies|front pages)\b(?! of\b)"
    ),
    Script.HAN: _any(
        r"(?:[兩两二三四五六七幾几數数]|[2-7])\s?(?:[份篇則则家條条]|大(?=報|报))[^：:，,、。]{0,6}?"
        r"(?:報紙|报纸|報導|报导|報道|报道|新聞|新闻|文章|媒體|媒体|報|报)"
    ),
    Script.KANA: _any(
        r"(?:[二三四五六七2-7２-７](?:つの|本の|件の|紙の|社の)|複数の)[^：:、。]{0,6}?(?:報道|記事|新聞|紙面)|"
        r"(?:米|英|有力|主要)?[二三四五六七2-7２-７]紙"
    ),
    Script.HANGUL: _any(
        r"(?:두|세|네|다섯|여러|[2-7])\s?(?:개|건|편|곳|건의|편의|개의)?\s?(?:[가-힣]{1,4}\s)?(?:보도|기사|신문|언론|매체)"
    ),
    Script.CYRILLIC: _any(
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
ROUNDUP_CATEGORIES = _any(
    r"^(?:live(?: ?blog| updates?| coverage)?|newsletters?|(?:morning|daily|news) (?:briefing|digest)|"
    r"digest|round-?ups?|news in brief|дайджест|онлайн|огляд|обзор(?: прессы)?|電子報|电子报|新聞摘要|新闻摘要|"
    r"ニュースレター|まとめ|뉴스레터|뉴스 ?브리핑)$"
)

MIN_EVENTS = 3
MIN_HEADLINE_WORDS, MIN_HEADLINE_HAN = 3, 5
EVENT_BREAK = re.compile(r"[;；|｜]|\s/\s|\s•\s|\s·\s")
WIDE = re.compile(r"[぀-ヿ一-鿿가-힣]")

# ---------------------------------------------------------------- commentary: what a title says it is

LABELS = {
    Script.LATIN: _any(
        _OPEN + r"(?:[\w’'. -]{0,30}\b)?(?:editorial|(?<!public )(?<!world )opinion|op-?ed|commentary|explainer|"
        r"(?<!tank )(?<!navy )(?<!naval )(?<!armored )(?<!armoured )(?<!military )column|essay|deep dives?|podcast)" + _CLOSE,
        _OPEN + r"(?:news )?(?:comment|analysis|explained|columnist|perspectives?|viewpoint|point of view|(?:book )?review|"
        r"books|letters?(?: to the editor)?|q ?(?:&|and) ?a|in[- ]depth|(?:the )?(?:long|big) ?reads?|backgrounder|"
        r"fact check|primer|first person|guest (?:post|column)|why ?& ?how|breakingviews)" + _CLOSE,
        r"\s(?:[|–—-]|::)\s*(?:opinion|editorial|analysis|commentary|explainer|column|podcast|book review)\s*$|"
        r"\((?:opinion|analysis|commentary|explainer|podcast)\)\s*$",
        r"^(?:notes|letters?|dispatch|postcard|views?) from [\w’' -]{3,40}:",
        r"\bdeep dives?:|^\W*(?:book )?review of\b",
        r"\b(?:what|everything) (?:you|we)(?:'ll|’ll)? (?:need|ought|should) (?:to )?know\b|\bwhat to know\b|\bwhat we know\b",
        r",? explained\s*$",
        r"^\W*(?:some |final |first )?thoughts on\b|^\W*(?:three|four|five|six|seven|ten|[3-9]|10) (?:key |big )?(?:takeaways|lessons|reasons|questions|scenarios|charts|things)\b",
    ),
    Script.HAN: _any(
        r"^[^\s：:》】]{0,12}(?:觀點|观点|觀點投書|投書|投书|專欄|专栏|論壇|社論|社论|社評|社评|評論|评论|短評|短评|快評|快评|時評|时评|銳評|锐评|"
        r"風評|风评|國際銳評|专论|專論|隨筆|随笔|書評|书评|影評|名家|筆記|札記|手記|解讀|解读|解析|剖析|深度|透視|透视|解碼|解码|"
        r"幕後|幕后|觀察|观察|漫談|縱橫|纵横|圖解|图解|懶人包|懒人包|特稿|述評|述评|釋疑|百科|聽新聞|評析|评析|時論|时论|鐘聲|钟声|評點|政論|論點|论点|微評|社說|來論|来论|分析稿)"
        r"[：:》】〉」』\]\)）／/｜|︰]",
        r"[（(【\[〔](?:評論|评论|社論|社论|時論|时论|觀點|观点|分析|解讀|解读|專欄|专栏|特稿|圖解|图解|書評|书评|觀察|深度)[)）】\]〕]|[／/｜|]\s*(?:名家論壇|名家|觀點|观点|評論|评论|社論|社论|專欄|专栏|投書|投书)\s*$",
        r"一圖看|一图看|一文看懂|一圖看懂|一图读懂|一文讀懂|懶人包|懒人包|讀者投書|读者投书|拆解|戳破.{0,20}迷思",
        r"新書.{0,12}(?:揭|反思|指|談|谈|剖析|分析|爆)|新书.{0,12}(?:揭|反思|指|谈|剖析|分析|爆)",
        r"(?:^|[\s！!？?，,])(?:[^\s：:]{2,6})?(?:剖析|淺談|浅谈|淺析|浅析|漫談|試論|试论)",
    ),
    Script.KANA: _any(
        r"^[\s\W]{0,3}[^\s：:】」』〉》]{0,12}(?:社説|解説|論説|コラム|オピニオン|主張|寄稿|論考|時論|視点|論点|評論|深層|分析|書評|考察|識者談話|談話室|ニュース解説|特集|"
        r"読み解く|深掘り|ルポ|Q&A|Ｑ＆Ａ|正論|産経抄|余録|天声人語|春秋|編集手帳|筆洗|私の視点|時評|エッセー|エッセイ)"
        r"\s*[：:】」』〉》\])）｜|＞>]",
        r"[（(【\[〈《〔](?:社説|解説|コラム|オピニオン|論説|主張|寄稿|分析|書評|時論|ニュース解説|深掘り)[)）】\]〉》〕]",
        r"^(?:社説|社説余滴|正論|産経抄|余録|天声人語|春秋|編集手帳|筆洗)(?:[\s　（(]|$)",
        r"[=＝・―]\s?(?:解説|論説|社説|コラム)(?:委員)?\s*$|徹底解説|わかりやすく解説|を解説|を読み解く|を考える$|ことの意味$",
    ),
    Script.HANGUL: _any(
        r"[\[【<〈《(（][^\]】>〉》)）]{0,14}(?:사설|칼럼|기고|시론|오피니언|논단|논평|분석|해설|시평|기자수첩|기자의\s?눈|특파원\s?(?:칼럼|리포트)|데스크|만평|"
        r"서평|신간|북리뷰|심층|포커스|Why|왜|이슈분석|Q&A|팩트체크|취재수첩|여적|만물상|태평로|동서남북|광화문|시선|생각|세계의\s?창|아침을\s?열며|전문가\s?진단|뉴스분석|뉴스\s?해설|이슈\s?진단)"
        r"[^\]】>〉》)）]{0,12}[\]】>〉》)）]",
        r"^(?:사설|칼럼|기고|논평|시론|해설|분석)\s*[:：|｜]",
        r"^\S{2,6}의\s?[^\s:]{2,12}\s?(?:칼럼|읽기|이야기)\s*[:：|｜]",
    ),
    Script.CYRILLIC: _any(
        _OPEN + r"(?:личное |особое |редакционн\w+ )?(?:мнение|мнения|колонка|колонка (?:редакции|редактора)|аналитика|анализ|разбор|обозрение|комментарий|точка зрения|"
        r"взгляд|эссе|рецензия|объясняем|объяснение|разъяснение|справка|реплика|подкаст|от редакции|редакционная|передовица|"
        r"думка|погляд|аналітика|аналіз|розбір|коментар|точка зору|рецензія|есе|пояснюємо|пояснення|довідка|від редакції|"
        r"редакційна|блог|блоги|суб['’ʼ]єктивно)" + r"(?:\s*[:.|)\]»»]|\s[-–—]\s)",
        r"(?:^|[.:|]\s)(?:что|що) (?:известно|нужно знать|відомо|треба знати|варто знати) (?:о|об|про|к)\b",
        r"\s[|–—-]\s(?:мнение|думка|колонка|блог|аналитика|аналітика)\s*$",
    ),
}  # fmt: skip

INTERVIEWS = {
    Script.LATIN: _any(_OPEN + r"(?:exclusive )?interview" + _CLOSE, r"\s[|–—-]\s*interview\s*$|\bin conversation with\b"),
    Script.HAN: _any(_OPEN + r"(?:獨家|独家|人物)?(?:專訪|专访|訪談|访谈|對談|对谈|對話|对话)[：:》】〉」\]\)）／/｜|]"),
    Script.KANA: _any(r"[（(【\[〈《](?:単独|独占)?(?:インタビュー|対談|聞く)[)）】\]〉》]|インタビュー\s*[：:]|に聞く(?:$|[　 」】])|氏インタビュー"),
    Script.HANGUL: _any(r"[\[【<〈(（][^\]】>〉)）]{0,8}(?:인터뷰|대담|만난\s?사람)[^\]】>〉)）]{0,6}[\]】>〉)）]"),
    Script.CYRILLIC: _any(_OPEN + r"(?:большое |эксклюзивное )?(?:интервью|інтерв['’ʼ]?ю|беседа|розмова)\b[^:|]{0,30}[:|.]"),
}  # fmt: skip

IN_OFFICE = {
    Script.LATIN: _any(
        r"(?<!ex-)(?<!former )(?<!former prime )(?<!former foreign )(?<!former defence )(?<!former defense )(?<!former vice )"
        r"\b(?:president|premier|prime minister|minister|secretary|spokes(?:man|woman|person)|ambassador|envoy|governor|admiral|general|commander|chief of staff|pm)\b"
    ),
    Script.HAN: _any(
        r"(?<!前)(?<!前副)(?<!前國防)(?<!前国防)(?<!前外交)(?<!卸任)(?:總統|总统|主席|總理|总理|首相|外長|外长|部長|部长|防長|防长|次長|次长|院長|院长|委員長|发言人|發言人|大使|司令|秘書長|秘书长|國務卿|国务卿)"
    ),
    Script.KANA: _any(r"(?<!前)(?<!元)(?:首相|外相|防衛相|大臣|官房長官|大統領|総統|大使|司令官|幕僚長|報道官|国務長官)"),
    Script.HANGUL: _any(r"(?<!전 )(?<!前)(?<!전직 )(?:대통령|총리|장관|차관|대사|총통|주석|사령관|대변인|국방상|외무상|참모총장)"),
    Script.CYRILLIC: _any(
        r"(?<!экс-)(?<!бывший )(?<!колишній )(?<!екс-)\b(?:президент|премьер|министр|глава мид|посол|спикер|командующ|замминистр|прем['’ʼ]єр|міністр|очільник|речник|командувач)"
    ),
}  # fmt: skip

# ---------------------------------------------------------------- commentary: who speaks, what is asked

_EN_EXPERTS = (
    r"(?:experts?|analysts?|scholars?|academics?|researchers?|pundits?|observers|think[- ]tank(?:er)?s?|professor|strategists?|"
    r"former (?:official|general|admiral|diplomat|ambassador|adviser)s?|ex-(?:official|general|admiral|diplomat|ambassador)s?)"
)
EXPERTS = {
    Script.LATIN: _any(
        rf"[:：]\s*{_EN_EXPERTS}\s*$|^{_EN_EXPERTS}:|,\s(?:\w+ ){{0,2}}{_EN_EXPERTS} (?:say|warn|argue|believe|suggest|think)s?\s*$|,\s(?:says?|warns?|argues?|according to) (?:\w+ ){{0,2}}{_EN_EXPERTS}\s*$",
        rf"^(?!(?:un|u\.n\.|who|imf|iaea|ministry|government) )(?:\w+ ){{0,2}}{_EN_EXPERTS} (?:say|warn|argue|believe|see|urge|think|fear|doubt|call|weigh|expect)s?\b",
        r"\b(?:new )?book (?:says|argues|claims|reveals)\b",
    ),
    Script.HAN: _any(
        r"(?:^|[\s！!？?，,」》])(?:[^\s：:︰，,！!？?]{0,6})?(?:學者|学者|專家|专家|分析人士|分析師|分析师|分析|退將|退将|退役將領|退役将领|評論員|评论员|觀察人士|观察人士|名嘴|教授|智庫專家|智库专家|前官員|前官员)[^\s：:︰，,！!？?]{0,6}[：:︰]",
        r"(?:^|[\s！!？?，,」》])(?:學者|学者|專家|专家|智庫專家|智库专家|分析人士|觀察人士|观察人士)(?:們|们)?(?:籲|吁|呼籲|呼吁|警告|示警|認為|认为|看衰|看好|分析|直言|解讀|解读|建議|建议|憂|忧|質疑|质疑|預測|预测|點出|点出|提醒|這麼看|怎麼看|怎么看)",
        r"(?:學者|学者|專家|专家|智庫|智库)[^\s：:]{0,2}(?:出新書|出新书|撰文|投書|投书|專文|专文)",
        r"(?:智庫|智库)(?:專家|专家|分析|學者|学者)",
    ),
    Script.KANA: _any(
        r"(?:専門家|識者|アナリスト|評論家|教授|研究者|元高官)(?:は|が|の見方|の分析|に聞く|「|：|:|ら「|らは|「)|(?:専門家|識者|研究者)が?(?:語る|指摘|警告|懸念|分析|解説)|氏「"
    ),
    Script.HANGUL: _any(
        r"(?:전문가|학자|교수|애널리스트|분석가|연구원|평론가)(?:들)?(?:은|는|이|가)?\s?(?:[\"“'‘:：]|경고|지적|진단|분석|전망|우려|주장|조언)",
        r"(?:전문가|학자|교수)(?:들)?\s?[\"“”']?\s*$",
    ),
    Script.CYRILLIC: _any(
        r"(?:^|[:.—–]\s*|»\s?[—–-]?\s*)(?:\w+ )?(?:эксперты?|політолог|политолог|аналитики?|аналітики?|експерти?|обозреватель|оглядач|военкор|востоковед|китаист|синолог|историк|історик|экономист|економіст|учен[ыо]\w+|вчен\w+)\s*(?:[:—–]|$|\w*(?:"
        r"сказал|заявил|оценил|объяснил|рассказал|считает|считают|предупредил|назвал|допустил|спрогнозировал|раскрыл|счел|"
        r"пояснив|розповів|вважає|вважають|оцінив|попередив|назвав|спрогнозував|заявив|пояснили|оцінили|попередили))",
        r",\s(?:считает|считают|полагает|полагают|вважає|вважають|говорит|каже|кажуть|уверен|уверены) (?:\w+ )?(?:эксперт|политолог|аналитик|експерт|політолог|аналітик)\w*",
        r"\b(?:эксперт|политолог|аналитик|експерт|політолог|аналітик)\w? [А-ЯІЇЄ]\w+\s?:",
        r":\s(?:\w+ )?(?:эксперт|политолог|аналитик|експерт|політолог|аналітик)\w* (?:о|об|про)\b",
        r"[—–-]\s(?:эксперт|эксперты|політолог|политолог|аналитик|аналитики|аналітик|експерт|експерти)\s*$",
    ),
}  # fmt: skip

QUESTIONS = {
    Script.LATIN: _any(
        r"^\W*(?:why|how|what|will|can|could|should|would|is|are|does|do|has|have|who|where|when|which|whither)\b.*\?\s*$",
        r"^\W*(?:why|how) (?!many\b|much\b)[\w’' ]",
        r"^\W*what .{0,50}\b(?:means?|says?|reveals?|tells us|could mean|would mean|can learn|want|wants|gets? wrong)\b",
        r"[:–—] (?:why|how|what) .{8,}\?\s*$|\bthe case (?:for|against)\b|\bwhat(?:'s|’s| is) next\b",
    ),
    Script.HAN: _any(
        r"(?:為何|为何|為什麼|为什么|如何|怎麼看|怎么看|意味著什麼|意味着什么|意味著|代表什麼|什麼意思|釋放什麼|释放什么|能否|會不會|会不会|是否|下一步|何去何從|何去何从|還能|真的|嗎|吗)[^：:]{0,30}[？?！!]\s*$",
        r"(?:意味著什麼|意味着什么|釋出什麼訊號|说明了什么|說明了什麼|這樣看|背後的(?:盤算|算計|意義|秘密)|背后的(?:盘算|算计|意义))",
    ),
    Script.KANA: _any(
        r"(?:なぜ|どう|何が|何を|どこまで|いつまで|ねらいは|狙いは|真意は|背景は|行方は|意味は)[^「」]{0,30}(?:か|のか|？|\?)\s*$|(?:とは|のは|もの|こと|ワケ|理由)[？?]\s*$|(?:なぜ|どうなる|どうする|どう見る)[？?]|(?:理由|ワケ|狙い|真意|思惑|行方|こと)(?:とは)?[？?]?$"
    ),
    Script.HANGUL: _any(
        r"(?:왜|어떻게|무엇|어디까지|어디로|언제까지)[^\"”]{0,30}(?:\?|까|나|가)\s*$|(?:까|을까|일까|는가|인가|하나)\?\s*$|^왜 |(?:시사하는\s?바|의미는|이유는|속내는|배경은|시사점|전망은)\??\s*$"
    ),
    Script.CYRILLIC: _any(
        r"^\W*(?:почему|зачем|как|чего|что|кто|чому|навіщо|як|чого|що|хто|чи|станет ли|будет ли|сможет ли|удастся ли|можно ли)\b.*\?\s*$",
        r"^\W*(?:почему|зачем|чому|навіщо)\b",
        r"[:.—–] (?:почему|зачем|чем|что|чому|навіщо|чим|що) .{8,}\?\s*$|\b(?:что это значит|що це означає|чем это грозит|чим це загрожує)\b",
    ),
}  # fmt: skip

COMMENTARY_LEADS = {
    Script.LATIN: _any(
        r"^\W*(?:commentary|opinion|analysis|editorial|op-ed|explainer)\s*[:—–-]|^\W*written by [A-Z]|"
        r"\bthis (?:article|essay|paper|piece|commentary|post|op-ed|report) (?:argues|analy[sz]es|examines|explores|considers|discusses|unpacks|looks at)",
        r"\b(?:opinions|views) expressed\b|\bthe authors? argues?\b|\bin this (?:essay|op-ed|commentary|episode)\b|"
        r"\bpleased to announce the publication\b|\bis an? (?:senior |non-resident |research |visiting )*(?:fellow|professor|lecturer|columnist)\b",
    ),
    Script.HAN: _any(r"^\W*(?:評論|评论|社論|社论|觀點|观点|作者)[：:]|本文(?:作者|旨在|認為|认为|探討|探讨|分析)|不代表本報立場|不代表本报立场"),
    Script.KANA: _any(r"(?:本稿|小論|本連載)(?:では|は)|筆者は|寄稿した"),
    Script.HANGUL: _any(r"필자는|이 글(?:은|에서)|본지 논설|외부 필자"),
    Script.CYRILLIC: _any(
        r"(?:автор|авторы|автори) (?:колонки|статьи|статті|блога|блогу)|мнение (?:автора|редакции)|думка (?:автора|редакції)|специально для|спеціально для"
    ),
}  # fmt: skip

# ---------------------------------------------------------------- commentary: where it stands, who wrote it

COMMENTARY_SECTIONS = frozenset(
    [
        "opinion",
        "opinions",
        "op-ed",
        "oped",
        "op-eds",
        "editorial",
        "editorials",
        "leaders",
        "leader",
        "comment",
        "comments",
        "commentary",
        "commentaries",
        "commentisfree",
        "column",
        "columns",
        "columnist",
        "columnists",
        "analysis",
        "analyses",
        "news-analysis",
        "explainer",
        "explainers",
        "explained",
        "feat",
        "ideas",
        "views",
        "viewpoint",
        "viewpoints",
        "perspective",
        "perspectives",
        "essay",
        "essays",
        "letters",
        "voices",
        "interview",
        "interviews",
        "book-reviews",
        "bookreview",
        "reviews",
        "longread",
        "longreads",
        "in-depth",
        "podcast",
        "podcasts",
        "shasetu",
        "ronsetsu",
        "column-opinion",
        "seiron",
        "koron",
        "plrd",
        "pinglun",
        "guandian",
        "shelun",
        "zhuanlan",
        "review",
        "mnenie",
        "mneniya",
        "mneniia",
        "kolonki",
        "kolonka",
        "analytics",
        "analitika",
        "analytika",
        "intervyu",
        "interviu",
        "interv-yu",
        "dumka",
        "dumky",
        "pohliad",
        "poglyad",
        "avtorski",
    ]
)
COMMENTARY_PAGES = _any(
    r"^(?:why|how|what)-(?!many|much)(?:\w+-){2}|^(?:opinion|analysis|editorial|explainer|commentary|column|op-ed|mnenie|interview)[-_]"
)
COMMENTARY_CATEGORIES = _any(
    r"^(?:(?:guest |news |the )?(?:opinions?|op-?eds?|editorials?|columns?|columnists?|comment(?:ary|aries)?|analys[ie]s|explainers?|"
    r"perspectives?|viewpoints?|essays?|interviews?|book reviews?|letters|blogs?|ideas|podcasts?|features?)|"
    r"觀點|观点|評論|评论|社論|社论|專欄|专栏|投書|投书|專訪|专访|名家論壇|書評|书评|時評|时评|深度|"
    r"社説|解説|コラム|オピニオン|論説|寄稿|インタビュー|書評|主張|"
    r"사설|칼럼|오피니언|기고|논평|인터뷰|해설|분석|서평|"
    r"мнени[ея]|колонк[аи]|аналитика|интервью|блоги?|комментари[йи]|"
    r"думк[аи]|погляди?|аналітика|інтерв['’ʼ]ю|коментарі?)(?:\s*[/|>].*)?$"
)
COMMENTATORS = _any(
    r"\beditorial board\b|\bthe editors\b|\bcolumnist\b|\bopinion (?:editor|writer|contributor)\b|\bguest (?:contributor|writer|columnist)\b|"
    r"評論員|评论员|社論|社论|主筆|主笔|論説委員|解説委員|コラムニスト|評論家|논설위원|칼럼니스트|колумнист|обозреватель|оглядач|колумніст"
)
COMMENTARY_FEEDS = frozenset({"think-tank", "magazine", "journal", "blog", "opinion"})

# ---------------------------------------------------------------- news: a fact that outweighs weak marks

# "Breaking", "for the first time", and what pictures or papers show: new whoever says it.
FRESH = {
    Script.LATIN: _any(
        _OPEN + r"(?:breaking|just in|urgent|exclusive|update \d+|developing|flash|alert)(?:\s*[:|\-–—]|\s+news\b)",
        r"\bfor (?:the )?first time\b|\bsatellite (?:images?|imagery|photos?|pictures?|data)\b|\bleaked\b|\bflight[- ]tracking\b|\b(?:documents?|filings?|records?) shows?\b",
    ),
    Script.HAN: _any(
        _OPEN + r"(?:快訊|快讯|突發|突发|獨家|独家|即時|即时|最新|重磅)\s*[：:》】〉」』\]\)）／/｜|]",
        r"首度|首次|史上首|衛星(?:影像|圖|圖像|照)|卫星(?:影像|图|图像|照)|外洩文件|泄露文件",
    ),
    Script.KANA: _any(r"【?(?:速報|独自|スクープ|号外)[】：:》]", r"初めて|衛星(?:画像|写真)|流出文書"),
    Script.HANGUL: _any(r"[\[【<(](?:속보|단독|긴급|\d보|상보|종합)\d?[\]】>)]", r"사상\s?처음|첫\s?(?:공개|포착|확인)|위성\s?(?:사진|영상)|유출\s?문건"),
    Script.CYRILLIC: _any(
        _OPEN + r"(?:срочно|молния|эксклюзив|терміново|блискавка|ексклюзив)\b",
        r"\b(?:впервые|вперше|спутников\w+ (?:снимк|данн)\w+|супутников\w+ (?:знімк|дан)\w+)",
    ),
}  # fmt: skip

_EN_BODIES = (
    r"(?:ministry|ministries|minister|president|premier|pm|government|cabinet|parliament|senate|congress|house|court|prosecutors|police|"
    r"army|navy|air force|military|coast guard|pentagon|white house|kremlin|state department|treasury|pla|mnd|mofa|mac|tao|nato|un|eu|"
    r"spokes(?:man|woman|person)|officials?|secretary|embassy|ambassador|central bank|commission|taipei|beijing|moscow|tokyo|seoul|"
    r"washington|china|taiwan|japan|russia|us|u\.s\.|philippines|legislature|lawmakers)"
)
STATEMENTS = {
    Script.LATIN: _any(
        rf"\b{_EN_BODIES}(?: \w+){{0,3}} (?:says|said|announces|announced|confirms|confirmed|denies|denied|declares|declared)\b",
        r"[:,] (?:\w+ ){0,2}(?:ministry|minister|president|government|military|police|officials?|spokes\w+|mnd|mofa|mac|tao|moea)(?: says?| said)?\s*$",
    ),
    Script.HAN: _any(
        r"(?:部|署|局|院|會|会|辦|办|府|軍方|军方|司令部|海警|海巡|白宮|白宫|五角大廈|五角大楼|克里姆林宮|發言人|发言人|部長|部长|外長|外长|防長|防长|總統|总统|總理|总理|首相|國務卿|国务卿|大使|AIT|海基會|政院|黨團|国台办|國台辦|陸委會|國安官員|官員|议员|議員|立委)"
        r"(?:今|今天|今日|昨)?(?:：|:|︰|證實|证实|宣布|宣佈|公布|公佈|表示|聲明|声明|強調|强调|指出|回應|回应|譴責|谴责|否認|否认|說明|通報|通报|批|轟|轰|嗆|呛|諷|讽|籲|吁|怒|示警|警告|宣稱|宣称|稱|称|曝|揭露|鬆口|承諾|承诺|重申|反對|反对|要求|抗議|抗议|監控|监控)"
    ),
    Script.KANA: _any(
        r"(?:省|庁|政府|官邸|首相|外相|防衛相|大統領|総統|報道官|軍|官房長官|大臣|海軍|警察)(?:は|が)?[^「」。]{0,20}(?:発表|公表|表明|明らかに|否定|認め|声明)"
    ),
    Script.HANGUL: _any(
        r"(?:부|군|청|처|정부|대통령실|백악관|크렘린|국방부|외교부|대변인|장관|대통령|총리|총통)(?:은|는|이|가|,)?\s[^\"]{0,20}(?:발표|밝혀|밝혔|공개|확인|부인|선언|성명)"
    ),
    Script.CYRILLIC: _any(
        r"(?:мид|минобороны|міноборони|мзс|кремль|белый дом|білий дім|президент|премьер\w*|прем['’ʼ]єр\w*|министр|міністр|правительств|уряд|генштаб|пентагон|госдеп\w*|держдеп\w*|песков|захарова)\b"
        r"[^.:?]{0,25}(?:заявил|сообщил|объявил|подтвердил|опроверг|опубликовал|заявив|повідомив|повідомил|оголосив|підтвердив|спростував|заявля|сообща|повідомля)"
    ),
}  # fmt: skip

ACTS = {
    Script.LATIN: _any(
        rf"\b{_EN_BODIES}(?: \w+){{0,2}} (?:approves?|passes|passed|signs?|signed|imposes?|bans?|banned|launches|launched|fires|fired|"
        r"sanctions|sanctioned|orders|ordered|rejects|rejected|summons|summoned|arrests|arrested|detains|detained|indicts|deploys|deployed|suspends|suspended|"
        r"lifts|lifted|sends|sent|seizes|seized|test-fires|kills|killed|scrambles|scrambled|adopts|adopted|unveils|unveiled|cuts|halts|warns|warned|urges|urged|accuses|accused|demands|demanded|condemns|condemned|protests|protested|vows|vowed|criticizes|criticises|criticized|criticised|names|freezes|froze|expels|expelled|blocks|blocked|cancels|postpones|withdraws|withdrew|pulls|agrees?|agreed|meets|met|visits|visited|summon|reaffirms|reaffirmed|tells|told|congratulates|detects|detected|spots|intercepts|intercepted|crosses|crossed|enters|entered|starts|started|begins|began|ends|ended|resumes|resumed|buys|orders|plans (?:extra|to))\b"
    ),
    Script.HAN: _any(
        r"(?:宣布|宣佈|批准|簽署|签署|通過|通过|發射|发射|撤檔|拒運|出訪|訪問|訪德|到訪|會見|接見|表決|初審|三讀|定讞|主持|頒|簽約|列入|納入|取消|撤回|恢復|逮捕|起訴|起诉|判刑|制裁|制裁名單|扣押|扣留|召見|召见|成軍|登場|抵台|訪台|会晤|會晤|開火|开火|實彈射擊|实弹射击|偵獲|\d+架次|\d+艘)"
    ),
    Script.KANA: _any(r"(?:承認|署名|可決|発射|逮捕|起訴|制裁|拿捕|配備|開始|終了|禁止|停止|出航|航行|通過|撃墜|派遣)(?:した|へ|する)?(?:$|[　 、])"),
    Script.HANGUL: _any(r"(?:승인|서명|통과|발사|체포|기소|제재|나포|배치|개시|시작|종료|금지|중단|파견|격추|소환)(?:했|한다|키로|하기로|해|$|[…,·])"),
    Script.CYRILLIC: _any(
        r"\b(?:одобрил|подписал|принял|ввел|ввёл|запретил|запустил|арестовал|задержал|направил|развернул|сбил|вызвал посла|"
        r"схвалив|схвалил|підписав|підписал|ухвалив|ухвалил|запровадив|запровадил|заборонив|запустив|затримал|затримав|направив|розгорнув|збив|збил)[аи]?\b"
    ),
}  # fmt: skip
