"""Splits an expression into tokens; neighboring bare words become one phrase."""

import difflib
import re
from dataclasses import dataclass

from straitwatch.core.query.mistake import Mistake
from straitwatch.core.query.nodes import ABOUT, FIELDS, NEAR_OPERATOR, Mode, Phrase, SetRef
from straitwatch.core.query.phrases import check_bare, check_pattern, read_phrase, read_word

MAX_WORDS_APART = 200

_TOKEN = re.compile(r'\s*(?:(?P<paren>[()])|(?P<quote>[=~]?")|(?P<word>[^\s()"]+))')
_FIELD = re.compile(r"(?P<name>[A-Za-z_]+):(?!//)")
SET_NAME = re.compile(r"\$(?P<name>[\w-]*)")
_FIELD_WORDS = {"headline": "title", "heading": "title", "lead": "summary", "content": "body"}
_FIELD_WORDS |= {"description": "summary", "text": "body"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # "(", ")", "field", "set", "and", "or", "not", "near", "phrase", "end"
    offset: int
    text: str
    value: Phrase | None = None


def read_set(text: str, offset: int) -> SetRef:
    found = SET_NAME.fullmatch(text)
    if not found or not found["name"]:
        raise Mistake(
            offset, f"{text} is not the name of a term set", "write $ and its name: $taiwan"
        )
    return SetRef(found["name"], offset)


def tokenize(text: str) -> list[Token]:
    tokens: list[Token] = []
    run: list[tuple[int, str]] = []  # neighboring bare words: one phrase
    at = 0
    while found := _TOKEN.match(text, at):
        start = found.end() - len(found[found.lastgroup or 0])
        at = found.end()
        if found["quote"]:
            _close(run, tokens)
            at = _quoted(text, start, found["quote"], tokens)
        elif found["paren"]:
            _close(run, tokens)
            tokens.append(Token(found["paren"], start, found["paren"]))
        else:
            _bare(found["word"], start, run, tokens)
    _close(run, tokens)
    tokens.append(Token("end", len(text), ""))
    return tokens


def _close(run: list[tuple[int, str]], tokens: list[Token]) -> None:
    if not run:
        return
    start = run[0][0]
    joined = " ".join(text for _, text in run)
    check_pattern(joined, start)
    for offset, text in run:
        check_bare(text, offset)
    words = tuple(read_word(text, offset, Mode.PLAIN) for offset, text in run)
    for (offset, text), word in zip(run[:-1], words[:-1], strict=True):
        if word.is_prefix:
            raise Mistake(
                offset,
                f"{text}: only the last word of a phrase may end in *",
                f"write {text} BEFORE/0 and the rest",
            )
    tokens.append(Token("phrase", start, joined, Phrase(words)))
    run.clear()


def _quoted(text: str, start: int, quote: str, tokens: list[Token]) -> int:
    opened = start + len(quote)
    end = text.find('"', opened)
    if end < 0:
        raise Mistake(start, 'a " is never closed', 'add the closing "')
    mode = Mode(quote.removesuffix('"'))
    phrase = read_phrase(text[opened:end], opened, mode=mode)
    tokens.append(Token("phrase", start, text[start : end + 1], phrase))
    return end + 1


def _bare(word: str, start: int, run: list[tuple[int, str]], tokens: list[Token]) -> None:
    if word in {"AND", "OR", "NOT"}:
        _close(run, tokens)
        tokens.append(Token(word.lower(), start, word))
        return
    if NEAR_OPERATOR.fullmatch(word):
        _close(run, tokens)
        _check_reach(word, start)
        tokens.append(Token("near", start, word))
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
        read_set(word, start)
        tokens.append(Token("set", start, word))
        return
    run.append((start, word))


def _check_reach(word: str, start: int) -> None:
    reach = word.partition("/")[2]
    if word.startswith("BEFORE") and reach == "S":
        raise Mistake(start, "BEFORE/S does not exist", "write NEAR/S, or BEFORE/ and a number")
    if reach != "S" and int(reach) > MAX_WORDS_APART:
        raise Mistake(
            start, f"{word} is too far: at most {MAX_WORDS_APART} words", "write AND instead"
        )


def _field(name: str, start: int) -> Token:
    if name in FIELDS or name == ABOUT:
        return Token("field", start, f"{name}:")
    known = (*FIELDS, ABOUT, *_FIELD_WORDS)
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    wanted = _FIELD_WORDS.get(close[0], close[0]) if close else ""
    message = f"unknown field {name}: (the fields are title: summary: body: about:)"
    if wanted:
        raise Mistake(start, message, f"did you mean {wanted}: ?")
    raise Mistake(start, message, literal=f"{name}:...")
