"""Strategies for feed documents with the constructs that parsers treat differently."""

from hypothesis import strategies as st

WORDS = (
    "Drills near the strait",
    "Учения у пролива",
    "海峽軍演",
    "A &amp; B",
    "x &lt;b&gt;y&lt;/b&gt; z",
    "",
)
_IDS = ("1", "2", "3", "http://h.example/a-long-name-4", "tag:h.example,2026:5")
_LINKS = ("http://h.example/2026/11/23/one-two-three", "/4444444", "//o.example/a-b-c-d", "story-9?x=1&amp;y=2", "http://h.example/")  # fmt: skip
_DATES = ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00+08:00", "yesterday")

RSS_HEADS = (
    '<rss version="2.0"><channel><title>Desk</title><link>http://h.example/</link>',
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel xml:lang="ru">',
    '<rss version="2.0" xml:base="http://base.example/x/"><channel><language>en</language>',
    '<!DOCTYPE rss [<!ENTITY n "name">]><rss version="0.91"><channel>',
)
ATOM_HEADS = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Desk</title><link href="http://h.example/"/>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-Hant" xml:base="/b/">',
)
_TEXT = st.sampled_from(WORDS)


def _element(
    name: str, text: st.SearchStrategy[str], attributes: str = ""
) -> st.SearchStrategy[str]:
    return text.map(lambda value: f"<{name}{attributes}>{value}</{name}>")


_CDATA = _TEXT.map(lambda text: f"<![CDATA[<p>{text}</p> <item> & ]]>")
_COMMENTED = _TEXT.map(lambda text: f"{text}<!-- </item> <entry> -->{text}<?pi item?>")
_MARKUP = _TEXT | _CDATA | _COMMENTED

RSS_FIELDS = st.one_of(
    _element("title", _MARKUP),
    _element("link", st.sampled_from(_LINKS)),
    _element("guid", st.sampled_from(_IDS)),
    _element("guid", st.sampled_from(_IDS), ' isPermaLink="false"'),
    _element("description", _MARKUP),
    _element("pubDate", st.sampled_from(_DATES)),
    _element("author", st.sampled_from(("a@h.example (Ann)", "Ann", "x" * 600))),
    _element("category", _TEXT),
    _element("source", _TEXT, ' url="http://o.example/"'),
    _element("m:text", _TEXT, ' xmlns:m="http://search.yahoo.com/mrss/"'),
    _element("c:encoded", _CDATA, ' xmlns:c="http://purl.org/rss/1.0/modules/content/"'),
    _element("link", st.just("here"), ' xml:base="http://o.example/deep/"'),
    st.just('<enclosure url="/e.mp3" type="audio/mpeg" length="1"/>'),
    st.just("<image><url>http://h.example/i.png</url><title>i</title></image>"),
)
ATOM_FIELDS = st.one_of(
    _element("title", _MARKUP, ' type="html"'),
    _element("title", _TEXT, ' xml:lang="de"'),
    _element("id", st.sampled_from(_IDS)),
    _element("summary", _MARKUP),
    _element("updated", st.sampled_from(_DATES)),
    _element("content", st.just('<div xmlns="http://www.w3.org/1999/xhtml">a<br/>b</div>'), ' type="xhtml"'),
    _element("author", _TEXT.map(lambda name: f"<name>{name}</name>")),
    _element("source", _TEXT.map(lambda name: f"<title>{name}</title><id>s</id>")),
    st.sampled_from(_LINKS).map(lambda link: f'<link href="{link}"/>'),
    st.sampled_from(_LINKS).map(lambda link: f'<link xml:base="http://o.example/" href="{link}"/>'),
)  # fmt: skip


def _entries(name: str, fields: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    tag = st.sampled_from((f"<{name}>", f'<{name} xml:lang="fr">', f'<{name} xml:base="/q/">'))
    inner = st.lists(fields, max_size=6).map("".join)
    entry = st.builds(lambda tag, inner: f"{tag}{inner}</{name}>", tag, inner)
    return st.lists(entry, max_size=6)


RSS_ENTRIES = _entries("item", RSS_FIELDS)
ATOM_ENTRIES = _entries("entry", ATOM_FIELDS)


def rss(head: str, entries: list[str]) -> str:
    return f"{head}\n" + "\n".join(entries) + "\n</channel></rss>"


def atom(head: str, entries: list[str]) -> str:
    return f"{head}\n" + "\n".join(entries) + "\n</feed>"


DOCUMENTS = st.builds(rss, st.sampled_from(RSS_HEADS), RSS_ENTRIES) | st.builds(
    atom, st.sampled_from(ATOM_HEADS), ATOM_ENTRIES
)
