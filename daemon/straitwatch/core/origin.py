"""Stage: whose reporting is it? An outlet that repeats another one adds no source of its own.

In: an entry's text, authors and links, and the outlet that published it. Out: the sources whose
reporting this may be, and the words that say so. What is not said plainly is the outlet's own: a
wrong origin would make one source of two.

This takes a millisecond or two of regular expressions, so it runs when a report is made, before
the transaction. `core.story.choose_origin` makes the choice that depends on the story.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from straitwatch.core.model import UNNAMED_MEDIA, Entry, Feed

# Who is repeated on this beat: the name that is shown, then how others write it.
_SOURCES = {
    "Reuters": "REUTERS 路透社 路透 Рейтер Рейтерс Reuter ロイター 로이터",
    "AP": "Associated_Press The_Associated_Press 美聯社 美联社 AP通信 Ассошиэйтед_Пресс AP통신",
    "AFP": "Agence_France-Presse 法新社 AFP通信 Франс_Пресс",
    "Bloomberg": "BLOOMBERG Bloomberg_News 彭博社 彭博 Блумберг ブルームバーグ 블룸버그",
    "Wall Street Journal": (
        "WSJ 華爾街日報 华尔街日报 ウォール・ストリート・ジャーナル 월스트리트저널"
    ),
    "New York Times": ("NYT 紐約時報 纽约时报 Нью-Йорк_Таймс ニューヨーク・タイムズ 뉴욕타임스"),
    "Washington Post": (
        "WaPo WP 華盛頓郵報 华盛顿邮报 華郵 华邮 Вашингтон_пост ワシントン・ポスト 워싱턴포스트"
    ),
    "Financial Times": (
        "FT 金融時報 金融时报 Файнэншл_таймс フィナンシャル・タイムズ 파이낸셜타임스"
    ),
    "Politico": "Политико",
    "Axios": "",
    "CNN": "",
    **dict.fromkeys(("CNN Türk", "CNN Indonesia", "CNN Brasil"), ""),  # only the brand is CNN's
    "NBC News": "NBC",
    "Fox News": "福斯新聞 福克斯新闻",
    "BBC": "BBC_News 英國廣播公司 英国广播公司",
    "Guardian": "The_Guardian 衛報 卫报",
    "Guardian Nigeria": "The_Guardian_Nigeria",
    "Economist": "The_Economist 經濟學人 经济学人",
    "Der Spiegel": "Spiegel 明鏡週刊 明镜周刊",
    "Nikkei": "Nikkei_Asia 日經新聞 日经新闻 日本経済新聞",
    "Kyodo": "KYODO Kyodo_News 共同社 共同通信",
    "NHK": "",
    "Yomiuri": "讀賣新聞 读卖新闻 読売新聞",
    "Yonhap": "YONHAP 韓聯社 韩联社 연합뉴스",
    "CNA": "Central_News_Agency 中央社",
    "Channel NewsAsia": "",
    "Liberty Times": "自由時報 自由时报",
    "United Daily News": "UDN 聯合報 联合报",
    "SCMP": "South_China_Morning_Post 南華早報 南华早报",
    "Xinhua": "XINHUA 新華社 新华社 新華網 新华网 Синьхуа 新華社通信 신화통신",
    "Global Times": "環球時報 环球时报",
    "People's Daily": "人民日報 人民日报 Жэньминь_жибао",
    "CCTV": "央視 央视 中央電視台 中央电视台",
    "TASS": "ТАСС 塔斯社 タス通信 타스통신",
    "RIA Novosti": "RIA РИА_Новости РИА_«Новости» РИА 俄新社",
    "Interfax": "INTERFAX Интерфакс 國際文傳電訊社 国际文传电讯社",
    "Interfax-Ukraine": (
        "Interfax_Ukraine Интерфакс-Украина Интерфакс_Украина Інтерфакс-Україна Інтерфакс_Україна"
    ),
    "RBC": "РБК",
    "RBC-Ukraine": "RBC_Ukraine РБК-Украина РБК_Украина РБК-Україна РБК_Україна",
    "Kommersant": "Коммерсант Коммерсантъ",
    "Ukrinform": "Укринформ Укрінформ",
    "Ukrainska Pravda": "Українська_правда Украинская_правда",
    "RUSI": "Royal_United_Services_Institute 皇家聯合軍種研究所 皇家联合军种研究所",
    "CSIS": "Center_for_Strategic_and_International_Studies 戰略與國際研究中心 战略与国际研究中心",
    "ISW": "Institute_for_the_Study_of_War 戰爭研究所 战争研究所",
    "RAND": "RAND_Corporation 蘭德公司 兰德公司",
    "IISS": "International_Institute_for_Strategic_Studies",
    "ASPI": "Australian_Strategic_Policy_Institute",
}

# Where they publish: a link there, or an article that stands there, is theirs.
_SITES = {
    "Reuters": "reuters.com",
    "AP": "apnews.com",
    "AFP": "afp.com",
    "Bloomberg": "bloomberg.com",
    "Wall Street Journal": "wsj.com",
    "New York Times": "nytimes.com",
    "Washington Post": "washingtonpost.com",
    "Financial Times": "ft.com",
    "Politico": "politico.com politico.eu",
    "Axios": "axios.com",
    "CNN": "cnn.com",
    "NBC News": "nbcnews.com",
    "Fox News": "foxnews.com",
    "BBC": "bbc.com bbc.co.uk",
    "Guardian": "theguardian.com",
    "Economist": "economist.com",
    "Der Spiegel": "spiegel.de",
    "Nikkei": "nikkei.com",
    "Kyodo": "kyodonews.net kyodonews.jp",
    "NHK": "nhk.or.jp",
    "Yomiuri": "yomiuri.co.jp",
    "Yonhap": "yna.co.kr",
    "CNA": "cna.com.tw focustaiwan.tw",
    "Channel NewsAsia": "channelnewsasia.com",
    "Liberty Times": "ltn.com.tw",
    "United Daily News": "udn.com",
    "SCMP": "scmp.com",
    "Xinhua": "xinhuanet.com news.cn",
    "Global Times": "globaltimes.cn huanqiu.com",
    "People's Daily": "people.com.cn people.cn",
    "CCTV": "cctv.com cctv.cn",
    "TASS": "tass.com tass.ru",
    "RIA Novosti": "ria.ru",
    "Interfax": "interfax.ru interfax.com",
    "Interfax-Ukraine": "interfax.com.ua",
    "RBC": "rbc.ru",
    "RBC-Ukraine": "rbc.ua",
    "Kommersant": "kommersant.ru",
    "Ukrinform": "ukrinform.net ukrinform.ua ukrinform.ru",
    "Ukrainska Pravda": "pravda.com.ua",
    "RUSI": "rusi.org",
    "CSIS": "csis.org",
    "ISW": "understandingwar.org",
    "RAND": "rand.org",
    "IISS": "iiss.org",
    "ASPI": "aspi.org.au",
}

# `@` stands for the name. Only wordings that say whose reporting it is: that somebody spoke to an
# outlet, that it published something, or that a text was carried by an agency.
_SAYS = (
    r"(?:report(?:s|ed)?|revealed|reveals|says|said|writes|wrote|notes|noted|cites|"
    r"cited|quotes|quoted|lists|describes|details|has learned)\b"
)
_WORK = (
    r"(?:report(?:s|ing)?|story|article|investigation|account|scoop|analysis|study|interview|"
    r"exclusive|editorial(?! board))\b"
)
_ENGLISH = (
    (  # Of itself it speaks for itself: "Reuters says it will".
        rf"@(?: (?:first|exclusively|has|had|also|further))* {_SAYS}"
        r"(?! (?:on )?(?:\w+day )?(?:it|its|his|her|their)\b)"
    ),
    rf"@(?:['’]s?)? (?:own |latest |exclusive |recent |earlier )?{_WORK}",
    r"\b(?:according to|citing|per|told|tells?|spoke to|speaking to|leaked to) (?:the )?@",
    r"\bin (?:an? )?@ (?:interview|editorial|commentary)\b",
    (
        r"\b(?:cited|reported|seen|obtained|reviewed|viewed|published|quoted|interviewed|verified)"
        r" by (?:the )?@"
    ),
    (
        r"\b(?:reported|published|wrote|writes|writing|commented|appeared|quoted|disclosed) in"
        r" (?:the )?@"
    ),
    (
        r"\ban? (?:[a-z]+ )?(?:interview with|(?:study|investigation) by|"
        r"(?:report|article|story|essay|commentary|op-ed) (?:by|in|from|for)) (?:the )?@"
    ),
    r"\((?:the )?@\)(?! (?:photo|file))",
    r"(?<!\w)/@/",
    r"(?:[-–—:|] ?)@(?: (?:report|exclusive))?$",
    r"^[《«“\"]?@[》»”\"]?\s?[:：]",  # in any language
)
_HAN_SAYS = (
    r"(?:報導|報道|报道|披露|揭露|爆料|曝光|獨家|独家|引述|援引|獲悉|获悉|指出|炒作|"
    r"[稱称](?![讚赞號号為为呼霸]))"
)
_CHINESE = (
    r"[據据根][據据]?《?@》?[^，。；]{0,6}(?:報導|報道|报道|消息|獨家|独家|研究|報告|报告)",
    rf"《@》[^，。；]{{0,10}}{_HAN_SAYS}",
    rf"@(?!主播|前)[^，。；《]{{0,4}}{_HAN_SAYS}",
    r"(?:引述|援引|引用)《?@》?",
    r"[（(【]@(?![^）)】]{0,12}(?:照|資料|资料|檔案|档案|攝|摄))[^）)】]{0,24}[)）】]",
    r"接受《?@》?.{0,3}(?:專訪|专访|訪問|访问|採訪|采访)",
    r"(?:告訴|告诉)《?@",
    r"(?:[對对]|向)《?@》?(?:記者|记者)?(?:表示|透露|說|说|指|坦言|證實|证实|披露)",
    r"@[^，。；]{0,10}\d+日(?:[^，。；]{0,4})[電电訊讯]",
    r"[ 　]《?@》?[:：](?=[「『“]?[⺀-鿿])",
)
_PAPER = (
    r"(?: \w+(?:ое|ая|ий|ої|ой|ому|е|а))?(?: (?:агентств[оауі]\w*|газет[аеыуі]|издани[еюя]|видання|"
    r"агенці[яії]|телеканал[уа]?))?"
)
_CYRILLIC_SAYS = (
    r"(?:сообща[ею]т|сообщил[аои]?|пиш(?:[еу]т|е|уть)|написал[аои]?|переда[её]т|передал[аои]?|"
    r"утвержда[ею]т|узнал[аои]?|повідомля(?:є|ють)|повідомил[аои]|переда(?:є|ють)|дізнал[аои]сь)"
)
_CYRILLIC = (
    (
        r"(?:по данным|по информации|со ссылкой на|ссылаясь на|как стало известно|в интервью|"
        r"за даними|за інформацією|з посиланням на|посилаючись на|в інтерв['’ʼ]ю|"
        r"(?:рас)?сказал[аи]?|розпові(?:в|ла|ли))"
        rf"{_PAPER} [«\"“]?(?:The )?@"
    ),
    rf"{_CYRILLIC_SAYS}{_PAPER} [«\"“]?(?:The )?@",
    rf"@[»\"”]? {_CYRILLIC_SAYS}",
)
_JAPANESE_KOREAN = (
    r"@(?:通信|紙|電子版)?(?:によると|が報じた|が伝えた|の報道|の取材|のインタビュー|に語った)",
    r"@(?:通信)?に対し(?=[^。]{0,60}(?:語っ|語り|述べ|明らかにし))",
    r"[＝=]@(?:通信)?$|（@(?:通信)?）|@報道",
    r"@(?:通信|紙|電子版)?[はが](?=[^。]{0,100}(?:報じ|伝え|報道し|明らかにし)(?!られ))",
    r"@(?: ?통신)?(?:에 따르면|[이가은는] 보도|의 보도|와의 인터뷰|과의 인터뷰|(?= [\"“][가-힣]))",
    r"@(?: ?통신)?[이가은는](?=[^.。]{0,100}(?:보도했|보도하|전했))",
)
_WORDINGS = (*_ENGLISH, *_CHINESE, *_CYRILLIC, *_JAPANESE_KOREAN)

# Somebody else's reporting, without a name.
_NOWHERE = (
    (
        r"\b(?<!social )(?:(?:media|news outlets)(?: reports?)? (?:report(?:s|ed)?|says?|said|"
        r"cit(?:es?|ed|ing))|(?:newspapers?|papers) report(?:s|ed)?|"
        r"state TV (?:says|said|reports))\b(?! to (?:be|face|have)\b)"
    ),
    r"\b(?:according to|citing)(?: \w+){0,2} (?<!social )(?:media|newspapers?|press reports)\b",
    r"[-–—:|,] ?(?:(?:media |press |news )?reports?(?: says?)?|(?:state|local|US|U\.S\.) media)$",
    r"^Reports?: ",
    (
        r"(?:外|美|英|日|台|港|陸|陆|俄|韓|韩|德|法|官|西方|(?:外|美|英|德|法|日本?|韓|韩|俄)[國国]|境外|"
        rf"[當当]地)媒[體体]?[^，。；]{{0,6}}(?:[:：]|{_HAN_SAYS})|外電(?:報導|指)"
    ),
    r"(?<!\w)(?:СМИ|ЗМІ)\s?:",
    (
        r"\b(?:американск|западн|британск|японск|зарубежн|иностранн|местн|китайск|тайваньск|"
        r"західн|британськ|японськ|іноземн|китайськ|американськ)\w+ "
        r"(?:СМИ|ЗМІ|газет[аы]|издани[ея]|видання)\b"
    ),
    rf"\b(?:СМИ|ЗМІ) {_CYRILLIC_SAYS}|{_CYRILLIC_SAYS} (?:СМИ|ЗМІ)\b",
    r"\b(?:по данным|по информации|за даними|за інформацією) (?:СМИ|ЗМІ)\b",
    (
        r"(?:米|英|独|仏|韓|中国|台湾|ロシア|海外|外国|現地|欧米|複数の)(?:紙|メディア|通信社)"
        r"[^。]{0,80}(?:報道|報じ|伝え|によると)"
    ),
    (
        r"(?:외신|(?:미|일본|중국|대만|현지|러시아) ?언론|매체)[^.。]{0,40}"
        r"(?:보도(?:했|하|에|가)|전했|따르면)"
    ),
)
# Who speaks of a report to deny, to answer or to forbid it does not repeat it.
_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|(?:refut|disput|criticis|criticiz|delet|remov)(?:es?|ed|ing)|"
    r"(?:rebut|ban|slam)(?:s|[tnm]ed|[tnm]ing)?|dismiss(?:es|ed|ing)?|"
    r"(?:reject|contradict|debunk|blast|condemn|censor|block)(?:s|ed|ing)?|"
    r"(?:asked about|comment(?:s|ed|ing)? on|respon(?:ds|ded|ding|se) to|reacts? to|"
    r"(?:push|hit)(?:es|ing|ed|s)? back (?:on|at|against)))"
    r"(?: (?:that|those|these|all|any|(?:an?|the)(?: [\w-]+)?))?"
    r"(?: (?:reports?|story|stories|media|foreign|western|U\.?S\.?|american|new|by|from|in|of))*"
    r" (?:the )?$|(?:否認|否认|駁斥|驳斥|反駁|反驳|怒斥|譴責|谴责|批評|批评|禁止|封鎖|封锁|"
    r"回應|回应|針對|针对)《?$|"
    r"(?:опроверг\w*|назвал\w* (?:ложью|фейком)|прокомментировал\w*|спростува\w*)"
    r"(?: \w+){0,3} [«\"“]?$",
    re.IGNORECASE,
)
# What makes other words of these names: 防衛報告 names no Guardian, 中央社會 no news agency.
_NOT_BEFORE = {
    "博": "士物覽览客弈",
    "社": "會会區区團团群",
    "報": "告導导道復复",
    "报": "告導导道復复",
    "視": "察角野",
    "视": "察角野",
}
_NOT_AFTER = {
    "衛": "防守護自保",
    "卫": "防守护自保",
    "央": "中",
    "路": "網网馬马鐵铁一思公道",
}
_RANK = re.compile(r"\b(?:[Cc]hief|[Ss]enior|[Ll]ead|[Tt]op|[Ff]ormer) $")  # an economist, no paper
# What comes after a report's name and says that it is wrong.
_WRONG = re.compile(
    r"不實|不实|不屬實|不属实|子虛|造謠|造谣|を否定|は誤り|부인|사실 ?(?:이 )?아니|오보|"
    r"\b(?:is|are|was|were) (?:not true|false|fake|untrue|wrong|baseless|groundless|denied)\b|"
    r"\b(?:ложь|фейк|неправда|не соответству)",
    re.IGNORECASE,
)
# A byline is an agency's that begins with it or names it apart: Peter Spiegel is no magazine.
_BEFORE_IN_BYLINE = re.compile(
    r"(?:^|^by |[,(\[/|;&·–—-] ?| (?:for|of|via) )(?:the )?$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=\w{3})[.!?]\s|[。！？]")
_CYRILLIC_NAME = re.compile(r"[А-яЁёІіЇїЄє -]+[бвгджзклмнпрстфхцчшщъ]")
_FEED_HOST = re.compile(r"^(?:www|rss|feeds?|m|amp)\d?\.")
_LEAD = 400  # characters of the text below the title that are read: an origin is named early


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """A source whose reporting an entry may be, and the words that say so; "" for its own."""

    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Outlets:
    """The outlets whose feeds are configured; the copies of an aggregator are theirs."""

    names: Mapping[str, str]  # canonical names by the name of a feed, in lower case
    hosts: Mapping[str, str]  # canonical names by host, where a host is one outlet's


NO_OUTLETS = Outlets({}, {})


def outlets_of(feeds: Iterable[Feed]) -> Outlets:
    """Return the outlets of some feeds."""
    names = {feed.name.casefold(): canonical_source(feed.name) for feed in feeds}
    sites: dict[str, set[str]] = {}
    for feed in feeds:
        host = _bare_host(urlsplit(feed.url).hostname or "")
        sites.setdefault(host, set()).add(canonical_source(feed.name))
    hosts = {host: next(iter(found)) for host, found in sites.items() if len(found) == 1}
    return Outlets(names, hosts)


def _bare_host(host: str) -> str:
    return _FEED_HOST.sub("", host)


def find_attributions(
    entry: Entry, outlet: str, outlets: Outlets = NO_OUTLETS
) -> tuple[Attribution, ...]:
    """Return the sources whose reporting an entry may be, in order; at least one.

    They are the sources that the title, the lead or the byline names as such, the outlet itself
    apart. Where none is named: the configured outlet that the title ends with, or whose site the
    entry is on; the one source whose site the entry is on, or links to; else `UNNAMED_MEDIA` where
    others are repeated without a name; else the outlet. Which of several counts depends on the
    story: see `choose_origin`.
    """
    own = canonical_source(outlet)
    texts = (entry.title, (entry.summary or entry.content)[:_LEAD])
    found = [
        Attribution(name=name, words=words) for text in texts for name, words in _attributions(text)
    ]
    for byline in entry.authors:
        found += [Attribution(name=name, words=byline) for name in _byline(byline)]
    others = tuple(attribution for attribution in found if attribution.name != own)
    if others:
        return others
    if found_outlet := _copied(entry, own, outlets) or _linked(entry, own):
        return (found_outlet,)
    unnamed = _unnamed(entry.title) or _unnamed(_SENTENCE_END.split(texts[1], maxsplit=1)[0])
    return (Attribution(name=UNNAMED_MEDIA if unnamed else own, words=unnamed),)


def _copied(entry: Entry, own: str, outlets: Outlets) -> Attribution | None:
    """Return the configured outlet whose article an aggregator carries."""
    _, mark, ending = entry.title.rpartition(" - ")
    host = _bare_host(urlsplit(entry.url).hostname or "")
    named = (outlets.names.get(ending.strip().casefold(), "") if mark else "", ending.strip())
    placed = (outlets.hosts.get(host, ""), host)
    found = (it for it in (named, placed) if it[0] not in ("", own))
    return next((Attribution(name=name, words=words) for name, words in found), None)


def _linked(entry: Entry, own: str) -> Attribution | None:
    """Return the source that the entry's address or its links lead to, if it is a single one."""
    for links in ((entry.url,), entry.links):
        sources = {source: link for link in links if (source := _site_of(link)) not in ("", own)}
        if len(sources) == 1:
            source, link = sources.popitem()
            return Attribution(name=source, words=urlsplit(link).hostname or "")
    return None


def _site_of(link: str) -> str:
    """Return whose site an article stands on; "" where nobody's, or where it is no article."""
    parts = urlsplit(link)
    if not re.search(r"[\d-]", parts.path):
        return ""  # a front page or a section
    labels = (parts.hostname or "").split(".")
    hosts = (".".join(labels[at:]) for at in range(len(labels) - 1))
    return next((_sites()[host] for host in hosts if host in _sites()), "")


def canonical_source(name: str) -> str:
    """Return the name under which an outlet is known: `Reuters World` is Reuters."""
    found = _names().match(name.strip())
    # Sections of one paper are one source: "Storm Media - Politics".
    return _known()[found[0].casefold()] if found else name.partition(" - ")[0].strip()


def _attributions(text: str) -> Iterator[tuple[str, str]]:
    """Find the sources that a text names as such, in the order in which it does."""
    found = []
    for name in _names().finditer(text):
        before, after = text[max(0, name.start() - 60) : name.start()], text[name.end() :][:120]
        if _DENIAL.search(before) or _WRONG.search(after) or _RANK.search(before):
            continue
        for wording in _wordings():
            span = wording.search(f"{before}\ue000{after}")
            if span:
                words = span[0].replace("\ue000", name[0]).strip()
                found.append((name.start(), _known()[name[0].casefold()], words))
                break
    return ((name, words) for _, name, words in sorted(found))


def _unnamed(text: str) -> str:
    """Find the words with which a text repeats media without their name; "" where it does not."""
    for wording in _nowhere():
        for span in wording.finditer(text):
            before, after = text[max(0, span.start() - 60) : span.start()], text[span.start() :]
            if not _DENIAL.search(before) and not _WRONG.search(after[:120]):
                return span[0].strip()
    return ""


def _byline(text: str) -> Iterator[str]:
    """Find the agency that a byline names: `By AP`, `Reuters staff`."""
    for name in _names().finditer(text):
        if _BEFORE_IN_BYLINE.search(text[: name.start()]):
            yield _known()[name[0].casefold()]


@cache
def _sites() -> dict[str, str]:
    return {host: source for source, hosts in _SITES.items() for host in hosts.split()}


@cache
def _known() -> dict[str, str]:
    """Return under which name each form of a source's name is known."""
    return {
        form.casefold(): shown
        for shown, others in _SOURCES.items()
        for name in (shown, *others.split())
        for form in _forms(name.replace("_", " "))
    }


def _forms(name: str) -> Iterator[str]:
    """Give a name as it is declined: «Интерфакса», «Коммерсанту»."""
    yield name
    if _CYRILLIC_NAME.fullmatch(name):
        stem = name.removesuffix("ъ")
        yield from (f"{stem}{ending}" for ending in ("", "а", "у", "ом", "е"))


@cache
def _names() -> re.Pattern[str]:
    """Match any name of a source: by whole words, and in capitals where it is an acronym."""
    names = {
        form
        for shown, others in _SOURCES.items()
        for name in (shown, *others.split())
        for form in _forms(name.replace("_", " "))
    }
    return re.compile("|".join(map(_pattern, sorted(names, key=lambda it: (-len(it), it)))))


def _pattern(name: str) -> str:
    escaped = re.escape(name)
    if name.isascii():
        return rf"(?<![\w-]){escaped}(?![A-Za-z0-9_À-ɏ-])"  # 로이터, WSJ에: endings follow
    if re.match(r"[А-яЁёІіЇїЄє]", name):
        return rf"(?<![\w-]){escaped}(?![\w-])"
    before, after = _NOT_AFTER.get(name[0], ""), _NOT_BEFORE.get(name[-1], "")
    return (f"(?<![{before}])" if before else "") + escaped + (f"(?![{after}])" if after else "")


@cache
def _wordings() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text.replace("@", "\ue000"), re.IGNORECASE) for text in _WORDINGS)


@cache
def _nowhere() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text, re.IGNORECASE) for text in _NOWHERE)
