"""Parses a query by recursive descent, written by hand for precise error messages.

expr   = or | and | unary               AND and OR are never mixed without ( )
unary  = "NOT" unary | near
near   = item [("NEAR/"N | "NEAR/S" | "BEFORE/"N) item]         not chainable
item   = ["title:" | "summary:" | "body:"] ( "(" expr ")" | $set | phrase ) | "about:" $set
phrase = word+ | '"' word+ '"'           word = [~ or =] text [*]
"""

import re

from straitwatch.core.model import Problem, Sourced
from straitwatch.core.query.mistake import Mistake
from straitwatch.core.query.nodes import (
    ABOUT,
    NEAR_OPERATOR,
    And,
    In,
    Mode,
    Near,
    Not,
    Or,
    Phrase,
    Query,
    SetRef,
)
from straitwatch.core.query.phrases import check_habits, check_pattern, read_phrase
from straitwatch.core.query.tokens import SET_NAME, Token, read_set, tokenize

MAX_DEPTH = 40  # nested parentheses

_JOINT = re.compile(
    r"(?<!\S)(AND|OR|NOT|(?:NEAR|BEFORE|ADJ)(?:[/\\:_-]?\d+|/\S+)|(?:near|before|Near|Before)/\S+)(?!\S)"
)


def parse_query(text: Sourced) -> Query | Problem:
    """Parse the expression of a rule, or return its first mistake."""
    try:
        return _Parser(text.text).parse()
    except Mistake as mistake:
        return mistake.as_problem(text)


def parse_term(text: Sourced) -> Phrase | SetRef | Problem:
    """Parse one entry of a term set: a phrase or another `$set`, without operators."""
    stripped = text.text.strip()
    lead = len(text.text) - len(text.text.lstrip())
    try:
        if stripped.startswith("$"):
            return read_set(stripped, lead)
        return _read_term(stripped, lead)
    except Mistake as mistake:
        return mistake.as_problem(text)


def named_sets(text: str) -> set[str]:
    """Return the names of the term sets in an expression, even if it has mistakes."""
    return {found["name"] for found in SET_NAME.finditer(text)}


def _read_term(text: str, offset: int) -> Phrase:
    quoted = re.fullmatch(r'([=~]?)"([^"]*)"', text)
    if quoted:
        return read_phrase(quoted[2], offset, mode=Mode(quoted[1]))
    if '"' in text:
        raise Mistake(
            offset + text.index('"'), 'a " inside a term', "a term needs no quotation marks"
        )
    joint = _JOINT.search(text)
    if joint:
        raise Mistake(
            offset + joint.start(),
            f"{joint[1]} in a term set: a set holds phrases, one per entry",
            "write two entries, or move the expression to a rule of a watch-list",
        )
    check_pattern(text, offset)
    for word in re.finditer(r"\S+", text):
        check_habits(word[0], offset + word.start())
    return read_phrase(text, offset)


class _Parser:
    """One pass over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._tokens = tokenize(text)

    def parse(self) -> Query:
        if self._peek().kind == "end":
            raise Mistake(0, "the expression is empty", "write a phrase, or delete the line")
        query = self._expression()
        self._finish()
        if _holds_on_nothing(query):
            raise Mistake(
                max(self._text.find("NOT"), 0),
                "NOT alone: this matches every text without it",
                "add a phrase that must appear: $taiwan AND NOT earthquake",
            )
        return query

    def _finish(self) -> None:
        token = self._peek()
        if token.kind == ")":
            raise Mistake(token.offset, "a ) without its (", "delete it, or add the missing (")
        if token.kind != "end":
            raise self._unjoined(token)

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _expression(self) -> Query:
        parts = [self._unary()]
        joint = ""
        while self._peek().kind in {"and", "or"}:
            token = self._next()
            if joint and token.kind != joint:
                raise Mistake(
                    token.offset,
                    "AND and OR are mixed without parentheses",
                    "write (a OR b) AND c, or a OR (b AND c)",
                )
            joint = token.kind
            parts.append(self._unary())
        if not joint:
            return parts[0]
        return And(tuple(parts)) if joint == "and" else Or(tuple(parts))

    def _unary(self) -> Query:
        nots = 0
        while self._peek().kind == "not":
            self._next()
            nots += 1
        query = self._near()
        for _ in range(nots):
            query = Not(query)
        return query

    def _near(self) -> Query:
        start = self._peek().offset
        left = self._item()
        if self._peek().kind != "near":
            return left
        token = self._next()
        after = self._peek().offset
        right = self._item()
        if self._peek().kind == "near":
            raise Mistake(
                self._peek().offset,
                f"{self._peek().text} follows another {token.text}: they cannot be chained",
                "join two pairs: a NEAR/5 b AND b NEAR/5 c",
            )
        for operand, offset in ((left, start), (right, after)):
            _check_operand(operand, offset, token.text)
        found = NEAR_OPERATOR.fullmatch(token.text)
        assert found is not None  # noqa: S101 - the tokenizer checked it
        words = None if found["reach"] == "S" else int(found["reach"])
        return Near(left, right, words, found["name"] == "BEFORE")

    def _item(self) -> Query:
        token = self._next()
        match token.kind:
            case "field":
                if self._peek().kind == "field":
                    raise Mistake(
                        self._peek().offset, f"{token.text} and {self._peek().text} in a row", ""
                    )
                return self._in(token)
            case "(":
                return self._group(token)
            case "set":
                return SetRef(token.text[1:], token.offset)
            case "phrase":
                return self._phrase(token)
            case _:
                raise self._missing(token)

    def _in(self, token: Token) -> Query:
        field, inner = token.text.removesuffix(":"), self._item()
        if field == ABOUT and not isinstance(inner, SetRef):
            message = "about: takes the name of a term set"
            raise Mistake(token.offset, message, "write about:$taiwan")
        return In(field, inner)

    def _phrase(self, token: Token) -> Query:
        assert token.value is not None  # noqa: S101 - the tokenizer checked it
        return token.value

    def _group(self, opening: Token) -> Query:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Mistake(opening.offset, f"more than {MAX_DEPTH} parentheses deep", "use $sets")
        if self._peek().kind == ")":
            raise Mistake(opening.offset, "nothing between ( and )", "delete them")
        query = self._expression()
        token = self._next()
        if token.kind == "end":
            raise Mistake(opening.offset, "a missing ): this ( is never closed", "add the )")
        if token.kind != ")":
            raise self._unjoined(token)
        self._depth -= 1
        return query

    def _missing(self, token: Token) -> Mistake:
        before = self._tokens[self._at - 2].text if self._at > 1 else ""
        if token.kind == "end":
            return Mistake(
                len(self._text.rstrip()), f"something is missing after {before}", "finish it"
            )
        where = f"between {before} and {token.text}" if before else f"before {token.text}"
        return Mistake(token.offset, f"something is missing {where}", "add a phrase or a $set")

    def _unjoined(self, token: Token) -> Mistake:
        before = self._tokens[self._at - 1].text or "it"
        return Mistake(
            token.offset,
            f"AND or OR is missing before {token.text}",
            f"write {before} AND {token.text}",
        )


def _check_operand(operand: Query, offset: int, operator: str) -> None:
    inner = operand.query if isinstance(operand, In) else operand
    parts = inner.parts if isinstance(inner, Or) else (inner,)
    for part in parts:
        if isinstance(part, Or | In):
            _check_operand(part, offset, operator)
        elif not isinstance(part, Phrase | SetRef):
            raise Mistake(
                offset,
                f"{operator} takes a phrase, a $set or (... OR ...) on each side",
                "join the rest outside: a NEAR/5 b AND c",
            )


def _holds_on_nothing(query: Query) -> bool:
    match query:
        case And(parts):
            return all(map(_holds_on_nothing, parts))
        case Or(parts):
            return any(map(_holds_on_nothing, parts))
        case Not(inner):
            return not _holds_on_nothing(inner)
        case In(_, inner):
            return _holds_on_nothing(inner)
        case _:
            return False
