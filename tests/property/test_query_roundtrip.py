"""A written query is read back unchanged."""

from hypothesis import given
from hypothesis import strategies as st

from straitwatch.core.model import Problem, Sourced
from straitwatch.core.query import (
    And,
    In,
    Mode,
    Near,
    Not,
    Or,
    Phrase,
    Query,
    SetRef,
    Word,
    parse_query,
)

texts = st.one_of(
    st.text("abcdefgxyzäжї台대ABC0123-.'", min_size=1, max_size=8).filter(
        lambda text: any(map(str.isalnum, text))
    ),
    st.sampled_from(["and", "AND", "OR", "not", "near/5", "(x)", "title:x", "$x", "-x", "12:30"]),
)
words = st.builds(Word, texts, st.sampled_from(Mode))
prefixes = st.builds(
    Word, st.text("abcdж", min_size=4, max_size=8), st.just(Mode.PLAIN), st.just(True)
)
phrases = st.builds(
    lambda first, last: Phrase((*first, last)), st.lists(words, max_size=2), words | prefixes
)
leaves = phrases | st.builds(SetRef, st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True))
sides = leaves | st.builds(lambda parts: Or(tuple(parts)), st.lists(leaves, min_size=2, max_size=3))
nears = st.builds(
    lambda left, right, words, ordered: Near(left, right, words, ordered and words is not None),
    sides,
    sides,
    st.none() | st.integers(0, 200),
    st.booleans(),
)


def _deeper(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Or, several),
        st.builds(lambda first, rest: And((*first, Not(rest))), several, inner),
        st.builds(And, several),
        st.builds(In, st.sampled_from(["title", "summary", "body"]), leaves),
    )


queries = st.recursive(leaves | nears, _deeper, max_leaves=8)


@given(queries)
def test_written_query_is_read_back_unchanged(query: Query) -> None:
    assert parse_query(Sourced(text=str(query))) == query


@given(st.text())
def test_any_text_is_a_query_or_a_problem(text: str) -> None:
    result = parse_query(Sourced(text=text))

    if not isinstance(result, Problem):
        assert parse_query(Sourced(text=str(result))) == result


@given(st.text('ab ()"$:*=~ANDORTNE/5SW title'))
def test_text_that_looks_like_a_query_never_breaks_the_reader(text: str) -> None:
    parse_query(Sourced(text=text))
