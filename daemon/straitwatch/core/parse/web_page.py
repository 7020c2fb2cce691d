"""Recognizes an HTML page that came instead of a feed: a captcha, a login, a page of the site."""

import re
from html import unescape

from straitwatch.core.model import Condition

_LONGEST = 60_000  # characters; longer pages are articles or front pages, whatever words they have
_CAPTCHA_WORDS = (
    *("just a moment", "attention required", "checking your browser", "checking if the site"),
    *("cf-chl", "cf_chl", "challenge-platform", "_incapsula_", "ddos-guard", "sucuri_cloudproxy"),
    *("hcaptcha", "recaptcha", "smartcaptcha", "captcha-delivery", "px-captcha", "awswaf"),
    *("enable javascript", "enable js and", "verify you are human", "verify that you are"),
    *("are you a robot", "are you human", "unusual traffic", "not a robot"),
    *("安全验证", "安全驗證", "人机验证", "人機驗證", "验证码", "驗證碼"),
    *("启用javascript", "啟用javascript", "启用 javascript", "啟用 javascript"),
    *("javascriptを有効", "javascript を有効", "ロボットではありません"),
    *("자동입력 방지", "자동 입력 방지", "로봇이 아닙니다", "javascript를 활성화"),
    *("не робот", "включите javascript", "проверка браузера"),
    *("activez javascript", "pas un robot", "aktivieren sie javascript", "kein roboter"),
)
_REFUSAL_WORDS = (
    *("access denied", "access to this page has been denied", "request blocked", "403 forbidden"),
    *("you have been blocked", "you don't have permission", "not available in your"),
    *("访问被拒绝", "拒绝访问", "存取遭拒", "拒絕存取", "アクセスが拒否", "アクセス拒否"),
    *("접근이 차단", "접근이 거부", "доступ запрещен", "доступ запрещён", "доступ ограничен"),
    *("accès refusé", "accès interdit", "acceso denegado", "zugriff verweigert"),
)
_PASSWORD = re.compile(r"<input\b[^<>]{0,300}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"type\s*=\s*[\"']?application/(?:rss|atom|feed)\+", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s\"'<>]+))", re.IGNORECASE)
_LONGEST_ADDRESS = 300


def describe_page(text: str) -> tuple[Condition, str]:
    """Return the kind of a page, and words for it."""
    if announced_feed(text):
        return Condition.HTML, "an HTML page that announces a feed"
    if len(text) > _LONGEST:
        return Condition.HTML, "an HTML page"
    words = text.lower()
    if any(word in words for word in _CAPTCHA_WORDS):
        return Condition.CAPTCHA, "an HTML page that asks for a browser or a person"
    if any(word in words for word in _REFUSAL_WORDS):
        return Condition.BLOCKED, "an HTML page that refuses access"
    if _PASSWORD.search(text):
        return Condition.LOGIN, "an HTML page with a login"
    return Condition.HTML, "an HTML page"


def announced_feed(text: str) -> str:
    """Return the first feed that a page links to, as written; "" if none."""
    for link in _LINK.finditer(text, 0, _LONGEST):
        address = _HREF.search(link[0])
        if address and _FEED_TYPE.search(link[0]):
            return unescape(next(filter(None, address.groups()), "")).strip()[:_LONGEST_ADDRESS]
    return ""
