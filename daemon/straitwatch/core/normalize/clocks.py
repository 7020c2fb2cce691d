"""Reads the time of day in a date: 24 hours, or 12 with the half-day words of many languages."""

import re
from dataclasses import dataclass
from datetime import timedelta

# The hours from which a half-day word leaves one reading, or none: 下午 3 is 15 o'clock, and 12 is
# 0 o'clock with 凌晨, noon with 中午, and the midnight that ends the day with 晚上.
_HOURS = {
    range(12): ("am", "sa", "上午", "午前", "오전", "πμ"),
    range(12, 24): ("pm", "ch", "下午", "午後", "午后", "오후", "μμ"),
    range(7): ("凌晨", "未明", "새벽", "拂曉", "拂晓"),
    range(3, 12): ("清晨", "早上", "早晨", "清早", "早朝", "朝", "아침"),
    range(11, 15): ("中午", "正午", "昼", "お昼", "정오", "noon"),
    range(15, 22): ("傍晚", "夕方", "저녁"),
    range(17, 25): ("晚上", "晚間", "晚间", "夜間", "夜间", "夜", "밤", "晚"),
    range(22, 24): ("深夜", "午夜", "半夜", "심야"),
}
_HOURS_BY_WORD = {word: hours for hours, words in _HOURS.items() for word in words}
_LATIN = r"[ap]\.?\s?m\.?(?![^\W\d_])|(?:sa|ch)(?![^\W\d_])|[πμ]\.?\s?μ\.?|noon(?![^\W\d_])"
_CJK = "|".join(sorted((w for w in _HOURS_BY_WORD if not w.isascii()), key=len, reverse=True))
_HALF = rf"(?:{_LATIN}|{_CJK})"
_CLOCK = re.compile(
    rf"(?:(?P<before>{_HALF})\s*)?"
    r"(?:"
    r"(?P<hour>\d{1,2})\s?[:.h]\s?(?P<minute>\d{1,2})"
    r"(?:\s?[:.]\s?(?P<second>\d{1,2})(?:[.,:]\d{1,9})?)?"
    r"|(?P<hour_cjk>\d{1,2})\s?[时時點点시](?:\s?(?:(?P<minute_cjk>\d{1,2})\s?[分분]|(?P<thirty>[半반])))?"
    r"(?:\s?(?P<second_cjk>\d{1,2})\s?[秒초])?[整]?"
    rf"|(?P<hour_only>\d{{1,2}})(?=\s?{_HALF})"
    r")"
    rf"(?:\s*(?P<after>{_HALF}))?"
    r"(?:\s*(?:uhr|hrs|hours|h|ч|год)(?![^\W\d_])\.?)?"
    r"(?P<zone>(?![\d:]).*)?",
    re.IGNORECASE,
)
_BASIC = re.compile(
    r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:[.,]\d+)?(?P<zone>\D.*)?"
)
_LAST_HOUR = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time since midnight, and the text of the zone that follows it."""

    since_midnight: timedelta
    zone: str


def read_clock(text: str, *, is_basic: bool = False) -> Clock | None:
    """Read a time and its zone; None if the text is not a time, or contradicts itself.

    Args:
        text: a time such as "下午 3:10:33" or "10:05 AM EST".
        is_basic: accept ISO 8601's basic form, such as "100503Z".
    """
    found = _CLOCK.fullmatch(text) or (_BASIC.fullmatch(text) if is_basic else None)
    if found is None:
        return None
    part = found.groupdict()
    hour = _hour(_number(part, "hour"), [part.get("before"), part.get("after")])
    minute = 30 if part.get("thirty") else _number(part, "minute")
    second = min(_number(part, "second"), 59)  # a leap second
    if hour is None or minute > 59 or _number(part, "second") > 60:  # noqa: PLR2004
        return None
    if hour == _LAST_HOUR and minute + second and not (part.get("before") or part.get("after")):
        return None
    since = timedelta(hours=hour, minutes=minute, seconds=second)
    return Clock(since_midnight=since, zone=part["zone"] or "")


def _number(part: dict[str, str | None], name: str) -> int:
    spellings = (name, f"{name}_cjk", f"{name}_only")
    return int(next((part[key] or "" for key in spellings if part.get(key)), "0"))


def _hour(written: int, halves: list[str | None]) -> int | None:
    """Return the hour that all half-day words allow; None unless there is exactly one."""
    words = [re.sub(r"[.\s]", "", half).lower() for half in halves if half]
    if not words:
        return written if written <= _LAST_HOUR else None
    readings = {0: (0, 12), 12: (0, 12, 24)}.get(written, (written, written + 12))
    fitting = [hour for hour in readings if all(hour in _HOURS_BY_WORD[word] for word in words)]
    return fitting[0] if len(fitting) == 1 else None
