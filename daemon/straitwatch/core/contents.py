"""Describes the entries of a document: how many, how old, how far apart, and if they are an error.

A parse worker does this, so that the condition of a feed costs the main process next to nothing.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from straitwatch.core.model import Contents, Entry

_NEWER_HALF = 2  # older entries may be pinned, or left from another rhythm
_LONGEST_ERROR = 80  # characters; headlines are rarely the only entry, and longer
# The titles of the single entries that feed generators and their hosts make instead of failing.
_ERRORS = (
    r"(?:an? )?(?:internal |server |fatal |unknown |http |rss |feed )*error\W*\d*\W*$",
    r"[45]\d\d\b\W*(?:$|error|not found|forbidden|bad|unauthori[sz]ed|internal|service|too|gone)",
    r"(?:error|http)\W+[45]\d\d\b",
    r"access (?:is )?denied|forbidden\W*$|unauthori[sz]ed\W*$|permission denied",
    r"(?:the |this |requested |rss )*(?:feed|page|channel|resource)\b.*not (?:be )?(?:found|exist)",
    r"(?:the |this |requested |rss )*(?:feed|channel)\b.*(?:unavailable|no longer|expired)",
    r"not found\W*$|service (?:temporarily )?unavailable|internal server error",
    r"bad gateway|bad request|too many requests|rate limit|quota exceeded",
    r"(?:invalid|missing|expired) (?:api |access )?(?:key|token|subscription)",
    r"(?:错误|錯誤|出错|出錯|拒绝访问|拒絕存取|禁止访问|禁止存取)[\W\d]*$",
    r"(?:页面|頁面|网页|網頁)不存在|(?:找不到|無法|无法)(?:页面|頁面|网页|網頁|訪問|访问|存取)",
    r"(?:ошибка|доступ запрещ[её]н|доступ закрыт|страница не найдена)[\W\d]*$",
    r"(?:エラー|アクセス拒否|ページが見つかりません)[\W\d]*$",
    r"(?:오류|접근 ?거부)[\W\d]*$|페이지를 찾을 수 없",
    r"(?:erreur|fehler)[\W\d]*$|acc[eè]s (?:refusé|interdit)|acceso denegado|zugriff verweigert",
)
_ERROR = re.compile(r"\W*(?:" + "|".join(_ERRORS) + ")", re.IGNORECASE)


def describe_contents(entries: Sequence[Entry], *, fetched_at: datetime) -> Contents:
    """Describe the entries of a document; dates in the future do not count as dates."""
    dates = [entry.published_at for entry in entries if entry.published_at]
    past = sorted((date for date in dates if date <= fetched_at), reverse=True)
    return Contents(
        entries=len(entries),
        undated=len(entries) - len(dates),
        newest_at=past[0] if past else None,
        longest_gap=_longest_gap(past),
        error=_error(entries),
    )


def _longest_gap(dates: Sequence[datetime]) -> timedelta | None:
    newer = dates[: max(len(dates) // _NEWER_HALF, 2)]
    gaps = [later - earlier for later, earlier in pairwise(newer)]
    return max(gaps, default=None)


def _error(entries: Sequence[Entry]) -> str:
    """Return the title of the only entry if it reads like an error message."""
    if len(entries) != 1 or len(entries[0].title) > _LONGEST_ERROR:
        return ""
    return entries[0].title if _ERROR.match(entries[0].title) else ""
