"""Read a query: a hand-written recursive descent, because every mistake deserves its own message.

expr   = or | and | unary               AND and OR are never mixed without ( )
unary  = "NOT" unary | near
near   = item [("NEAR/"N | "NEAR/S" | "BEFORE/"N) item]         not chainable
item   = ["title:" | "summary:" | "body:"] ( "(" expr ")" | $set | phrase ) | "about:" $set
phrase = word+ | '"' word+ '"'           word = [~ or =] text [*]
"""

import difflib
import re
import unicodedata
from dataclasses import dataclass

from straitwatch.core.model import Problem, Sourced
from straitwatch.core.query.habits import LOOSE_NEAR, PATTERN, SPELLED_OPERATORS
from straitwatch.core.query.nodes import (
    ABOUT,
    FIELDS,
    LOWER_OPERATORS,
    NEAR_LIKE,
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
)
from straitwatch.core.query.place import problem_at

MIN_PREFIX = 4  # letters before a `*`; shorter ones match half the dictionary
MIN_PREFIX_HAN = 2
MAX_DEPTH = 40  # parentheses inside parentheses; nobody reads further
MAX_WORDS_APART = 200

_TOKEN = re.compile(r'\s*(?:(?P<paren>[()])|(?P<quote>[=~]?")|(?P<word>[^\s()"]+))')
_SMART = re.compile("[“”„«»「」]")
_FIELD = re.compile(r"(?P<name>[A-Za-z_]+):(?!//)")
_SET = re.compile(r"\$(?P<name>[\w-]*)")
_NEAR = re.compile(r"(?P<name>NEAR|BEFORE)/(?P<reach>\d+|S)")
_DESIGNATION = re.compile(r"[^\W\d_]{1,6}[-\u2010-\u2015]?\d{1,3}")  # F-16, MQ9
_JOINT = re.compile(
    r"(?<!\S)(AND|OR|NOT|(?:NEAR|BEFORE|ADJ)(?:[/\\:_-]?\d+|/\S+)|(?:near|before|Near|Before)/\S+)(?!\S)"
)
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


_NEAR_WORDS = {"NEAR", "BEFORE", "ADJ", "ONEAR"}
_OPERATOR_WORDS = {"AND", "OR", "NOT", "NEAR"}
_WIDE_MARK = re.compile(r"^[＄＝～](?=\w)|(?<=\w)＊$|(?<=^title)：|(?<=^summary)：|(?<=^body)：|＂")
_WIDE_PAREN = re.compile("[（）]")
_FIELD_WORDS = {"headline": "title", "heading": "title", "lead": "summary", "content": "body"}
_FIELD_WORDS |= {"description": "summary", "text": "body"}


class _Mistake(Exception):  # noqa: N818 - it becomes a Problem at the door
    def __init__(self, offset: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.offset, self.message, self.hint = offset, message, hint


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "(", ")", "field", "set", "and", "or", "not", "near", "phrase", "end"
    offset: int
    text: str
    value: Phrase | None = None


def parse_query(text: Sourced) -> Query | Problem:
    """Read a rule's expression, or say what is wrong with it and where."""
    try:
        return _Parser(text.text).parse()
    except _Mistake as mistake:
        return problem_at(text, mistake.offset, mistake.message, hint=mistake.hint)


def parse_term(text: Sourced) -> Phrase | SetRef | Problem:
    """Read one entry of a term set: a phrase or another `$set`; operators mean nothing here."""
    stripped = text.text.strip()
    lead = len(text.text) - len(text.text.lstrip())
    try:
        if stripped.startswith("$"):
            return _read_set(stripped, lead)
        return _read_term(stripped, lead)
    except _Mistake as mistake:
        return problem_at(text, mistake.offset, mistake.message, hint=mistake.hint)


def named_sets(text: str) -> set[str]:
    """Return the names of the term sets in an expression, also in one that cannot be read."""
    return {found["name"] for found in _SET.finditer(text)}


def _read_set(text: str, offset: int) -> SetRef:
    found = _SET.fullmatch(text)
    if not found or not found["name"]:
        raise _Mistake(offset, f"{text} is no name of a term set", "write $ and its name: $taiwan")
    return SetRef(found["name"], offset)


def _read_term(text: str, offset: int) -> Phrase:
    quoted = re.fullmatch(r'([=~]?)"([^"]*)"', text)
    if quoted:
        return _phrase(quoted[2], offset, mode=Mode(quoted[1]))
    if '"' in text:
        raise _Mistake(offset + text.index('"'), 'a " inside a term', "a term needs no quotes")
    joint = _JOINT.search(text)
    if joint:
        raise _Mistake(
            offset + joint.start(),
            f"{joint[1]} in a term set: a set holds phrases, one an entry",
            "write two entries, or move the expression to a rule of a watch-list",
        )
    _check_pattern(text, offset)
    for word in re.finditer(r"\S+", text):
        _check_habits(word[0], offset + word.start())
    return _phrase(text, offset)


def _phrase(text: str, offset: int, *, mode: Mode = Mode.PLAIN) -> Phrase:
    spans = list(re.finditer(r"\S+", text))
    if not spans:
        raise _Mistake(offset, "an empty phrase", "write a word between the quotes, or delete it")
    words = tuple(_word(span[0], offset + span.start(), mode) for span in spans)
    for span, word in zip(spans[:-1], words[:-1], strict=True):
        if word.is_prefix:
            raise _Mistake(
                offset + span.start(),
                f"{span[0]}: a * may end the last word of a phrase only",
                "use BEFORE/0 between two phrases instead",
            )
    return Phrase(words)


def _word(text: str, offset: int, mode: Mode) -> Word:
    smart = _SMART.search(text)
    if smart and smart[0] not in "「」":
        raise _Mistake(
            offset + smart.start(),
            f"a curly quotation mark {smart[0]}",
            'use straight ones: "..."; neighbouring words are a phrase without any',
        )
    bare = text
    if bare[0] in "=~":
        mode, bare = Mode(bare[0]), bare[1:]
    is_prefix = bare.endswith("*")
    bare = bare.removesuffix("*")
    if "*" in bare:
        message = f"{text}: a * can only end a word"
        raise _Mistake(offset + text.index("*"), message, "write the words out")
    if not any(map(str.isalnum, bare)):
        raise _Mistake(offset, f"{text}: there is no letter or digit in it", "delete it")
    if is_prefix:
        _check_prefix(bare, text, offset)
    return Word(bare, mode, is_prefix)


def _check_prefix(bare: str, text: str, offset: int) -> None:
    letters = sum(map(str.isalnum, bare))
    wanted = MIN_PREFIX_HAN if _CJK.search(bare) else MIN_PREFIX
    if letters < wanted and not _DESIGNATION.fullmatch(bare):
        raise _Mistake(
            offset,
            f"{text} is too short: at least {wanted} letters must stand before a *",
            "write the words out, with OR between them",
        )


class _Parser:
    """One pass over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._tokens = list(_tokens(text))

    def parse(self) -> Query:
        if self._peek().kind == "end":
            raise _Mistake(0, "the expression is empty", "write a phrase, or delete the line")
        query = self._expression()
        self._finish()
        if _holds_on_nothing(query):
            raise _Mistake(
                max(self._text.find("NOT"), 0),
                "NOT stands alone: this holds for every text that lacks it",
                "say what you look for first: $taiwan AND NOT earthquake",
            )
        return query

    def _finish(self) -> None:
        token = self._peek()
        if token.kind == ")":
            raise _Mistake(token.offset, "a ) without its (", "delete it, or add the missing (")
        if token.kind != "end":
            raise self._unjoined(token)

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _expression(self) -> Query:
        parts = [self._unary()]
        joint = ""
        while self._peek().kind in {"and", "or"}:
            token = self._next()
            if joint and token.kind != joint:
                raise _Mistake(
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
            raise _Mistake(
                self._peek().offset,
                f"{self._peek().text} follows another {token.text}: they cannot be chained",
                "join two pairs: a NEAR/5 b AND b NEAR/5 c",
            )
        for operand, offset in ((left, start), (right, after)):
            _check_operand(operand, offset, token.text)
        found = _NEAR.fullmatch(token.text)
        assert found is not None  # noqa: S101 - the tokenizer made it
        words = None if found["reach"] == "S" else int(found["reach"])
        return Near(left, right, words, found["name"] == "BEFORE")

    def _item(self) -> Query:
        token = self._next()
        match token.kind:
            case "field":
                if self._peek().kind == "field":
                    raise _Mistake(
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

    def _in(self, token: _Token) -> Query:
        field, inner = token.text.removesuffix(":"), self._item()
        if field == ABOUT and not isinstance(inner, SetRef):
            message = "about: takes the name of a term set"
            raise _Mistake(token.offset, message, "write about:$taiwan")
        return In(field, inner)

    def _phrase(self, token: _Token) -> Query:
        assert token.value is not None  # noqa: S101 - the tokenizer made it
        return token.value

    def _group(self, opening: _Token) -> Query:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Mistake(opening.offset, f"more than {MAX_DEPTH} parentheses deep", "use $sets")
        if self._peek().kind == ")":
            raise _Mistake(opening.offset, "nothing between ( and )", "delete them")
        query = self._expression()
        token = self._next()
        if token.kind == "end":
            raise _Mistake(opening.offset, "a missing ): this ( is never closed", "add the )")
        if token.kind != ")":
            raise self._unjoined(token)
        self._depth -= 1
        return query

    def _missing(self, token: _Token) -> _Mistake:
        before = self._tokens[self._at - 2].text if self._at > 1 else ""
        if token.kind == "end":
            return _Mistake(
                len(self._text.rstrip()), f"something is missing after {before}", "finish it"
            )
        where = f"between {before} and {token.text}" if before else f"before {token.text}"
        return _Mistake(token.offset, f"something is missing {where}", "add a phrase or a $set")

    def _unjoined(self, token: _Token) -> _Mistake:
        before = self._tokens[self._at - 1].text or "it"
        return _Mistake(
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
            raise _Mistake(
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


# ---------------------------------------------------------------- tokens


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    run: list[tuple[int, str]] = []  # neighbouring bare words: one phrase
    at = 0
    while found := _TOKEN.match(text, at):
        start = found.end() - len(found[found.lastgroup or 0])
        at = found.end()
        if found["quote"]:
            _close(run, tokens)
            at = _quoted(text, start, found["quote"], tokens)
        elif found["paren"]:
            _close(run, tokens)
            tokens.append(_Token(found["paren"], start, found["paren"]))
        else:
            _bare(found["word"], start, run, tokens)
    _close(run, tokens)
    tokens.append(_Token("end", len(text), ""))
    return tokens


def _close(run: list[tuple[int, str]], tokens: list[_Token]) -> None:
    if not run:
        return
    start = run[0][0]
    joined = " ".join(text for _, text in run)
    _check_pattern(joined, start)
    for offset, text in run:
        _check_bare(text, offset)
    words = tuple(_word(text, offset, Mode.PLAIN) for offset, text in run)
    for (offset, text), word in zip(run[:-1], words[:-1], strict=True):
        if word.is_prefix:
            raise _Mistake(
                offset,
                f"{text}: a * may end the last word of a phrase only",
                f"write {text} BEFORE/0 and the rest",
            )
    tokens.append(_Token("phrase", start, joined, Phrase(words)))
    run.clear()


def _quoted(text: str, start: int, quote: str, tokens: list[_Token]) -> int:
    opened = start + len(quote)
    end = text.find('"', opened)
    if end < 0:
        raise _Mistake(start, 'a " is never closed', 'add the closing "')
    mode = Mode(quote.removesuffix('"'))
    phrase = _phrase(text[opened:end], opened, mode=mode)
    tokens.append(_Token("phrase", start, text[start : end + 1], phrase))
    return end + 1


def _bare(word: str, start: int, run: list[tuple[int, str]], tokens: list[_Token]) -> None:
    if word in {"AND", "OR", "NOT"}:
        _close(run, tokens)
        tokens.append(_Token(word.lower(), start, word))
        return
    if _NEAR.fullmatch(word):
        _close(run, tokens)
        _check_reach(word, start)
        tokens.append(_Token("near", start, word))
        return
    field = _FIELD.match(word)
    if field and (not run or field["name"] in (*FIELDS, ABOUT)):
        _close(run, tokens)
        tokens.append(_field(field["name"], start))
        rest = word[field.end() :]
        if rest:
            _bare(rest, start + field.end(), run, tokens)
        return
    if word.startswith("$"):
        _close(run, tokens)
        _read_set(word, start)
        tokens.append(_Token("set", start, word))
        return
    run.append((start, word))


def _check_reach(word: str, start: int) -> None:
    reach = word.partition("/")[2]
    if word.startswith("BEFORE") and reach == "S":
        raise _Mistake(start, "BEFORE/S does not exist", "write NEAR/S, or BEFORE/ and a number")
    if reach != "S" and int(reach) > MAX_WORDS_APART:
        raise _Mistake(
            start, f"{word} is too far: at most {MAX_WORDS_APART} words", "write AND instead"
        )


def _field(name: str, start: int) -> _Token:
    if name in FIELDS or name == ABOUT:
        return _Token("field", start, f"{name}:")
    known = (*FIELDS, ABOUT, *_FIELD_WORDS)
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    wanted = _FIELD_WORDS.get(close[0], close[0]) if close else ""
    hint = f"did you mean {wanted}: ?" if wanted else "put it in quotes if you look for that text"
    raise _Mistake(start, f"unknown field {name}: (there are title: summary: body:)", hint)


def _check_bare(text: str, offset: int) -> None:
    if text in LOWER_OPERATORS or text in SPELLED_OPERATORS:
        how = "in lower case" if text.islower() else "in small letters"
        raise _Mistake(
            offset,
            f"{text} {how}: operators are written in capitals",
            f'write {text.upper()}, or put the whole phrase in quotes: "... {text} ..."',
        )
    if text in {"&&", "||", "|", "&", "+"}:
        raise _Mistake(offset, f"{text} is no operator", "write AND or OR")
    if len(text) > 1 and text[0] in "+-" and text[1].isalpha():
        raise _Mistake(offset, f"{text}: no + or - here", f"write AND or AND NOT {text[1:]}")
    if text.startswith("!"):
        raise _Mistake(offset, f"{text}: no ! here", f"write NOT {text[1:]}, or ={text[1:]}")
    if text.startswith("'") and len(text) > 1 and text[1:].isalpha() and "'tis" not in text:
        raise _Mistake(offset, "a single quotation mark", 'use double ones: "..."')
    _check_habits(text, offset)
    if wide := _WIDE_PAREN.search(text):
        plain = unicodedata.normalize("NFKC", wide[0])
        hint = f'write {plain}, or put the text in quotation marks if it is meant: "..."'
        raise _Mistake(offset + wide.start(), f"{wide[0]} is a full-width parenthesis", hint)
    is_near = NEAR_LIKE.fullmatch(text) and ("/" in text or text in _NEAR_WORDS)
    if is_near or LOOSE_NEAR.fullmatch(text):
        raise _Mistake(offset, f"{text} is no operator", "write NEAR/5, NEAR/S or BEFORE/5")


def _check_habits(text: str, offset: int) -> None:
    """Catch what other query languages and input methods accustom people to."""
    narrow = unicodedata.normalize("NFKC", text)
    if narrow != text and (narrow in _OPERATOR_WORDS or _NEAR.fullmatch(narrow)):
        plain = "NEAR/5" if narrow == "NEAR" else narrow
        raise _Mistake(offset, f"{text} in full-width letters is no operator", f"write {plain}")
    if wide := _WIDE_MARK.search(text):
        plain = unicodedata.normalize("NFKC", wide[0])
        message = f"{wide[0]} is a full-width character and has no meaning here"
        raise _Mistake(offset + wide.start(), message, f"write {plain}")
    _check_pattern(text, offset)
    if "|" in text:
        raise _Mistake(offset + text.index("|"), "| is no operator", "write OR between spaces")
    if boost := re.fullmatch(r"(.*\w)\^[0-9.]+", text):
        hint = "use signals: {points: 5, when: ...} for what should weigh more"
        raise _Mistake(offset + len(boost[1]), f"{text}: a term has no weight of its own", hint)


def _check_pattern(text: str, offset: int) -> None:
    if PATTERN.search(text):
        hint = "write the words out: (color OR colour); word* stands for any ending"
        raise _Mistake(offset, f"{text} looks like a regular expression: there are none", hint)
