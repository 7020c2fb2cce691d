"""Finds the changes of an article that a desk must know, between two readings of its page.

Counters, dates of publication, related links and typing errors are no news. A text that was
rewritten is none either: only a passage with a counterpart counts as changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from straitwatch.core.kind import find_signals
from straitwatch.core.model import (
    Article,
    PageChange,
    PageVersion,
    SignalKind,
    Wording,
)
from straitwatch.core.policy import LONGEST_NOTICE
from straitwatch.core.sentences import sentence_spans

MAX_SENTENCES = 24  # of an article that are kept and compared
MAX_WORDINGS = 3  # changed passages that a message shows
_LEAD = 10  # sentences in which figures count
_RECOGNIZED_BY = 5  # sentences of the lead
_MAX_SENTENCE = 600  # characters
_COUNTERPART = 0.55  # share of common words from which two sentences are versions of one
_TYPO = 0.75  # share of common letters from which two words are spellings of one
_SHORT_WORD = 4
_DECLARED = (SignalKind.CORRECTION, SignalKind.RETRACTION)

_TOKEN = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\W_]+(?:[.,:]\\d+)*%?")
_FIGURE = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?)\b"
)
_IDLE = re.compile("a|an|and|at|in|of|on|that|the|to|also|has|its|said|updated?")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_VOLATILE = re.compile(  # the time of day, the age and the counters that pages show
    r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\b\.?)?(?:\s*(?:gmt|utc|est|edt|cst|bst)\b)?"
    r"|\b\d+\s*(?:comments?|views?|shares?|likes?|reads?|replies)\b"
    r"|\b\d+\s*(?:seconds?|secs?|minutes?|mins?|min|hours?|hrs?|days?)\s+(?:ago|read)\b"
    r"|\d+\s*(?:分鐘|分钟|小時|小时|天|日)前|(?:瀏覽|浏览|點閱|阅读|閱讀|觀看)(?:數|数|次數|量)?\s*[:：]?\s*[\d,]+"
    rf"|\b(?:first )?(?:updated|published|posted|last (?:updated|modified)|modified)\b"
    rf"(?:\s+(?:on|at|:))?[:,\s]*(?:\w+,?\s+)?(?:\d{{1,2}}\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}|\d{{4}}-\d\d-\d\d)"
    r"(?:,?\s+\d{4})?",
    re.IGNORECASE,
)
_REMOVED = re.compile(
    r"\b(?:this |the )?(?:article|story|page|post|content|report)\b[^.]{0,40}"
    r"\b(?:(?:has|have) been|was|is) (?:removed|deleted|withdrawn|retracted|taken down)\b"
    r"|\b(?:article|story|page) (?:is )?no longer available\b"
    r"|(?:文章|新聞|新闻|頁面|页面|內容|内容)[^。]{0,10}(?:已|遭|被)(?:被)?(?:刪除|删除|下架|移除|撤下)"
    r"|(?:статья|материал|новость|страница)[^.]{0,30}(?:удален|снят)",
    re.IGNORECASE,
)


def read_version(
    article: Article, words: Iterable[str], *, before: PageVersion | None = None
) -> PageVersion:
    """Return the parts of an article that later versions are compared with.

    Args:
        article: as extracted.
        words: the hits of the entry; sentences with one of them are compared.
        before: the last version, whose headlines are known.
    """
    known = before.titles if before else ()
    sentences = _sentences(article.text)
    wanted = {word.casefold() for word in words if word}
    return PageVersion(
        titles=tuple(dict.fromkeys((*known, article.title))) if article.title else known,
        sentences=tuple(_key_sentences(sentences, wanted))[:MAX_SENTENCES],
        notes=tuple(sentence for sentence in sentences if _signal(sentence)),
        lead=tuple(map(_plain, sentences[:_RECOGNIZED_BY])),
    )


def is_notice_of_removal(article: Article) -> bool:
    """Return True if a page says that its article was removed, and hardly anything else."""
    return len(article.text) < LONGEST_NOTICE and bool(
        _REMOVED.search(f"{article.title}. {article.text}")
    )


def is_other_article(before: PageVersion, article: Article) -> bool:
    """Return True if a page has another headline, and neither a sentence nor a version of one.

    Notices of consent, errors that answer 200 and home pages look like this. A declared correction
    or retraction is always of the article.
    """
    known = {*before.lead, *map(_plain, before.sentences)}
    if not known or article.title in before.titles:
        return False
    sentences = _sentences(article.text)
    if any(_plain(sentence) in known or _signal(sentence) for sentence in sentences):
        return False
    return next(_changed_passages(before.sentences, sentences), None) is None


def find_change(before: PageVersion, article: Article, *, feed_title: str) -> PageChange | None:
    """Return the changes of an article that a desk must know, if there are any.

    Args:
        before: the last version.
        article: as it is now.
        feed_title: the headline in the feed; a page that adopts it is no news.
    """
    sentences = _sentences(article.text)
    declared = {_plain(note) for note in before.notes}
    note = next((one for one in sentences if _signal(one) and _plain(one) not in declared), "")
    change = PageChange(
        headline=_changed_headline(before, article.title, feed_title),
        passages=tuple(_changed_passages(before.sentences, sentences))[:MAX_WORDINGS],
        note=note,
        signal=_signal(note),
    )
    return change if change.wordings or note else None


def _changed_headline(before: PageVersion, title: str, feed_title: str) -> Wording | None:
    if not before.titles or not title or title in before.titles:
        return None  # a headline that returns was tried out by the publisher
    was = before.titles[-1]
    if not differs(was, title) or not differs(feed_title, title):
        return None
    return Wording(was=was, now=title)


def _changed_passages(before: Sequence[str], after: Sequence[str]) -> Iterator[Wording]:
    """Yield the sentences that were replaced by another version of themselves."""
    old = {_plain(sentence) for sentence in before}
    kept = {_plain(sentence) for sentence in after}
    new = [sentence for sentence in after if _plain(sentence) not in old]
    for was in before:
        if _plain(was) in kept:
            continue
        now = max(new, key=lambda sentence: _likeness(was, sentence), default="")
        if now and _likeness(was, now) >= _COUNTERPART and differs(was, now):
            new.remove(now)
            yield Wording(was=was, now=now)


def differs(was: str, now: str) -> bool:
    """Return True if two versions of a passage differ in more than counters, times and spelling."""
    left, right = _tokens(was), _tokens(now)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return any(
        kind != "equal" and _is_news(left[start:end], right[first:last])
        for kind, start, end, first, last in matcher.get_opcodes()
    )


def _is_news(was: Sequence[str], now: Sequence[str]) -> bool:
    if all(_IDLE.fullmatch(word) for word in (*was, *now)):
        return False
    return len(was) != len(now) or not all(map(_is_spelling, was, now))


def _is_spelling(was: str, now: str) -> bool:
    if was == now:
        return True
    if min(len(was), len(now)) < _SHORT_WORD or not (was.isalpha() and now.isalpha()):
        return False
    return SequenceMatcher(None, was, now, autojunk=False).ratio() >= _TYPO


def _likeness(was: str, now: str) -> float:
    return SequenceMatcher(None, _tokens(was), _tokens(now), autojunk=False).ratio()


def _tokens(text: str) -> list[str]:
    return [token.casefold() for token in _TOKEN.findall(_VOLATILE.sub(" ", text))]


def _plain(sentence: str) -> str:
    return " ".join(_tokens(sentence))


def _sentences(text: str) -> list[str]:
    return [text[start : min(end, start + _MAX_SENTENCE)] for start, end in sentence_spans(text)]


def _key_sentences(sentences: Sequence[str], words: Iterable[str]) -> Iterator[str]:
    """Yield the sentences with a hit, and those of the lead with a figure."""
    for place, sentence in enumerate(sentences):
        folded = sentence.casefold()
        has_figure = place < _LEAD and _FIGURE.search(_VOLATILE.sub(" ", folded))
        if has_figure or any(word in folded for word in words):
            yield sentence


def _signal(sentence: str) -> SignalKind | None:
    """Return the correction or retraction that a sentence declares, if it does."""
    found = (signal.kind for signal in find_signals(sentence) if signal.field == "title")
    return next((kind for kind in found if kind in _DECLARED), None)
