"""Origins: an explicit attribution counts, all other reporting is the outlet's own."""

import pytest

from builders import make_entry, make_feed
from builders.beat import BEAT
from straitwatch.core.model import UNNAMED_MEDIA
from straitwatch.core.origin import find_attributions, outlets_of
from straitwatch.core.story import choose_origin

SOURCES = BEAT.outlets.sources


def origin_of(title: str = "Ships cross the strait", outlet: str = "Example Wire", **more) -> str:
    return find_attributions(make_entry(title, **more), outlet, BEAT.outlets)[0].name


@pytest.mark.parametrize(
    ("title", "origin"),
    [
        ("Beijing presses for new wording, WSJ reports", "Wall Street Journal"),
        ("Paratroopers train together, according to the Financial Times", "Financial Times"),
        ("Paratroopers train together: Bloomberg", "Bloomberg"),
        ("Arms sale delayed, officials told Reuters", "Reuters"),
        ("Russia to equip an airborne battalion, RUSI's report says, citing RUSI", "RUSI"),
        ("據《華爾街日報》報導，北京要求改變措辭", "Wall Street Journal"),
        ("据路透社报道，军演推迟", "Reuters"),
        ("中央社報導：軍演延後", "CNA"),
        ("外媒援引彭博社：軍售延後", "Bloomberg"),
        ("Китай и Россия готовят учения, сообщает ТАСС", "TASS"),
        ("Учения отложены, со ссылкой на Рейтер", "Reuters"),
        ("За даними Bloomberg, навчання відкладено", "Bloomberg"),
        ("ロイターによると演習は延期", "Reuters"),
        ("로이터에 따르면 훈련이 연기됐다", "Reuters"),
        ("The Washington Post says the papers list vehicles", "Washington Post"),
        ("What the Financial Times's report means for the strait", "Financial Times"),
        ("Draft treaty obtained by Reuters names three bases", "Reuters"),
        ("Analysts commented in the Guardian on the drills", "Guardian"),
        ("《紐約時報》自華府報導，軍售延後", "New York Times"),
        ("《华尔街日报》称北京要求改变措辞", "Wall Street Journal"),
        ("路透社引述消息人士：軍售延後", "Reuters"),
        ("Газета Wall Street Journal сообщает о переносе учений", "Wall Street Journal"),
        ("Рейтер узнал о переносе учений", "Reuters"),
        ("米紙ワシントン・ポストは、演習が延期されると報じた", "Washington Post"),
        ("로이터는 훈련이 연기됐다고 보도했다", "Reuters"),
        ("Учения отложены, пишет The Wall Street Journal", "Wall Street Journal"),
        ("Об этом сообщает американское издание Politico", "Politico"),
        ("По данным «Коммерсанта», учения отложены", "Kommersant"),
        ("賴清德接受法新社專訪", "AFP"),
        ("官員告訴路透社，軍售延後", "Reuters"),
        ("官員對路透社表示，軍售延後", "Reuters"),
        ("知情人士向彭博透露，軍售延後", "Bloomberg"),
        ("首相はロイターに対し、演習は延期と語った", "Reuters"),
        ("軍售延後 路透：金額創新高", "Reuters"),
        ("新华社北京5月16日电", "Xinhua"),
        ("（中央社記者某某某華盛頓16日專電）", "CNA"),
        ("BEIJING, May 16. /TASS/. Drills begin", "TASS"),
        ("TAIPEI (REUTERS) - Ships cross", "Reuters"),
        ("Drills begin in June, RIA reports", "RIA Novosti"),
        ("Drills put off, sources tell Reuters", "Reuters"),
        ("President gives an exclusive interview with AFP", "AFP"),
        ("首相はロイターに語った", "Reuters"),
        ("演習は延期＝ロイター", "Reuters"),
        ("WSJ에 따르면 훈련 연기", "Wall Street Journal"),
        ("로이터 통신에 따르면 훈련 연기", "Reuters"),
    ],
)
def test_attribution_names_the_origin(title: str, origin: str) -> None:
    assert origin_of(title) == origin


@pytest.mark.parametrize(
    "summary",
    [
        "TAIPEI (AP) - Four ships crossed before dawn.",
        "Four ships crossed before dawn. (AP)",
        "（美聯社台北二十三日電）四艘船隻清晨通過。",
    ],
)
def test_agencys_tag_names_the_origin(summary: str) -> None:
    assert origin_of(summary=summary) == "AP"


def test_byline_names_the_origin() -> None:
    assert origin_of(authors=("Reuters staff",)) == "Reuters"


@pytest.mark.parametrize("byline", ["Jane Roe, Reuters", "Jane Roe (Reuters)", "By Reuters"])
def test_agency_in_a_byline_is_separated(byline: str) -> None:
    assert origin_of(authors=(byline,)) == "Reuters"


def test_person_named_like_a_paper_is_a_person() -> None:
    assert origin_of(authors=("Jane Spiegel",)) == "Example Wire"


@pytest.mark.parametrize(
    "title",
    [
        "華郵：談判延期",
        "《华盛顿邮报》：谈判延期",
        "WP: переговоры отложены",
        "WaPo: talks put off",
    ],
)
def test_headline_may_begin_with_the_origin(title: str) -> None:
    assert origin_of(title) == "Washington Post"


@pytest.mark.parametrize(
    "title",
    [
        "Bloomberg opens an office in Taipei",
        "Guardian of the strait: a lighthouse turns ninety",
        "Xinhua journalist expelled",
        "The economist who reads tea leaves",
        "AP courses return to schools",
        "金融時報大樓出售",
        "據防衛報告，艦隊擴大",
        "中央社會福利報導：預算通過",
        "據聯合報導，艦隊返航",
        "Ministry refutes Reuters reports on the fleet",
        "Minister denies a report by the Financial Times on bases",
        "外交部否認路透社報導",
        "Spokesman asked about a Reuters report on the drills",
        "Ministry slams a blockbuster Bloomberg report on bases",
        "Reuters says its staff in Taipei are safe",
        "BBC said on Sunday it was sorry",
        "路透社称赞消防员",
        "Ministry says Bloomberg report on bases is not true",
        "國防部：路透社報導不實",
        "МИД опроверг сообщения Reuters о базах",
        "外務省、ロイターの報道を否定",
        "국방부, 로이터 보도에 사실 아니다",
        "彭博士指出，運價上升",
        "網軍在網路透過影片爆料",
        "央視主播稱節目延後",
        "Chief Economist says trade will fall",
        "圖為演習（中央社檔案照片）",
        "Paper stands with CNN: passes matter",
        "北京對路透社實施制裁",
        "外交部向彭博提出抗議",
        "政府、ロイターに対し抗議",
        "Nikkei adds 200 points as drills end",
        "Ships in port (Jane Roe/AFP/Example Images)",
    ],
)
def test_name_alone_is_not_an_attribution(title: str) -> None:
    assert origin_of(title) == "Example Wire"


def test_origin_is_found_beside_the_word_blockade() -> None:
    assert origin_of("Planners fear a blockade, story by Reuters reports") == "Reuters"
    assert origin_of("Fleet leaves before the blockade Reuters reports") == "Reuters"


def test_outlet_that_names_itself_is_its_own_origin() -> None:
    assert (
        origin_of("Arms sale delayed, officials told Reuters", outlet="Reuters World") == "Reuters"
    )


def test_first_source_that_is_named_counts() -> None:
    title = "Arms sale delayed, Reuters reports, citing Bloomberg"

    assert origin_of(title) == "Reuters"


def test_attribution_keeps_its_words() -> None:
    (found,) = find_attributions(
        make_entry("Sale delayed, according to the WSJ"), "Example Wire", BEAT.outlets
    )

    assert found.words == "according to the WSJ"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Reuters World", "Reuters"),
        ("中央社", "CNA"),
        ("Example Wire", "Example Wire"),
    ],
)
def test_outlets_are_known_by_one_name(name: str, known: str) -> None:
    assert SOURCES.canonical_name(name) == known


@pytest.mark.parametrize(
    "title",
    [
        "Moscow to sell Beijing parachutes - report",
        "Beijing seeks new wording, newspaper reports",
        "Local media say that the drills were put off",
        "美媒：北京要求改變措辭",
        "美国媒体援引文件称，军演推迟",
        "據外媒報導，軍演延後",
        "СМИ: учения отложены",
        "Американские газеты пишут об учениях",
        "演習は延期 米紙報道",
        "외신에 따르면 훈련이 연기됐다",
        "Drills completed - state media",
        "Reports: drills put off",
        "外電報導：軍演延後",
    ],
)
def test_outlet_that_repeats_unnamed_media_is_not_an_origin(title: str) -> None:
    assert origin_of(title) == UNNAMED_MEDIA


@pytest.mark.parametrize(
    "title",
    [
        "Ministry denies media reports on the drills",
        "外交部否認外媒報導",
        "Rumours spread after social media say drills begin",
        "State media chief visits Taipei",
        "IAEA publishes its annual report",
        "美媒體人訪台",
        "МИД опроверг сообщения западных СМИ",
        "中国外務省、米メディアの報道を否定",
        "국방부 언론 브리핑에 따르면 훈련이 연기됐다",
        "Island's media said to face pressure",
    ],
)
def test_media_that_are_not_repeated_are_not_a_source(title: str) -> None:
    assert origin_of(title) == "Example Wire"


def test_name_further_down_counts_before_media_without_one() -> None:
    text = "The drills were put off, the Financial Times reported."

    assert origin_of("Drills put off, newspaper reports", summary=text) == "Financial Times"


def test_local_media_that_add_a_detail_take_no_story_from_its_outlet() -> None:
    text = "The fleet left before dawn. Local media said that a pilot was hurt."

    assert origin_of("Fleet leaves", summary=text) == "Example Wire"


def test_roundup_adds_no_origin_to_a_story_with_one_of_its_sources() -> None:
    entry = make_entry("Two papers", summary="The WSJ reports on words, Reuters reports on arms.")

    names = [source.name for source in find_attributions(entry, "Example Wire", BEAT.outlets)]

    assert choose_origin(names, ()) == "Wall Street Journal"
    assert choose_origin(names, ("Reuters",)) == "Reuters"


def test_link_to_an_article_of_one_source_names_the_origin() -> None:
    links = ("https://www.wsj.com/world/asia/beijing-presses-9f2c", "https://other.example/a-1")
    (found,) = find_attributions(
        make_entry("Beijing presses", links=links), "Example Wire", BEAT.outlets
    )

    assert (found.name, found.words) == ("Wall Street Journal", "www.wsj.com")


def test_article_on_a_sources_site_is_the_sources() -> None:
    url = "https://www.reuters.com/world/china/drills-2026-03-01/"

    assert origin_of(url=url) == "Reuters"
    assert origin_of(url=url, outlet="Reuters World") == "Reuters"


@pytest.mark.parametrize(
    "links",
    [
        ("https://www.wsj.com/news/a-1", "https://www.ft.com/content/a-1"),
        ("https://www.wsj.com/",),
        ("https://www.wsj.com/news/world",),
        ("https://notwsj.com/a-1",),
        (),
    ],
)
def test_links_that_do_not_lead_to_one_article_are_ignored(links: tuple[str, ...]) -> None:
    assert origin_of(links=links) == "Example Wire"


def test_text_counts_before_a_link() -> None:
    title = "Sale delayed, according to Bloomberg"

    assert origin_of(title, links=("https://www.wsj.com/a-1",)) == "Bloomberg"


WIRES = outlets_of(
    [
        make_feed("Harbour Wire", url="https://www.harbour-wire.example/rss"),
        make_feed("Isle Post - Politics", url="https://isle-post.example/politics.xml"),
        make_feed("Isle Post - World", url="https://isle-post.example/world.xml"),
        make_feed("Wire A", url="https://hosting.example/a"),
        make_feed("Wire B", url="https://hosting.example/b"),
    ],
    SOURCES,
)


@pytest.mark.parametrize(
    ("title", "url", "origin"),
    [
        ("Fleet sails - Harbour Wire", "https://news.example/1", "Harbour Wire"),
        ("Fleet sails", "https://harbour-wire.example/2026/fleet", "Harbour Wire"),
        ("Fleet sails", "https://isle-post.example/fleet", "Isle Post"),
        ("Fleet sails", "https://hosting.example/fleet", "Collector"),
        ("Fleet sails - day two", "https://news.example/1", "Collector"),
    ],
)
def test_aggregators_copy_counts_for_the_outlet_it_copies(title, url, origin) -> None:
    (found, *_) = find_attributions(make_entry(title, url=url), "Collector", WIRES)

    assert found.name == origin


def test_sections_of_one_paper_are_one_source() -> None:
    assert SOURCES.canonical_name("Isle Post - Politics") == SOURCES.canonical_name(
        "Isle Post - World"
    )
