"""Run a chain of crashes, in which each start of the program continues after the last crash.

There are one feed, four targets (a Slack webhook with a limit, a Slack bot, a mail receiver with
two recipients), two watch-lists and a daily digest. Before each start, new stories are published. A
server, a wrapped store or the clock triggers the kill. Sometimes the program's clock jumps. At the
end the outbox may drain, and the messages on the servers are counted.
"""

import asyncio
import json
import os
import random
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from builders.configs import CALM, rss, write_config
from crash.crashing import LAUNCHER, MARK
from harness import Daemon, eventually, outbox_problems, straitwatch
from servers.feeds import FeedServer, Page
from servers.slack import SlackServer, hang
from servers.smtp import SmtpServer
from straitwatch.clock import utc_now

STORE_POINTS: dict[str, dict[str, str]] = {
    "before the commit of a poll": {"DIE_WHEN": "alert", "BEFORE": "1"},
    "after the commit of a poll": {"DIE_WHEN": "alert"},
    "before the commit of a claim": {"DIE_WHEN": "claim_delivery", "BEFORE": "1"},
    "after a claim": {"DIE_WHEN": "claim_delivery"},
    "after the freeze": {"DIE_WHEN": "freeze"},
    "replied, not marked": {"DIE_WHEN": "finish_attempt", "BEFORE": "1"},
    "marked, before the next recipient": {"DIE_WHEN": "finish_attempt"},
    "before the commit of a digest": {"DIE_WHEN": "write_digest", "BEFORE": "1"},
    "after the commit of a digest": {"DIE_WHEN": "write_digest"},
}
SERVER_POINTS = (
    "webhook: taken, no reply",
    "webhook: read, not taken",
    "webhook: a roll-up is taken, no reply",
    "bot: taken, no reply",
    "bot: read, not taken",
    "bot: while it asks the history",
    "mail: taken, no reply",
    "any moment",
)
DAY = 26 * 3600  # seconds of a jump that makes a digest due
LISTS = """\
watchlists:
  - {id: first, title: First, match: [zqxj*], severity: [{level: normal}]}
  - {id: second, title: Second, match: [exercise]}
"""
LETTERS = "bcdfghjklmnprstvwxyz"
_WORD = re.compile(r"zqxj[a-z]{6}")
_MORE = re.compile(r"and (\d+) more: `straitwatch")
_HOOK = "slack://T0000TEST/B0000TEST/" + "a" * 24
_BOT = "slack://xoxb-1234-1234-abcdefABCDEF/#desk"


@dataclass
class Tally:
    """The result of a chain."""

    kills: Counter[str] = field(default_factory=Counter)
    stories: int = 0
    lost: list[str] = field(default_factory=list)  # story and place
    repeats: Counter[str] = field(default_factory=Counter)  # visible ones, by place
    unmarked: int = 0
    worst: int = 0  # webhook messages that a single crash left in doubt
    doubts: int = 0  # and all crashes together
    unexplained: int = 0  # visible repeats beyond the attempts that the crashes interrupted
    rollups: int = 0
    counted: int = 0  # stories that a roll-up counts without naming them
    digests: int = 0
    missed_points: int = 0  # the point did not come by; the program was killed all the same
    problems: str = ""  # of the outbox, as `doctor` reports them

    @property
    def is_good(self) -> bool:
        """Return True if every promise was kept."""
        silent = {place for place in self.repeats if place != "webhook"}
        broken = self.lost or silent or self.unmarked or self.problems
        return not (broken or self.worst > 1 or self.unexplained)


class Chain:
    """The world that the program is started in, again and again."""

    def __init__(self, directory: Path, *, seed: int) -> None:
        self.random = random.Random(seed)
        self.directory = directory
        self.tally = Tally()
        self.words: list[str] = []
        self.shift = 0  # of the program's clock
        self.passed = 0  # of everybody's: Slack's goes forward with ours, and never back
        self._items: list[tuple[str, str, str]] = []
        self._doubtful: set[tuple[int, int]] = set()
        self._daemon: Daemon | None = None
        self._armed: Callable[[str, str], bool] = lambda _place, _text: False

    async def run(self, kills: int, *, on_kill: Callable[[], None] = lambda: None) -> Tally:
        """Kill the program this number of times, wait until the outbox is empty, and count."""
        async with (
            FeedServer() as self.feeds,
            SlackServer(on_post=self._on_post) as self.slack,
            SmtpServer(on_message=self._on_mail) as self.smtp,
        ):
            self.slack.on_ask = self._on_ask
            self.slack.clock = lambda: utc_now() + timedelta(seconds=self.passed)
            self.config = self._write_config()
            self._publish(0)
            await straitwatch("run", "--once", "--config", str(self.config), cwd=self.directory)
            for _ in range(kills):
                await self._crash_once()
                on_kill()
            await self._drain()
            return self._count()

    def _write_config(self) -> Path:
        mails = f"{self.smtp.url}?from=watch@example.org&to=a@example.org,b@example.org"
        patient = {"give_up_after": "1000d"}  # the clock jumps by days, and no message may expire
        return write_config(
            self.directory,
            feeds={"Wire": self.feeds.url("/wire")},
            receivers={
                "hook": {
                    "url": _HOOK,
                    "base_url": self.slack.url,
                    "limit": {"messages": 5, "per": "3s"},
                    **patient,
                },
                "bot": {"url": _BOT, "base_url": self.slack.url, **patient},
                "mail": {"url": mails, **patient},
            },
            watchlists=LISTS,
            digests=[{"name": "daily", "at": "07:30", "send": ["mail"]}],
            stories={"encoder": "off"},  # random letters have no meaning to compare
        )

    # ------------------------------------------------------------ one crash

    async def _crash_once(self) -> None:
        point = self.random.choice([*STORE_POINTS, *SERVER_POINTS])
        self._jump(is_digest="digest" in point)
        doom = STORE_POINTS.get(point)
        environ = {"CLOCK_SHIFT": str(self.shift)}
        if doom:
            nth = 1 if "digest" in point or "poll" in point else self.random.randint(1, 5)
            environ |= doom | {"DIE_AT": str(nth)}
        self._publish(self.random.randint(2, 3) + 4 * ("roll-up" in point))
        self._daemon = Daemon(self.config, launcher=LAUNCHER, **environ)
        self._arm(point)
        try:
            await self._daemon.start()
            await asyncio.wait_for(self._daemon.wait(), self._patience(point))
        except AssertionError:
            pass  # it died before it said that it had started
        except TimeoutError:
            self.tally.missed_points += point != "any moment"
            await self._daemon.stop(signal.SIGKILL)
        self._disarm()
        self.tally.kills[point] += 1
        self._count_doubts()

    def _count_doubts(self) -> None:
        """Hold the repeats against the attempts without an answer, which is all they may come from.

        A crash may leave one; its repeat comes in the next run that lives long enough.
        """
        query = "SELECT id, attempts FROM delivery WHERE state = 'sending' AND receiver = 'hook'"
        with closing(sqlite3.connect(self.directory / "straitwatch.db", timeout=10)) as database:
            doubtful = set(database.execute(query))
        new = len(doubtful - self._doubtful)
        self._doubtful = doubtful
        self.tally.worst = max(self.tally.worst, new)
        self.tally.doubts += new
        beyond = self._repeats("webhook") - self.tally.doubts
        self.tally.unexplained = max(self.tally.unexplained, beyond)

    def _patience(self, point: str) -> float:
        if point == "any moment":
            return self.random.uniform(0.0, 3.0)
        return 7.0 if "digest" in point else 4.0

    def _jump(self, *, is_digest: bool) -> None:
        """Move the program's clock a day forward, or a little back."""
        if is_digest:
            self.shift += DAY
            self.passed += DAY
        elif self.random.random() < 0.1:
            self.shift -= self.random.randint(1, 600)

    def _arm(self, point: str) -> None:
        place, _, what = point.partition(": ")
        if what.startswith("read"):
            self.slack.script_for(place, hang(is_kept=False))
        wants_rollup = "roll-up" in what
        is_history = "history" in what
        is_first = wants_rollup or is_history or what.startswith("read")
        left = iter(range(0 if is_first else self.random.randint(0, 1), -1, -1))

        def is_meant(where: str, text: str) -> bool:
            if where != ("history" if is_history else place):
                return False
            if wants_rollup and "in one message" not in text:
                return False
            return next(left, 0) == 0

        self._armed = is_meant

    def _disarm(self) -> None:
        self._armed = lambda _place, _text: False
        self.slack.script_for("", None)

    def _pull(self, place: str, text: str) -> None:
        if self._daemon is None or self._daemon.process is None or not self._armed(place, text):
            return
        if self._daemon.process.returncode is None:
            os.kill(self._daemon.process.pid, signal.SIGKILL)

    def _on_post(self, asked) -> None:
        place = "webhook" if "/services/" in asked.path else "bot"
        self._pull(place, json.dumps(asked.json))

    def _on_ask(self, asked) -> None:
        if "conversations.history" in asked.path:
            self._pull("history", "")

    def _on_mail(self, mailed) -> None:
        self._pull("mail", "")

    # ------------------------------------------------------------ stories

    def _publish(self, count: int) -> None:
        for _ in range(count):
            word = "zqxj" + "".join(self.random.choices(LETTERS, k=6))
            rest = " ".join("".join(self.random.choices(LETTERS, k=7)) for _ in range(5))
            self.words.append(word)
            self._items.append((f"g{len(self.words)}", f"{word} {rest}", f"Of {rest}."))
        read = self._read_words()
        unread = [item for item in self._items if item[1][:10] not in read]
        page = rss(*dict.fromkeys((*unread, *self._items[-20:])), CALM)
        self.feeds.answer("/wire", Page(page, etag=f'"{len(self.words)}"'))

    # ------------------------------------------------------------ the end

    async def _drain(self) -> None:
        async with Daemon(self.config, CLOCK_SHIFT=str(self.shift), launcher=LAUNCHER):
            try:
                await eventually(lambda: asyncio.to_thread(self._is_drained), within=120)
            except TimeoutError:
                self.tally.problems = await asyncio.to_thread(self._stuck)
                return
        self.tally.problems = "\n".join(await outbox_problems(self.config))

    def _stuck(self) -> str:
        open_states = "('held', 'pending', 'sending')"
        query = (
            "SELECT state, receiver, reason, due_at, give_up_at, attempts, last_outcome, last_text "
            f"FROM delivery WHERE state IN {open_states}"
        )
        with closing(sqlite3.connect(self.directory / "straitwatch.db", timeout=10)) as database:
            rows = [str(row) for row in database.execute(query)]
            holds = [str(row) for row in database.execute("SELECT * FROM receiver")]
            feeds = [str(row) for row in database.execute("SELECT name, next_due_at FROM feed")]
        read = self._read_words()
        feeds += [f"not read: {word}" for word in self.words if word not in read]
        return "\n".join([f"shift {self.shift}", *rows, *holds, *feeds])

    def _read_words(self) -> set[str]:
        """Return the stories that the program has read, which a feed need not list again."""
        with closing(sqlite3.connect(self.directory / "straitwatch.db", timeout=10)) as database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
                return set()
            return {title[:10] for (title,) in database.execute("SELECT title FROM entry")}

    def _is_drained(self) -> bool:
        with closing(sqlite3.connect(self.directory / "straitwatch.db", timeout=10)) as database:
            states = Counter(state for (state,) in database.execute("SELECT state FROM delivery"))
            (read,) = database.execute("SELECT count(*) FROM entry").fetchone()
        is_read = read >= len(self.words)
        return is_read and states.total() == states["delivered"] + states["merged"] + states["dead"]

    # ------------------------------------------------------------ messages on the servers

    def _count(self) -> Tally:
        held = self._held()
        places = ("webhook", "bot", "a@example.org", "b@example.org")
        self.tally.stories = len(self.words)
        self.tally.lost = [
            f"{word} to {place}" for place in places for word in self._missing(place, held)
        ]
        for place in places:
            self.tally.repeats[place] += self._repeats(place)
        self.tally.repeats = +self.tally.repeats
        marked = sum(MARK in json.dumps(message) for message in self._of("webhook"))
        self.tally.unmarked = max(0, self.tally.repeats["webhook"] - marked)
        self.tally.rollups = sum(
            "in one message" in str(message["text"]) for message in self._of("webhook")
        )
        self.tally.digests = len(
            {mail.message_id for mail in self.smtp.messages if _is_digest(mail)}
        )
        return self.tally

    def _missing(self, place: str, held: Counter[tuple[str, str]]) -> list[str]:
        """Return the stories that a place does not hold; a roll-up names 14 and counts the rest."""
        missing = [word for word in self.words if not held[(place, word)]]
        if place != "webhook":
            return missing
        texts = {json.dumps(message["blocks"][:-1]) for message in self._of(place)}
        counted = sum(int(number) for text in texts for number in _MORE.findall(text))
        self.tally.counted = min(len(missing), counted)
        return missing[self.tally.counted :]

    def _repeats(self, place: str) -> int:
        """Count the messages that repeat an earlier one; a roll-up is one message."""
        said: Counter[frozenset[str]] = Counter(self._said(place))
        copies = sum(count - 1 for count in said.values())
        singly = Counter(word for words in said for word in words)
        return copies + sum(count - 1 for count in singly.values())

    def _of(self, place: str) -> list[dict]:
        is_bot = place == "bot"
        return [message for message in list(self.slack.messages) if ("ts" in message) == is_bot]

    def _held(self) -> Counter[tuple[str, str]]:
        """Count the messages that name a story, at each place."""
        places = ("webhook", "bot", "a@example.org", "b@example.org")
        return Counter(
            (place, word) for place in places for words in self._said(place) for word in words
        )

    def _said(self, place: str) -> list[frozenset[str]]:
        """Return the stories that each message to a place names."""
        if place in ("webhook", "bot"):
            return [
                frozenset(_WORD.findall(json.dumps(message["blocks"])))
                for message in self._of(place)
            ]
        mails = {
            (mail.message_id, str(mail.message["Date"])): mail
            for mail in list(self.smtp.messages)
            if mail.recipient == place and not _is_digest(mail)
        }
        return [frozenset(_words_of(mailed)) for mailed in mails.values()]


def _is_digest(mailed) -> bool:
    return "Digest" in str(mailed.message["Subject"])


def _words_of(mailed) -> set[str]:
    body = mailed.message.get_body(("plain",))
    return set(_WORD.findall(body.get_content()))
