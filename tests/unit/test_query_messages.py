"""Each mistake in an expression gets a message of its own, at the right column, with a way out."""

import pytest

from straitwatch.core.model import Position, Problem, Sourced
from straitwatch.core.query import find_doubts, parse_query, parse_term

AT = Position(file="config/watchlists/x.yaml", line=41, column=10)


def problem_in(text: str, *, column_is_exact: bool = True) -> Problem:
    problem = parse_query(Sourced(text=text, position=AT, column_is_exact=column_is_exact))
    assert isinstance(problem, Problem), str(problem)
    return problem


@pytest.mark.parametrize(
    ("text", "offset", "message", "hint"),
    [
        ("China and Russia", 6, "and in lower case", "write AND"),
        ("China near/5 Russia", 6, "near/5 is not an operator", "NEAR/5"),
        ("China w/5 Russia", 6, "w/5 is not an operator", "NEAR/5"),
        ("China NEAR Russia", 6, "NEAR is not an operator", "NEAR/5"),
        ("“China”", 0, "curly quotation mark", "straight"),
        ('"China', 0, "never closed", "closing"),
        ("'China Russia'", 0, "single quotation mark", "double"),
        ("(China OR Russia", 0, "missing )", "add the )"),
        ("China OR Russia)", 15, "a ) without its (", "delete"),
        ("China AND Russia OR Iran", 17, "mixed without parentheses", "(a OR b) AND c"),
        ("China NEAR/5 Russia NEAR/5 Iran", 20, "cannot be chained", "AND b NEAR/5 c"),
        ("(China AND Iran) NEAR/5 Russia", 0, "takes a phrase", "outside"),
        ("", 0, "the expression is empty", "delete the line"),
        ("   ", 0, "the expression is empty", "delete the line"),
        ("us*", 0, "too short", "write the words out"),
        ("inva*de", 4, "can only end a word", ""),
        ("invad* Taiwan", 0, "last word of a phrase", "BEFORE/0"),
        ("NOT China", 0, "NOT alone", "AND NOT"),
        ("China OR NOT Russia", 9, "NOT alone", "AND NOT"),
        ("China AND", 9, "something is missing after AND", "finish"),
        ("OR China", 0, "something is missing before OR", "add"),
        ("China AND OR Russia", 10, "something is missing between AND and OR", "add"),
        ("China (Russia)", 6, "AND or OR is missing before (", "China AND ("),
        ("titel:China", 0, "unknown field titel:", "did you mean title:"),
        ("China title:Russia", 6, "AND or OR is missing before title:", "China AND title:"),
        ("China && Russia", 6, "&& is not an operator", "write AND or OR"),
        ("China -Russia", 6, "+ and - are not operators", "AND NOT Russia"),
        ("!China", 0, "! is not an operator", "NOT China"),
        ("$", 0, "not the name of a term set", "$taiwan"),
        ("China BEFORE/S Russia", 6, "BEFORE/S does not exist", "NEAR/S"),
        ("China NEAR/9999 Russia", 6, "too far", "AND"),
        ("China AND ,", 10, "no letter or digit", "delete"),
        ("()", 0, "nothing between ( and )", "delete"),
        ("headline:China", 0, "unknown field headline:", "did you mean title:"),
        ("/China/", 0, "looks like a regular expression", "word*"),
        ("colou?r", 0, "looks like a regular expression", "write the words out"),
        ("[Cc]hina", 0, "looks like a regular expression", "write the words out"),
        ("China AND Russia.*", 10, "looks like a regular expression", "word*"),
        ("China|Russia", 5, "| is not an operator", "OR"),
        ("Taiwan^3", 6, "has no weight", "signals"),
        ("台灣 ＡＮＤ 軍演", 3, "full-width letters", "write AND"),
        ("China ADJ Russia", 6, "ADJ is not an operator", "NEAR/5"),
        ("台灣 ＡＮＤ 中線", 3, "full-width letters", "write AND"),
        ("台灣 ＮＥＡＲ／５ 軍演", 3, "full-width letters", "write NEAR/5"),
        ("title：台灣", 5, "full-width character", "write :"),
        ("＄taiwan AND 軍演", 0, "full-width character", "write $"),
        ("封鎖＊", 2, "full-width character", "write *"),
        ("（台灣 OR 台海） AND 軍演", 0, "full-width parenthesis", "write ("),
        ("China Or Russia", 6, "Or in small letters", "write OR"),
        ("China NEAR5 Russia", 6, "NEAR5 is not an operator", "NEAR/5"),
        ("China near-3 Russia", 6, "near-3 is not an operator", "NEAR/5"),
        ("China Within_4 Russia", 6, "Within_4 is not an operator", "NEAR/5"),
        ("/joint drill/", 0, "looks like a regular expression", "word*"),
        ("^China AND Russia", 0, "looks like a regular expression", "word*"),
        ("naval drill$", 0, "looks like a regular expression", "word*"),
        ("drills{1,2}", 0, "looks like a regular expression", "word*"),
    ],
)
def test_mistake_is_reported_at_its_place(text: str, offset: int, message: str, hint: str) -> None:
    problem = problem_in(text)

    assert message in problem.message
    assert hint in problem.hint
    assert problem.position is not None
    assert problem.position.column == AT.column + offset
    assert problem.excerpt == text


def test_folded_scalar_names_the_character_instead_of_a_wrong_column() -> None:
    problem = problem_in("China and Russia", column_is_exact=False)

    assert problem.position == AT
    assert "at character 7" in problem.message


def test_parentheses_without_end_do_not_break_the_reader() -> None:
    assert "deep" in problem_in("(" * 5000 + "x" + ")" * 5000).message


def test_quotes_protect_words_that_look_like_operators() -> None:
    query = parse_query(Sourced(text='"Trinidad and Tobago"'))

    assert str(query) == '"Trinidad and Tobago"'


def test_term_may_hold_words_that_are_operators_elsewhere() -> None:
    assert str(parse_term(Sourced(text="Trinidad and Tobago"))) == '"Trinidad and Tobago"'


def test_expression_in_a_term_set_is_refused() -> None:
    problem = parse_term(Sourced(text="China AND Russia", position=AT))

    assert isinstance(problem, Problem)
    assert "a set holds phrases" in problem.message


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("China NEAR5 Russia", 6, "NEAR5 in a term set"),
        ("China near/5 Russia", 6, "near/5 in a term set"),
        ("/naval drills?/", 0, "looks like a regular expression"),
        ("colou?r guard", 0, "looks like a regular expression"),
        ("China|Russia", 5, "| is not an operator"),
    ],
)
def test_habit_in_a_term_set_is_refused(text: str, offset: int, message: str) -> None:
    problem = parse_term(Sourced(text=text, position=AT))

    assert isinstance(problem, Problem)
    assert message in problem.message
    assert problem.position is not None
    assert problem.position.column == AT.column + offset


@pytest.mark.parametrize(
    ("text", "mark", "is_rule"),
    [
        ("海軍、空軍", "、", False),
        ("海軍，空軍", "，", False),
        ("海軍；空軍", "；", True),
        ("海軍/空軍", "/", False),
        ("navy, army", ",", False),
        ("navy,army", ",", True),
        ("navy; army", ";", False),
        ("navy / army", "/", False),
        ("navy Or army", "Or", False),
        ("海軍\u3000空軍", "a full-width space", False),
    ],
)
def test_possible_separator_is_reported_with_its_place(text: str, mark: str, is_rule: bool) -> None:
    (doubt,) = find_doubts(Sourced(text=text, position=AT), is_rule=is_rule)

    assert doubt.message.startswith(mark)
    assert doubt.is_warning
    assert doubt.position is not None
    assert doubt.position.column == AT.column + text.index("\u3000" if "space" in mark else mark)


@pytest.mark.parametrize(
    "text",
    ["1,000 ships", '"Lima, Peru" AND drill', "China/Russia", "F-16C/D", "U.S. Navy", "nears"],
)
def test_other_marks_are_not_separators(text: str) -> None:
    assert list(find_doubts(Sourced(text=text), is_rule=True)) == []
    assert not isinstance(parse_query(Sourced(text=text)), Problem)


@pytest.mark.parametrize(
    ("text", "is_quoted", "wanted"),
    [
        ("Kinmen and Matsu", False, "'\"... and ...\"'"),  # YAML takes one pair of marks away
        ("Kinmen and Matsu", True, "'\"... and ...\"'"),
        ("$taiwan AND Kinmen and Matsu", False, ': "... and ..."'),
        ("$taiwan AND Kinmen and Matsu", True, 'inside the outer ones: "... and ..."'),
        ("foo:bar", True, "'\"foo:...\"'"),
        ("台灣（Taiwan）", True, "'\"...\"'"),
    ],
)
def test_hint_shows_the_quotation_marks_that_the_file_needs(
    text: str, is_quoted: bool, wanted: str
) -> None:
    problem = parse_query(Sourced(text=text, position=AT, is_quoted=is_quoted))

    assert isinstance(problem, Problem)
    assert problem.hint.endswith(wanted)


def test_quoted_term_in_a_rule_has_a_hint_with_both_kinds_of_marks() -> None:
    (doubt,) = find_doubts(Sourced(text="navy, army", position=AT, is_quoted=True), is_rule=True)

    assert doubt.hint.endswith("put both kinds of quotation marks around it: '\"...\"'")
