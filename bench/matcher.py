"""Measures speed, build time and memory of the matcher and of simpler alternatives.

    python bench/matcher.py [--seconds 0.5] [--quick]

Texts consist of invented English-looking words and terms of the shipped lists: short = 57 words
(title and summary), full = 740 words. All engines search for the same terms. Peers that are not
installed (`pip install flashtext2 pyahocorasick`) are skipped with a note. Each build runs in its
own process, so that its memory is measured separately. `build s` is the CPU time of compiling.
The peers only find substrings at word boundaries; Straitwatch also normalizes, masks and decides.
Compare ratios rather than absolute figures.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle

from lists import load

from straitwatch.core.match import Matcher, compile_rules
from straitwatch.core.model import MatchText, PointsRule, Sourced, TermSet, WatchList

SHORT, FULL = 57, 740  # words, measured on real feeds
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "ca",
    "ce",
    "co",
    "da",
    "de",
    "di",
    "fa",
    "fi",
    "ga",
    "go",
    "ha",
    "hi",
    "ka",
    "ko",
    "la",
    "le",
    "li",
    "ma",
    "me",
    "mi",
    "na",
    "ne",
    "no",
    "pa",
    "po",
    "ra",
    "re",
    "ri",
    "sa",
    "se",
    "si",
    "ta",
    "te",
    "to",
    "va",
    "vi",
    "wa",
]
ENGINES = ("straitwatch", "re", "flashtext2", "pyahocorasick")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--quick", action="store_true", help="1k and 10k terms only")
    parser.add_argument("--one", nargs=3, metavar=("ENGINE", "TERMS", "LISTS"))
    options = parser.parse_args()
    if options.one:
        engine, terms, lists = options.one
        print(json.dumps(measure(engine, int(terms), int(lists), options.seconds)))
        return
    print(
        f"{'engine':16}{'terms':>8}{'lists':>6}{'build s':>9}{'RSS MB':>8}{'short/s':>10}{'full/s':>9}"
    )
    for terms in (1_000, 10_000) if options.quick else (1_000, 10_000, 100_000):
        for engine in ENGINES:
            for lists in (2, 100) if engine == "straitwatch" else (1,):
                _row(engine, terms, lists, options.seconds)
    _row("shipped", 0, 2, options.seconds)
    _row("shipped", 25_000, 100, options.seconds)


def _row(engine: str, terms: int, lists: int, seconds: float) -> None:
    command = [
        sys.executable,
        __file__,
        "--seconds",
        str(seconds),
        "--one",
        engine,
        str(terms),
        str(lists),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    except subprocess.TimeoutExpired:
        print(f"{engine:16}{terms:8}{lists:6}  no result in 180 s")
        return
    if done.returncode:
        print(f"{engine:16}{terms:8}{lists:6}  skipped: {done.stderr.strip().splitlines()[-1]}")
        return
    got = json.loads(done.stdout)
    print(
        f"{engine:16}{got['terms']:8}{lists:6}{got['build']:9.2f}{got['rss']:8.0f}"
        f"{got['short']:10.0f}{got['full']:9.0f}"
    )


def measure(engine: str, terms: int, lists: int, seconds: float) -> dict[str, float]:
    rng = random.Random(1)
    vocabulary = [_word(rng) for _ in range(20_000)]
    phrases = _phrases(vocabulary, terms, rng)
    extra = ["China", "Taiwan", "Beijing", "military", "Russia", "US", "said", "drills", "talks"]
    texts = {
        size: [_text(vocabulary, phrases, extra, size, rng) for _ in range(200)]
        for size in (SHORT, FULL)
    }
    shipped = load() if engine == "shipped" else ({}, [])  # reading YAML is not compiling
    before = _rss()
    started = time.process_time()
    run, count = _build(engine, phrases, lists, shipped)
    build = time.process_time() - started
    return {
        "terms": count,
        "build": build,
        "rss": _rss() - before,
        "short": _rate(run, texts[SHORT], seconds),
        "full": _rate(run, texts[FULL], seconds),
    }


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 4))))


def _phrases(vocabulary: list[str], count: int, rng: random.Random) -> list[str]:
    rare = [word for word in vocabulary[2_000:] if len(word) >= 6]  # most names are this long
    found: dict[str, None] = {}
    while len(found) < count:
        found[
            " ".join(word.capitalize() for word in rng.choices(rare, k=rng.choice((1, 2, 2, 3))))
        ] = None
    return list(found)


def _text(
    vocabulary: list[str], phrases: list[str], extra: list[str], size: int, rng: random.Random
) -> MatchText:
    words = [
        vocabulary[min(int(rng.expovariate(1 / 1500)), len(vocabulary) - 1)] for _ in range(size)
    ]
    for at in range(0, size, 25):
        words[at] = rng.choice(phrases) if phrases and rng.random() < 0.3 else rng.choice(extra)
    return MatchText(
        title=" ".join(words[:9]), summary=" ".join(words[9:57]), content=" ".join(words[57:])
    )


def _build(
    engine: str,
    phrases: list[str],
    lists: int,
    shipped: tuple[dict[str, TermSet], list[WatchList]],
) -> tuple[Callable[[MatchText], object], int]:
    if engine == "shipped":
        return _shipped(phrases, lists, shipped)
    if engine == "straitwatch":
        matcher = _lists_of(phrases, lists)
        return matcher.match, len(phrases)
    whole = [phrase.lower() for phrase in phrases]
    if engine == "re":
        pattern = re.compile(
            r"\b(?:" + "|".join(map(re.escape, sorted(whole, key=len, reverse=True))) + r")\b",
            re.IGNORECASE,
        )
        return lambda text: pattern.findall(_join(text)), len(whole)
    if engine == "flashtext2":
        from flashtext2 import KeywordProcessor  # noqa: PLC0415 - a peer that may be missing

        processor = KeywordProcessor(case_sensitive=False)
        processor.add_keywords_from_iter(whole)
        return lambda text: processor.extract_keywords(_join(text)), len(whole)
    import ahocorasick  # noqa: PLC0415 - a peer that may be missing

    automaton = ahocorasick.Automaton()
    for phrase in whole:
        automaton.add_word(phrase, phrase)
    automaton.make_automaton()
    return lambda text: _bounded(automaton, _join(text).lower()), len(whole)


def _join(text: MatchText) -> str:
    return f"{text.title}\n{text.summary}\n{text.content}"


def _bounded(automaton: object, text: str) -> list[str]:
    found = []
    for end, phrase in automaton.iter(text):  # type: ignore[attr-defined]
        start = end - len(phrase) + 1
        if not (start and text[start - 1].isalnum()) and not (
            end + 1 < len(text) and text[end + 1].isalnum()
        ):
            found.append(phrase)
    return found


def _lists_of(phrases: list[str], lists: int) -> Matcher:
    """Compile lists like those of a desk, each with a set of places, one of actions, and points."""
    sets = {f"set{at}": [] for at in range(lists * 2)}
    for name, phrase in zip(cycle(sets), phrases, strict=False):
        sets[name].append(Sourced(text=phrase))
    terms = {name: TermSet(name=name, any=tuple(texts)) for name, texts in sets.items() if texts}
    return _compiled(terms, list(_watchlists(lists)))


def _watchlists(lists: int) -> Iterator[WatchList]:
    for at in range(lists):
        place, action = f"$set{2 * at}", f"$set{2 * at + 1}"
        yield WatchList(
            id=f"list-{at}",
            title="",
            match=(
                Sourced(text=f"{place} NEAR/20 {action}"),
                Sourced(text=f"title:{place} AND ({action} OR Taiwan)"),
            ),
            signals=(
                PointsRule(points=5, when=Sourced(text=f"title:{place}")),
                PointsRule(points=5, when=Sourced(text=f"{action} NEAR/S Beijing")),
            ),
            noise=(PointsRule(points=6, when=Sourced(text="earthquake OR typhoon")),),
        )


def _shipped(
    phrases: list[str], lists: int, shipped: tuple[dict[str, TermSet], list[WatchList]]
) -> tuple[Callable[[MatchText], object], int]:
    """Compile the shipped lists, and invented ones up to the requested numbers."""
    terms, watchlists = shipped
    if phrases:
        more = lists - len(watchlists)
        room = max(0, len(phrases) - 16_000) // 2  # each made-up term has about two shapes
        sets: dict[str, list[Sourced]] = {f"set{at}": [] for at in range(more * 2)}
        for name, phrase in zip(cycle(sets), phrases[:room], strict=False):
            sets[name].append(Sourced(text=phrase))
        terms |= {name: TermSet(name=name, any=tuple(texts)) for name, texts in sets.items()}
        watchlists += _watchlists(more)
    matcher = _compiled(terms, watchlists)
    return matcher.match, matcher.pattern_count


def _compiled(terms: dict[str, TermSet], watchlists: list[WatchList]) -> Matcher:
    matcher, problems = compile_rules(terms, watchlists)
    assert matcher is not None, problems[:3]
    return matcher


def _rate(run: Callable[[MatchText], object], texts: list[MatchText], seconds: float) -> float:
    for text in texts[:20]:
        run(text)
    done, started = 0, time.process_time()
    while (spent := time.process_time() - started) < seconds:
        for text in texts:
            run(text)
        done += len(texts)
    return done / spent


def _rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
