"""Splits text into sentences, in every script that watch-lists use.

A full stop does not end a sentence after an abbreviation or an initial, or before a small letter
or a digit. A line break always ends one, because `normalize` has joined hard-wrapped lines.
"""

import re
from collections.abc import Iterator

_CLOSERS = "\"'”’»)\\]」』）】"
_MARK = re.compile(rf"(?P<marks>[.!?…。！？｡\n\x1f]+)[{_CLOSERS}]*")
_BREAKS = re.compile("[\n\x1f]")
_CJK = "⺀"  # the first character of the scripts without spaces between words
_NEXT = re.compile(r"[^\S\n]*[\"'“‘«(\[„—–-]*[^\S\n]*(?P<word>\w*)")
_LAST_WORD = re.compile(r"[\"'“‘«(\[„]?((?:[^\W\d_]+\.)*[^\W\d_]+|\d+)$")
_REPORTED = re.compile("[とっなのを、，]")  # 「……。」と述べた continues after the quotation
_MAX_ABBREVIATION = 24  # characters


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No sentence ends after these, because a name or a number follows.
_TITLES = _words(
    "Mr Mrs Ms Mx Dr Prof Rev Hon St Mt Ft Gen Lt Col Maj Capt Cpt Cmdr Cdr Adm Radm Vadm "
    "Brig Sgt Cpl Pvt Ens Sen Rep Gov Amb Sec Pres Supt Insp Fr Sr No Nos Art Fig Vol Op cf "
    "vs Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri "
    "Sat им ім ул вул пл просп пр-т д кв г-н г-жа тов проф акад ген полк подполк кап адм лейт "
    "ст мл гл зам см рис стр напр тел св о с м п обл р-н Atty Assoc Asst Mme Mlle Messrs "
    "Comdr Lieut Dep Ald Cong ed eds pp пп пос див нач деп дир ред"
)
# A sentence may end after these, depending on the next word.
_ABBREVIATIONS = _words(
    "Jr Inc Ltd Co Corp Bros Dept Univ Assn Ave Blvd Rd approx est etc al dept г гг в вв н э "
    "р рр ст тис тыс млн млрд трлн руб грн долл дол коп шт экз др пр проч ін чел час мин сек "
    "км Ret Div Bn Regt incl Pty Bhd Lt стр обл чл"
)
_STARTERS = _words(
    "The A An In On At But And It Its He She They We This That These Those There However "
    "Meanwhile After Before When While As If For From With Since Both Last Earlier Later Also "
    "According В Во На По Он Она Они Оно Мы Это Эти Как Но И А Так Также Ранее При Кроме "
    "Однако Если После У За До Об О Вони Він Вона Це Ці Як Але Та Також Раніше Крім Однак "
    "Якщо Після Про Під"
)


def sentence_ends(text: str) -> list[int]:
    """Return the positions of the marks that end sentences."""
    return [mark.start() for mark in _ends(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences in a text, without surrounding blanks."""
    spans = []
    start = 0
    for end in [*(mark.end() for mark in _ends(text)), len(text)]:
        sentence = text[start:end]
        left = start + len(sentence) - len(sentence.lstrip())
        if sentence.strip():
            spans.append((left, left + len(sentence.strip())))
        start = end
    return spans


def first_sentence(text: str) -> str:
    """Return the text up to the end of its first sentence."""
    return next((text[:end] for _, end in sentence_spans(text)), text)


def _ends(text: str) -> Iterator[re.Match[str]]:
    return (mark for mark in _MARK.finditer(text) if _is_end(text, mark))


def _is_end(text: str, mark: re.Match[str]) -> bool:
    marks, end = mark["marks"], mark.end()
    if _BREAKS.search(marks):
        return True
    if marks[-1] in "。！？｡":
        return end == mark.end("marks") or not _REPORTED.match(text, end)
    after = text[end : end + 1]
    if after and not after.isspace() and not _BREAKS.match(after):
        return marks != "." and after >= _CJK
    found = _NEXT.match(text, end)
    word = found["word"] if found else ""
    if word[:1].islower():
        return False
    return marks != "." or not (word[:1].isdigit() or _is_abbreviation(text, mark.start(), word))


def _is_abbreviation(text: str, stop: int, following: str) -> bool:
    """Return True if a full stop belongs to an abbreviation and does not end a sentence."""
    found = _LAST_WORD.search(text[max(0, stop - _MAX_ABBREVIATION) : stop])
    if not found or not following:
        return False
    word = found[1]
    if word in _TITLES:
        return True
    if word.isdigit():
        return text[:stop].rpartition("\n")[2].strip() == word  # the number of an item
    is_letter = len(word) == 1  # an initial, or an abbreviation such as т. е.
    return (is_letter or "." in word or word in _ABBREVIATIONS) and following not in _STARTERS
