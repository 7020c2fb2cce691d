"""Cleans links for display, and computes the identity of the linked page."""

import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

MAX_URL = 2_000  # characters; the limit of browsers, Slack and mail programs
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SPACE = re.compile("[\x00-\x20\x7f\xa0\u200b-\u200f\u2028-\u202f\u3000\ufeff]")
_INNER_SPACE = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?\.?")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\]")
_CLEAN = re.compile(  # most addresses
    r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9/._~-]*(?:\?[A-Za-z0-9/._~=&-]+)?"
)
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "/:?#[]@!$&()*+,;=-._~%|"
_WWW = re.compile(r"www\.[\w.-]+(?:/|\Z)", re.IGNORECASE)


def clean_url(raw: str, *, base: str = "") -> str:
    """Return an absolute http(s) address without credentials; "" if invalid."""
    if len(raw) <= MAX_URL and _CLEAN.fullmatch(raw):
        return raw
    text = _INNER_SPACE.sub("", raw[: 4 * MAX_URL]).strip(" \xa0\u3000").replace("\\", "/")
    if not text:
        return ""
    if _WWW.match(text):
        text = f"http://{text}"
    try:
        parts = urlsplit(urljoin(base, text.replace("&amp;", "&")))
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        return ""
    if port is not None and port != _DEFAULT_PORTS[parts.scheme.lower()]:
        host = f"{host}:{port}"
    url = urlunsplit(
        (parts.scheme.lower(), host, *map(_quote, (parts.path, parts.query, parts.fragment)))
    )
    return url if len(url) <= MAX_URL else ""


def _quote(part: str) -> str:
    text = _LONE_PERCENT.sub("%25", part)
    return quote(text.encode("utf-8", "replace"), safe=_SAFE)


def _host(name: str) -> str:
    if ":" in name:
        name = f"[{name.lower()}]"
        return name if _IPV6.fullmatch(name) else ""
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    name = name.lower()
    return name if _HOST.fullmatch(name) else ""


# ---------------------------------------------------------------- identity of a page

_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp|edition|touch)\.(?=[^.]+\.[^.]+)")
_INDEX_FILE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_AMP_TAIL = re.compile(r"(?:/amp/?|\.amp)$", re.IGNORECASE)
_SCRIPT = re.compile(r"\.(?:php|aspx?|jsp|cgi|ac|sml|do|cfm|pl)$", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[A-Za-z]{1,7}$")
_WORD_BREAKS = re.compile(r"[\W_]+")
_HYPHENS = re.compile(r"-+")  # unlike underscores, which file names of scripts contain
_LONG_RUN = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]{8,}")  # a headline; section names are shorter
_DIGITS = re.compile(r"\d{6,}")
_MIN_SLUG_WORDS = 3
_MIN_SCRIPT_WORDS = 5  # a script's file name may have four: kt-article-display-1.asp

_TRACKERS = frozenset(
    [
        "fbclid",
        "gclid",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "igshid",
        "mc_cid",
        "mc_eid",
        "ocid",
        "ncid",
        "wpisrc",
        "wprss",
        "smid",
        "smtyp",
        "xtor",
        "cmpid",
        "icid",
        "oref",
        "iid",
        "ito",
        "ftag",
        "feedtype",
        "feedname",
        "rss",
        "feed",
        "partner",
        "ref_src",
        "ref_url",
        "refsrc",
        "cmp",
        "cmp_id",
        "spref",
        "trk",
        "mkt_tok",
        "_hsenc",
        "_hsmi",
        "vero_id",
        "oly_enc_id",
        "oly_anon_id",
        "ns_mchannel",
        "taid",
        "soc_src",
        "soc_trk",
        "__twitter_impression",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "traffic_source",
        "sr_share",
        "from_rss",
        "ex_cid",
        "ana",
        "assetid",
        "smprod",
        "intcid",
    ]
)
_TRACKER_PREFIXES = ("utm_", "at_", "ns_", "hsa_", "pk_", "mtm_", "piwik_", "ga_", "_ga")
_CONTENT_KEYS = frozenset(
    [
        "id",
        "p",
        "page",
        "article",
        "articleid",
        "article_id",
        "articlekey",
        "artid",
        "aid",
        "story",
        "storyid",
        "story_id",
        "sid",
        "nid",
        "newsid",
        "news_id",
        "oid",
        "v",
        "docid",
        "doc_id",
        "itemid",
        "item_id",
        "pid",
        "postid",
        "post_id",
        "uuid",
        "guid",
        "idx",
        "no",
        "num",
        "key",
        "q",
        "s",
        "sc_id",
        "aidx",
        "ar_id",
        "idxno",
        "sku",
    ]
)
# Parameters of an article named by its path: all of its pages, or the time of its version.
_PART = re.compile(r"page=(?:all|1)|v=\d{9,}", re.IGNORECASE)
# Sites whose pages are identified by these keys of the query only.
_PUBLISHER_KEYS: dict[str, frozenset[str]] = {
    "youtube.com": frozenset({"v"}),
    "news.google.com": frozenset(),
    "news.naver.com": frozenset({"oid", "aid", "article_id", "office_id"}),
}


def canonical_url(url: str) -> str:
    """Return a key that is equal for all addresses of a page; "" if there is no host.

    Never fetch or show the key. If the path alone names the article, all other parameters are
    dropped, otherwise only known tracking parameters.
    """
    text = _SPACE.sub("", url).replace("&amp;", "&").replace("&amp;", "&")
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    host = _normalize_host(host)
    if port is not None and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    path = _normalize_path(parts.path)
    is_path_sufficient = _path_identifies(path)
    query = _normalize_query(parts.query, host=host, is_path_sufficient=is_path_sufficient)
    fragment = "" if is_path_sufficient or query else _normalize_fragment(parts)
    return host + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def names_article(canonical: str) -> bool:
    """Return True if a canonical address names one article.

    An address such as `site.example/news` does not: some feeds use it for each of their entries.
    """
    parts = urlsplit(f"//{canonical}")
    path = unquote(parts.path)
    has_number = any(character.isdigit() for character in path)
    is_named = has_number or _path_identifies(path) or _LONG_RUN.search(path)
    return bool(parts.query or parts.fragment or is_named)


def _normalize_host(host: str) -> str:
    host = host.lower()
    while (folded := _HOST_PREFIX.sub("", host)) != host:
        host = folded
    return host


def _normalize_path(path: str) -> str:
    path = re.sub(r"/{2,}", "/", path)
    while True:
        folded = _INDEX_FILE.sub("", _AMP_TAIL.sub("", path.rstrip("/")))
        if folded == path:
            return path
        path = folded


def _path_identifies(path: str) -> bool:
    """Return True if the path alone names one article, by a slug or a long number."""
    *folders, last = path.split("/")
    if _SCRIPT.search(last):
        return _script_identifies(folders, _EXTENSION.sub("", last))
    names = [*folders, _EXTENSION.sub("", last)]
    return any(
        _DIGITS.search(name) or len(_words(_WORD_BREAKS, name)) >= _MIN_SLUG_WORDS for name in names
    )


def _script_identifies(folders: list[str], name: str) -> bool:
    """Return True if the path of a script names an article: `/2340284/ships-cross-strait.aspx`."""
    words = len(_words(_HYPHENS, name))
    is_numbered = any(_DIGITS.search(folder) for folder in folders)
    return (
        _DIGITS.search(name) is not None
        or words >= _MIN_SCRIPT_WORDS
        or (is_numbered and words >= _MIN_SLUG_WORDS)
    )


def _words(separators: re.Pattern[str], name: str) -> list[str]:
    return [word for word in separators.split(name) if word]


def _normalize_query(query: str, *, host: str, is_path_sufficient: bool) -> str:
    only = _PUBLISHER_KEYS.get(host)
    pairs = [pair for pair in query.split("&") if pair]
    if only is not None and any(pair.partition("=")[0] in only for pair in pairs):
        return "&".join(sorted(pair for pair in pairs if pair.partition("=")[0] in only))
    kept = [pair for pair in pairs if _is_kept(pair, is_path_sufficient=is_path_sufficient)]
    return "&".join(sorted(kept))


def _is_kept(pair: str, *, is_path_sufficient: bool) -> bool:
    key = pair.partition("=")[0].lower()
    if key in _TRACKERS or key.startswith(_TRACKER_PREFIXES):
        return False
    return not is_path_sufficient or (key in _CONTENT_KEYS and not _PART.fullmatch(pair))


def _normalize_fragment(parts: SplitResult) -> str:
    return "" if "=" in parts.fragment and "utm_" in parts.fragment else parts.fragment
