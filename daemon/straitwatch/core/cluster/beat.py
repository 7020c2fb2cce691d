"""What every report of this beat says: part of the cluster stage.

A list that has just begun does not know yet that "Taiwan" is in half of its reports; rated by what
it has seen, two of its first reports that share no more than that look alike. These shares stand
in for the reports that are missing. They are rough, and low: a word that is common here is no
evidence, but it is not against either.
"""

from functools import cache

from straitwatch.core.cluster.text import terms

# The share of a desk's reports that hold a word, in every language that it reads.
_SHARES = {
    0.25: ("Taiwan China Taiwanese Chinese 台灣 台湾 臺灣 中國 中国 Тайвань Китай Китаю 대만 중국"),
    0.12: (
        "Beijing US U.S. America American United States Russia Russian Moscow Taipei "
        "military war 台灣海峽 台湾海峡 "
        "北京 美國 美国 俄羅斯 俄罗斯 俄国 軍事 军事 兩岸 两岸 台海 中共 Россия "
        "США Пекин Москва военный Росія військовий アメリカ ロシア 米国 미국 러시아 군사"
    ),
    0.06: (
        "strait Ukraine president minister foreign defense defence navy naval army force "
        "forces island Xi Jinping Putin Tsai Ing-wen Lai Ching-te Biden Trump Zelensky "
        "Washington drill drills exercise exercises weapon weapons ship ships aircraft near "
        "send sends official officials ministry security visit meet talks warns threat 總統 "
        "总统 主席 蔡英文 賴清德 赖清德 習近平 习近平 普京 普丁 普亭 國防 国防 外交 部長 "
        "部长 軍演 军演 演習 演习 海峽 海峡 解放軍 解放军 共軍 台北 發言人 发言人 президент "
        "министр оборона пролив учения Украина Путин Си Цзиньпин президент міністр оборони "
        "навчання 首相 大統領 国防相 海軍 대통령 훈련 해협 "
        "coast guard fighter vessel vessels warship warships jet jets PLA Japan "
        "Japanese Tokyo statement 海巡 海警 共機 共机 共艦 "
        "共舰 軍機 军机 軍艦 军舰 艦艇 舰艇 架次 國軍 "
        "国军 對台 对台 台美 外交部 國防部 国防部 國台辦 国台办 "
        "陸委會 陆委会 國民黨 国民党 民進黨 民进党 日本 聯合 联合 "
        "海軍 海军 賴總統 赖总统 擾台 扰台 中国軍 中国军 "
        "防衛省 防卫省 自衛隊 自卫队 護衛艦 护卫舰 海上保安 корабль "
        "корабли военных флот ВМС ВМФ НОАК армия самолет самолеты береговая "
        "охрана Япония Японии корабель кораблі військові літак літаки НВАК "
        "армія берегова охорона Японія Японії 중국군 군함 함정 해경 해군 군용기 전투기 일본 "
        "국방부 외교부 인민해방군"
    ),
    0.04: (
        "missile missiles drone drones patrol patrols waters sea island "
        "lawmakers parliament delegation arms sale troops KMT DPP Lai 飛彈 飞弹 "
        "導彈 导弹 無人機 无人机 巡邏 巡逻 警巡 戰備 战备 "
        "東部戰區 东部战区 立院 立法院 議員 议员 軍售 军售 預算 预算 "
        "ミサイル 哨戒 台湾有事 尖閣 尖阁 艦船 舰船 ракета ракеты ракет беспилотник дрон "
        "патруль минобороны МИД остров парламент оружие ракети безпілотник "
        "острів протока міноборони МЗС зброя 미사일 드론 순찰 무기 의회 국회"
    ),
}


@cache
def beat_shares() -> dict[str, float]:
    """Return the assumed share of each common term, by the terms that reports are compared by."""
    return {term: share for share, words in reversed(_SHARES.items()) for term in terms(words)}
