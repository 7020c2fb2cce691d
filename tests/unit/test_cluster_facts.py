"""Contradicting statements keep two reports apart, in every language."""

import pytest

from builders.beat import BEAT
from straitwatch.core.cluster.fact_reader import FactReader
from straitwatch.core.cluster.facts import (
    Difference,
    Facts,
    Kind,
    Strength,
    differences,
    is_other_event,
    is_other_text,
)
from straitwatch.core.cluster.guards import compare_titles
from straitwatch.core.cluster.text import clean_title
from straitwatch.core.han import one_script

CHARACTERS = one_script()
READER = FactReader(BEAT.lexicon)


def clean(title: str) -> str:
    return clean_title(title.translate(CHARACTERS))


def facts(title: str, lead: str = "") -> Facts:
    return READER.read(clean(title), lead.translate(CHARACTERS))


def found_between(a: str, b: str) -> tuple[Difference, ...]:
    return differences(facts(a), facts(b), BEAT.lexicon)


def kinds_between(a: str, b: str) -> set[Kind]:
    return {one.kind for one in found_between(a, b)}


CONTRADICTIONS = [
    ("Beijing demands retraction from Tokyo", "Tokyo rejects Beijing's demand for retraction"),
    ("Ministry confirms talks on the cable", "Ministry denies talks on the cable"),
    ("Wang Yi meets Motegi in Manila", "Wang Yi refuses to meet Motegi in Manila"),
    ("Survey ship passes the Taiwan Strait", "Survey ship did not pass the Taiwan Strait"),
    ("Assembly passes the drone bill", "Assembly does not pass the drone bill"),
    ("Assembly approves the drone bill", "Assembly blocks the drone bill"),
    ("EU imposes sanctions on three yards", "EU lifts sanctions on three yards"),
    ("Warship opens fire near Penghu", "Warship tests missile near Penghu"),
    ("北京要求東京撤回言論", "東京拒絕北京撤回言論的要求"),
    ("國防部證實雙方會談", "國防部否認雙方會談"),
    ("王毅會見日本外相", "王毅拒見日本外相"),
    ("測量船通過台灣海峽", "測量船未通過台灣海峽"),
    ("立法院批准軍購預算", "立法院否決軍購預算"),
    ("歐盟制裁三家船廠", "歐盟解除制裁三家船廠"),
    ("共軍軍艦在澎湖外海開火", "共軍軍艦在澎湖外海試射飛彈"),
    ("中国要求日本撤回言论", "日本拒绝中国撤回言论的要求"),
    ("王毅会见茂木", "王毅拒绝会见茂木"),
    ("测量船通过台湾海峡", "测量船未通过台湾海峡"),
    ("中国が発言の撤回を要求", "日本が発言の撤回要求を拒否"),
    ("王毅氏、茂木外相と会談", "王毅氏、茂木外相との会談を拒否"),
    ("調査船が台湾海峡を通過", "調査船は台湾海峡を通過せず"),
    ("EUが3社への制裁を発動", "EUが3社への制裁を解除"),
    ("중국, 발언 철회 요구", "일본, 발언 철회 요구 거부"),
    ("국방부, 회담 사실 확인", "국방부, 회담 사실 부인"),
    ("왕이, 일본 외무상과 회담", "왕이, 일본 외무상과 회담 거부"),
    ("측량선 대만해협 통과", "측량선 대만해협 통과 안 해"),
    ("EU, 조선소 3곳 제재 부과", "EU, 조선소 3곳 제재 해제"),
    ("Пекин потребовал отозвать слова", "Токио отказался отозвать слова по требованию Пекина"),
    ("Минобороны подтвердило переговоры", "Минобороны опровергло переговоры"),
    ("Ван И встретился с Мотэги", "Ван И отказался встречаться с Мотэги"),
    ("Судно прошло Тайваньский пролив", "Судно не прошло Тайваньский пролив"),
    ("ЕС ввел санкции против верфей", "ЕС снял санкции с верфей"),
    ("Пекін вимагає відкликати слова", "Токіо відкинув вимогу Пекіна відкликати слова"),
    ("Міноборони підтвердило переговори", "Міноборони спростувало переговори"),
    ("Ван Ї зустрівся з Мотегі", "Ван Ї відмовився зустрічатися з Мотегі"),
    ("Парламент схвалив бюджет на дрони", "Парламент відхилив бюджет на дрони"),
    ("王毅避見茂木", "茂木與王毅交談"),
    # across languages
    ("Wang Yi meets Motegi in Manila", "王毅拒絕會見茂木"),
    ("立法院通過無人機條例", "Assembly blocks the drone bill"),
    ("Ministry denies talks on the cable", "Міноборони підтвердило переговори щодо кабелю"),
]
STEPS = [
    ("China holds drills near Taiwan", "China ends drills near Taiwan"),
    ("China launches joint drills off Penghu", "China concludes joint drills off Penghu"),
    ("Shandong carrier arrives in Sanya port", "Shandong carrier leaves Sanya port"),
    ("Court in Kaohsiung detains crew of freighter", "Court in Kaohsiung frees crew of freighter"),
    ("解放軍舉行環台軍演", "解放軍結束環台軍演"),
    ("山東艦抵達三亞", "山東艦離開三亞"),
    ("解放军举行环台军演", "解放军结束环台军演"),
    ("中国軍が台湾周辺で演習を開始", "中国軍が台湾周辺で演習を終了"),
    ("空母遼寧が横須賀沖に到着", "空母遼寧が横須賀沖を離れる"),
    ("중국군, 대만 주변 훈련 시작", "중국군, 대만 주변 훈련 종료"),
    ("Китай начал учения вокруг Тайваня", "Китай завершил учения вокруг Тайваня"),
    ("Авианосец Шаньдун прибыл в порт", "Авианосец Шаньдун покинул порт"),
    ("Китай почав навчання навколо Тайваню", "Китай завершив навчання навколо Тайваню"),
    ("China ends drills near Taiwan", "解放軍開始環台軍演"),
    ("Китай начал учения вокруг Тайваня", "中国軍が台湾周辺で演習を終了"),
]
ONE_MATTER = [
    ("Taiwan fires home-made missile", "Taiwan tests home-made missile"),
    ("China launches drills around Taiwan", "Chinese forces begin drills around Taiwan"),
    ("China plans to launch drills", "China plans drills"),
    ("Tokyo urges Beijing to end the drills", "Tokyo calls on Beijing to stop the drills"),
    ("Sales of rice do not fall until May, survey says", "Sales of rice fall in May, survey says"),
    ("解放軍展開環台軍演", "China launches drills around Taiwan"),
    ("中国軍が演習を開始", "Китай начал учения"),
    ("國防部不斷證實會談", "國防部證實會談"),
    ("無人機通過台灣海峽", "Drone passes the Taiwan Strait"),
]


OTHER_TEXTS = """
China kicks off live-fire drills off Fujian|China wraps up live-fire drills off Fujian
Senate passes Taiwan exchanges bill|Senate shelves Taiwan exchanges bill
Senate votes down Taiwan exchanges bill|Senate passes Taiwan exchanges bill
Lavrov agrees to meet Rubio|Lavrov declines to meet Rubio
Kremlin confirms Putin visit to Beijing|Kremlin denies Putin visit to Beijing
Takaichi withdraws remarks on Taiwan|Takaichi will not withdraw remarks on Taiwan
Takaichi refuses to retract remarks on Taiwan|Takaichi retracts remarks on Taiwan
US lifts arms embargo on yard|US imposes arms embargo on yard
Coast guard detains Chinese fishing boat off Penghu|Coast guard releases Chinese fishing boat off Penghu
Carrier Fujian enters Taiwan Strait|Carrier Fujian exits Taiwan Strait
Taiwan raises alert level|Taiwan lowers alert level
Manila summons Chinese ambassador over laser|Manila thanks Chinese ambassador over rescue
Japan protests to China over radar lock-on|China rejects Japan's protest over radar lock-on
China accuses Japan of provocation over radar|Japan denies China's accusation over radar
Taiwan postpones Han Kuang drills|Taiwan begins Han Kuang drills
Taiwan cancels Han Kuang drills|Taiwan holds Han Kuang drills
Lai to visit Paraguay in August|Lai cancels visit to Paraguay
State Department okays sale of Harpoon missiles|State Department halts sale of Harpoon missiles
Typhon system deployed to Japan|Typhon system withdrawn from Japan
Chinese ships leave waters around Senkaku|Chinese ships enter waters around Senkaku
Xi agrees to visit Washington|Xi refuses to visit Washington
Ministry says no shots were fired off Kinmen|Shots fired off Kinmen
共軍展開聯合利劍演習|共軍宣布聯合利劍演習落幕
漢光演習登場|漢光演習閉幕
漢光演習如期舉行|漢光演習取消
賴清德過境夏威夷|賴清德取消過境夏威夷
國民黨團提案刪除無人機預算|國民黨團撤回刪除無人機預算提案
美國批准對台軍售|美國暫停對台軍售
海巡扣留中國漁船|海巡釋放中國漁船
外交部證實友邦斷交|外交部否認友邦斷交
高市早苗撤回涉台言論|高市早苗拒絕撤回涉台言論
高市早苗不撤回涉台言論|高市早苗撤回涉台言論
中國解除日本水產品禁令|中國祭出日本水產品禁令
中國恢復進口日本水產品|中國暫停進口日本水產品
福建艦駛入台海|福建艦駛離台海
立院三讀通過衛星條例|立院退回衛星條例
習近平同意訪美|習近平拒絕訪美
習近平會見鄭麗文|習近平不會見鄭麗文
陸委會同意上海團來台|陸委會不同意上海團來台
陸委會准許上海團來台|陸委會駁回上海團來台
菲律賓指控中國海警衝撞|中國海警否認衝撞
中方要求日方道歉|日方拒絕道歉
测量船进入台湾海峡|测量船没有进入台湾海峡
普京确认访华|克宫否认普京访华
解放军东部战区启动演习|解放军东部战区演习结束
日本政府、輸出規制を発動|日本政府、輸出規制を解除
中ロ、日本海で合同演習を開始|中ロ、日本海での合同演習が終わる
高市首相、答弁を撤回|高市首相、答弁撤回せず
高市首相、答弁撤回を拒否|高市首相、答弁を撤回
中国外務省が訪日を発表|中国外務省が訪日を否定
米、台湾への武器売却を承認|米、台湾への武器売却を凍結
海上保安庁、中国漁船を拿捕|海上保安庁、中国漁船の船長を釈放
プーチン氏、訪中へ|プーチン氏、訪中取りやめ
中国海警船が領海に侵入|中国海警船が領海から退去
抗議に感謝|抗議を非難
러시아와 중국, 연합훈련 돌입|러시아와 중국, 연합훈련 마무리
다카이치, 발언 철회 거부|다카이치, 발언 철회
푸틴 방중 확인|크렘린, 푸틴 방중 부인
미국, 대만 무기 판매 승인|미국, 대만 무기 판매 중단
중국, 대만산 파인애플 수입 금지|중국, 대만산 파인애플 수입 재개
해경, 중국 어선 나포|해경, 중국 어선 석방
대만 의회, 법안 통과|대만 의회, 법안 통과 못해
중국 군함 입항|중국 군함 출항
Россия и Китай начали патрулирование|Россия и Китай завершили патрулирование
Кремль подтвердил визит Путина|Кремль опроверг визит Путина
США одобрили продажу ракет Тайваню|США приостановили продажу ракет Тайваню
США ввели санкции против верфи|США отменили санкции против верфи
Китай осудил продажу ракет|Китай приветствовал продажу ракет
Такаити отказалась отозвать слова|Такаити отозвала слова
Береговая охрана задержала судно|Береговая охрана отпустила судно
Корабли вошли в Тайваньский пролив|Корабли вышли из Тайваньского пролива
Лавров встретился с Рубио|Встреча Лаврова с Рубио отменена
Парламент принял закон|Парламент не принял закон
Китай требует извинений|Япония отвергла требование Китая
США розпочали випробування ракети|США завершили випробування ракети
Китай затримав судно|Китай звільнив судно
Парламент ухвалив закон|Парламент не ухвалив закон
Кремль підтвердив візит|Кремль заперечив візит
США призупинили продаж зброї|США схвалили продаж зброї
Кораблі увійшли в протоку|Кораблі вийшли з протоки
"""


RETELLINGS = """
Taiwan condemns Chinese live-fire drill in strait|China begins live-fire drill in Taiwan Strait
China fires rockets into waters north of Taiwan in drill|Chinese army holds live-fire drill north of Taiwan
US approves $330 million parts sale to Taiwan|State Department clears sale of aircraft parts to Taiwan
Japan scrambles jets after Russian and Chinese bombers fly near Okinawa|Russian, Chinese bombers conduct joint patrol near Okinawa
Lai calls for dialogue with China in National Day speech|Lai urges China to act responsibly in National Day address
China slams Lai speech, vows to oppose independence|Beijing denounces Lai's speech as provocation
Taiwan reports 45 Chinese aircraft around island|45 PLA aircraft detected near Taiwan, ministry says
KMT chair Cheng meets Xi in Beijing|Xi receives KMT leader Cheng Li-wun
Putin arrives in Beijing for talks with Xi|Putin begins visit to China
Philippines protests after Chinese coast guard fires water cannon|Chinese coast guard fires water cannon at Philippine boat
Court convicts former aide of spying for China|Former aide sentenced to ten years for China espionage
Taiwan plans to raise defence spending to 3.3% of GDP|Taiwan to lift defence spending above 3% of GDP
Senate passes bill to deepen Taiwan ties|US Senate approves bill on Taiwan exchanges
Coast guard seizes freighter after cable cut|Taiwan detains ship suspected of damaging undersea cable
Taiwan halts export of chips to South Africa|Taiwan restricts chip exports to South Africa
Trump says he will speak to Lai about arms|Trump plans call with Taiwan's Lai on arms sales
Germany's Wadephul postpones China trip|German foreign minister cancels China visit
解放軍環台軍演 國防部：嚴密監控|解放軍展開環台軍演 國軍嚴陣以待
國台辦批賴清德演說挑釁|國台辦：賴清德演說鼓吹對抗
美國務院批准對台出售零附件|美宣布對台軍售 總額3.3億美元
海巡登檢扣押涉案貨輪|涉破壞海纜 貨輪遭海巡帶回調查
陸委會籲中共停止打壓|陸委會：中共應停止打壓台灣
立院三讀通過特別預算條例|特別預算條例三讀 行政院表示尊重
日本抗議中國軍機雷達照射|中國軍機雷達照射自衛隊機 日本提出抗議
習近平與川普通話談台灣|川習通話 習近平強調台灣問題
普京抵达北京开始访华|普京开始对中国进行国事访问
高市早苗答弁 中国が抗議|中国、高市首相の答弁に強く反発
中国軍、台湾周辺で演習開始|台湾周辺で中国軍が大規模演習を実施
中ロ爆撃機が共同飛行 自衛隊機が緊急発進|自衛隊がスクランブル 中ロの爆撃機が日本周辺を飛行
米、台湾に武器売却を承認|米国務省、台湾への武器売却を議会に通知
중국군, 대만 포위훈련 시작|중국, 대만 주변서 대규모 훈련 실시
중러 폭격기, 카디즈 진입|중국·러시아 군용기 KADIZ 진입 후 이탈
미국, 대만에 무기 판매 승인|미 국무부, 대만 무기 판매 승인…중국 반발
Китай начал учения вокруг Тайваня|НОАК проводит масштабные учения у Тайваня
США одобрили продажу оружия Тайваню|Госдеп согласовал поставку оружия Тайваню
Путин прибыл в Пекин|Начался визит Путина в Китай
Китай почав навчання навколо Тайваню|НВАК проводить навчання біля Тайваню
Пекін засудив продаж зброї Тайваню|Китай протестує проти продажу зброї Тайваню
China launches drills around Taiwan|解放軍宣布環台軍演
Xi and Trump discuss Taiwan in phone call|習近平川普通話 談台灣
China bans seafood imports from Japan|中国、日本産水産物の輸入を停止
China sanctions five US defense firms|中方对五家美国军工企业采取反制措施
Takaichi says she will not retract remarks|高市首相、答弁撤回せず
Тайвань задержал судно|Taiwan seizes freighter over cable damage
"""


@pytest.mark.parametrize("pair", RETELLINGS.strip().splitlines())
def test_retellings_of_one_event_do_not_differ_in_actions(pair: str) -> None:
    found = found_between(*pair.split("|"))

    assert {difference.strength for difference in found} <= {Strength.DISTINCTION}
    assert not is_other_event(found)


@pytest.mark.parametrize("pair", OTHER_TEXTS.strip().splitlines())
def test_headlines_that_contradict_are_not_copies(pair: str) -> None:
    a, b = pair.split("|")

    assert is_other_text(found_between(a, b))
    assert found_between(a, b)[0].strength > Strength.DISTINCTION
    assert not compare_titles(clean(a), clean(b)).is_copy


@pytest.mark.parametrize(("a", "b"), CONTRADICTIONS)
def test_contradictions_are_different_texts_and_events(a: str, b: str) -> None:
    assert is_other_event(found_between(a, b))
    assert not compare_titles(clean(a), clean(b)).is_copy


@pytest.mark.parametrize(("a", "b"), STEPS)
def test_later_step_of_one_matter_is_another_text(a: str, b: str) -> None:
    found = found_between(a, b)

    assert found[0].strength is Strength.STEP
    assert found[0].kind is Kind.STEP
    assert not compare_titles(clean(a), clean(b)).is_copy


@pytest.mark.parametrize(("a", "b"), ONE_MATTER)
def test_synonyms_of_an_action_are_not_a_difference(a: str, b: str) -> None:
    assert kinds_between(a, b) == set()


def test_opposites_of_different_things_are_only_a_distinction() -> None:
    found = found_between("China launches drills off Penghu", "Britain ends balloon watch")

    assert {one.strength for one in found} <= {Strength.DISTINCTION}


@pytest.mark.parametrize(
    ("a", "b", "label"),
    [
        ("US approves sale of 120 missiles", "US approves sale of 100 missiles", "missile"),
        ("40 Chinese aircraft near Penghu", "18架共機逼近澎湖", "aircraft"),
        ("中国の艦艇4隻が宗谷海峡を航行", "Four or not: 7 Chinese warships in Soya Strait", "ship"),
        ("중국 군용기 45대 포착", "Тайвань заметил 30 самолетов НОАК", "aircraft"),
        ("Quake of magnitude 5.9 off Yilan", "Землетрясение магнитудой 6,1 у Илани", "magnitude"),
        ("Sale is worth $1.8 billion", "軍售總額11億美元", "money"),
    ],
)
def test_figures_differ_where_both_count_one_thing(a: str, b: str, label: str) -> None:
    found = [one for one in found_between(a, b) if one.kind is Kind.NUMBER]

    assert any(one.ours.startswith(label) for one in found)
    assert is_other_text(found)
    assert not is_other_event(found)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Quake of magnitude 5.9 off Yilan", "Землетрясение магнитудой 5,9 у Илани"),
        ("Sale is worth $1.8 billion", "軍售總額18億美元"),
        ("40 Chinese aircraft near Penghu", "8 Chinese warships near Penghu"),
        ("國防部：7/30發射火箭", "國防部證實38機艦擾台"),
        ("120 anti-ship missiles for Taiwan", "120枚反艦飛彈售台"),
    ],
)
def test_equal_figures_and_figures_of_other_things_do_not_differ(a: str, b: str) -> None:
    assert Kind.NUMBER not in kinds_between(a, b)


def test_figure_in_the_lead_counts_too() -> None:
    a = facts("US approves missile sale", "The sale of 120 missiles was cleared.")
    b = facts("US approves missile sale", "The sale of 100 missiles was cleared.")

    assert [one.kind for one in differences(a, b, BEAT.lexicon)] == [Kind.NUMBER]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("14 jets cross the median line on Saturday", "14 jets cross the median line on Sunday"),
        ("國防部：23日發射火箭", "國防部：30日發射火箭"),
        ("Rocket launch set for July 23", "Rocket launch set for 30 July"),
        ("週一審查無人機條例", "週五審查無人機條例"),
        ("日曜日に演習", "Drill on Monday"),
        ("Ракета стартует 23 июля", "Rocket launch set for July 30"),
    ],
)
def test_dates_differ(a: str, b: str) -> None:
    assert Kind.DATE in kinds_between(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Warships seen off Kinmen", "Warships seen off Yonaguni"),
        ("Hegseth speaks about Taiwan", "魯比歐談台灣"),
        ("Su-35 jets shown in Harbin", "J-20 jets shown in Harbin"),
        ("海峽雷霆軍演登場", "Justice Mission begins"),
        ("Шойгу прибыл в Пекин", "Lavrov arrives in Beijing"),
    ],
)
def test_other_names_are_a_distinction(a: str, b: str) -> None:
    found = [one for one in found_between(a, b) if one.kind is Kind.NAME]

    assert [one.strength for one in found] == [Strength.DISTINCTION]


def test_name_that_the_other_lead_mentions_does_not_differ() -> None:
    a = facts("Hegseth speaks about Taiwan")
    b = facts("Rubio speaks about Taiwan", "Hegseth sat beside him.")

    assert Kind.NAME not in {one.kind for one in differences(a, b, BEAT.lexicon)}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("外交部：不接受恫嚇", "國防部：不接受恫嚇"),
        ("Cable repaired: Mainland Affairs Council", "Taiwan Affairs Office: cable repaired"),
        ("國台辦：航行正當", "陸委會：航行無理"),
        ("Peskov speaks of the cable", "Takaichi speaks of the cable"),
        ("МИД Китая: кабель цел", "高市早苗談海纜"),
    ],
)
def test_different_parties_are_a_distinction(a: str, b: str) -> None:
    assert Kind.PARTY in kinds_between(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("外交部：不接受恫嚇", "高市早苗談海纜"),  # whose ministry?
        ("Taipei speaks of the cable", "陸委會：海纜完好"),
        ("Lai Ching-te visits Penghu: MND", "Lai Ching-te visits Penghu"),
    ],
)
def test_parties_of_one_side_or_unknown_ones_do_not_differ(a: str, b: str) -> None:
    assert Kind.PARTY not in kinds_between(a, b)


def test_one_event_seen_from_two_sides_has_another_subject() -> None:
    a, b = "Japan scrambles jets as Russian bombers near Okinawa", "Russian bombers near Okinawa"

    assert kinds_between(a, b) == {Kind.SUBJECT}
    assert not is_other_text(found_between(a, b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "US destroyer sails through Taiwan Strait",
            "British destroyer sails through Taiwan Strait",
        ),
        (
            "US destroyer sails through Taiwan Strait",
            "Chinese carrier sails through Taiwan Strait with destroyer escort",
        ),
        ("Japan's destroyer passes the strait", "Canada's destroyer passes the strait"),
        ("美國軍艦通過台灣海峽", "英國軍艦通過台灣海峽"),
        (
            "Эсминец США прошёл через Тайваньский пролив",
            "Эсминец Канады прошёл через Тайваньский пролив",
        ),
    ],
)
def test_act_of_another_country_is_no_copy(a: str, b: str) -> None:
    assert is_other_text(found_between(a, b))


def test_country_that_the_other_report_mentions_may_be_a_copy() -> None:
    a, b = (
        "US destroyer transits the strait with Canadian frigate",
        "Canadian frigate transits the strait",
    )

    assert not is_other_text(found_between(a, b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("US approves missile sale", "CORRECTED-US approves missile sale"),
        ("美國批准飛彈軍售", "【更正】美國批准飛彈軍售"),
        ("США одобрили продажу ракет", "Исправлено: США одобрили продажу ракет"),
        ("미국, 미사일 판매 승인", "[정정] 미국, 미사일 판매 승인"),
        ("米国がミサイル売却を承認", "【訂正】米国がミサイル売却を承認"),
        ("США схвалили продаж ракет", "Виправлено: США схвалили продаж ракет"),
    ],
)
def test_correction_is_another_text(a: str, b: str) -> None:
    found = found_between(a, b)

    assert [one.kind for one in found] == [Kind.CORRECTION]
    assert is_other_text(found)
    assert not compare_titles(clean(a), clean(b)).is_copy


@pytest.mark.parametrize(("a", "b"), CONTRADICTIONS + STEPS + ONE_MATTER)
def test_differences_are_symmetric_and_a_report_differs_not_from_itself(a: str, b: str) -> None:
    there, back = found_between(a, b), found_between(b, a)

    assert {(one.kind, one.strength) for one in there} == {(one.kind, one.strength) for one in back}
    assert {(one.ours, one.theirs) for one in there} == {(one.theirs, one.ours) for one in back}
    assert found_between(a, a) == found_between(b, b) == ()


@pytest.mark.parametrize("title", [title for pair in CONTRADICTIONS + STEPS for title in pair])
def test_agency_label_is_not_a_difference(title: str) -> None:
    assert found_between(title, f"UPDATE 2-{title}") == ()
    assert found_between(title, f"【快訊】{title}") == ()


@pytest.mark.parametrize(
    "title",
    [
        "China ends drills near Taiwan that it launched on Monday, ministry says after 14 sorties",
        "Tokyo rejects Beijing's demand for retraction as row over Taiwan remarks deepens, Kyodo says",
        "Survey ship did not pass the Taiwan Strait after all, Pentagon says in reply to questions",
        "Пекин потребовал отозвать слова о Тайване и пригрозил санкциями трем верфям и порту",
    ],
)
def test_truncated_headline_is_not_a_difference(title: str) -> None:
    words = title.split()
    for count in range(3, len(words)):
        assert found_between(title, " ".join(words[:count]) + " ...") == ()


@pytest.mark.parametrize("title", [pair[0] for pair in CONTRADICTIONS + STEPS])
def test_facts_survive_being_stored(title: str) -> None:
    read = facts(title, "The sale of 120 missiles was cleared; Rubio spoke in Manila.")

    assert Facts.from_text(read.to_text()) == read


def test_any_reports_facts_are_short() -> None:
    read = facts(
        "Tokyo rejects Beijing's demand for retraction of remarks on 14 May: Kyodo",
        "Motegi met Wang Yi in Manila. " * 20,
    )

    assert len(read.to_text()) < 400
