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
        "навчання 首相 大統領 国防相 海軍 대통령 훈련 해협"
    ),
}


@cache
def beat_shares() -> dict[str, float]:
    """Return the assumed share of each common term, by the terms that reports are compared by."""
    return {term: share for share, words in reversed(_SHARES.items()) for term in terms(words)}
