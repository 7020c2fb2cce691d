"""Words for each reason of a decision, from which messages, `why` and the reference are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from straitwatch.core.model import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonText:
    """The words for one reason."""

    action: str  # "alert", "update", "no message"
    short: str  # a few words for a message: "new development"
    long: str  # a clause that says when the reason applies
    detail: str = ""  # limits and exceptions, as sentences for the reference


REASONS: Final[Mapping[Reason, ReasonText]] = MappingProxyType(
    {
        Reason.NO_MATCH: ReasonText(
            action="no message", short="no match", long="no watch-list fired"
        ),
        Reason.BASELINE: ReasonText(
            action="no message",
            short="first fetch",
            long="the entry was already in the feed at the first fetch",
            detail="This applies to entries that are undated or older than `polling.backfill`, at "
            "the first successful fetch or in a part of the document that was cut off until now. "
            "After an empty document, up to three such entries count as news. `straitwatch feeds "
            "release FEED --first-fetch` sends them.",
        ),
        Reason.NEW_STORY: ReasonText(
            action="alert",
            short="first report",
            long="the first report of this event",
            detail="A later report has this reason too if none before it sent an alert.",
        ),
        Reason.MORE_SEVERE: ReasonText(
            action='alert, with "part of" and the known story',
            short="higher severity",
            long="the report alone is more severe than everything sent about its story",
        ),
        Reason.CORRECTION: ReasonText(
            action="update that begins with `CORRECTION`, `RETRACTION`, `DENIAL`, `CONFIRMATION` "
            "or `END`",
            short="correction",
            long="the report corrects, retracts, denies, confirms or ends something reported "
            "earlier",
        ),
        Reason.DEVELOPMENT: ReasonText(
            action="update",
            short="new development",
            long="the report adds something new to its story",
            detail="New means people, bodies, actions, figures or places that no message about the "
            "story had.",
        ),
        Reason.PROBABLE: ReasonText(
            action="update under its own headline, which names the story",
            short="probably the same event",
            long="the report is probably about the same event",
        ),
        Reason.OTHER_LANGUAGE: ReasonText(
            action="update, once for each language",
            short="first report in another language",
            long="the first report of the story in another language",
            detail="Only languages that the desk reads count (`languages`; any if it is empty).",
        ),
        Reason.NEW_LIST: ReasonText(
            action="update",
            short="new watch-list",
            long="the report is the first of its story to match another watch-list",
        ),
        Reason.HIGHER_SEVERITY: ReasonText(
            action="update", short="higher severity", long="the report raises the story's severity"
        ),
        Reason.BREAKING: ReasonText(
            action="update",
            short="breaking: many independent origins within an hour",
            long="many independent origins within an hour raised the story's severity",
            detail="At least four origins, and three times as many as its lists usually have "
            "reports in an hour. The severity rises by one level, once per story.",
        ),
        Reason.MORE_OUTLETS: ReasonText(
            action="no message; an update in earlier versions",
            short="more outlets",
            long="the 3rd, 10th or 30th outlet reported the story",
            detail="The digest and `stories show` count the outlets.",
        ),
        Reason.TIER_ONE: ReasonText(
            action="no message; an update in earlier versions",
            short="first tier 1 outlet",
            long="the first tier 1 outlet reported the story",
        ),
        Reason.DAY_LATER: ReasonText(
            action="no message; an update in earlier versions",
            short="reported again a day later",
            long="another outlet reported the story more than 24 hours after the alert",
        ),
        Reason.ALREADY_ALERTED: ReasonText(
            action="no message; only in earlier versions",
            short="already alerted",
            long="the story was alerted before, and the report has no news",
        ),
        Reason.NEW_ROUTE: ReasonText(
            action="update, to the receivers of that route",
            short="its sources changed",
            long="the story now meets a route's condition on its sources",
            detail="Such a route sets `min_origins`, `state_only` or `state_first`.",
        ),
        Reason.PAGE_CHANGED: ReasonText(
            action="update with the wording before and after",
            short="the article was changed",
            long="the headline or a key sentence of an alerted article was changed",
            detail="The pages of alerted stories are looked at again for `pages.watch_edits` (72 "
            "hours by default). Counters, dates of publication, related links and spelling do not "
            "count. If the page declares a correction, the reason is `correction`.",
        ),
        Reason.PAGE_REMOVED: ReasonText(
            action="update",
            short="the article was removed",
            long="the page of an alerted article was removed",
            detail="A page that answers 404 is asked for again an hour later, before it counts as "
            "removed.",
        ),
        Reason.RETELLING: ReasonText(
            action="no message; the digest counts it",
            short="retelling",
            long="the report repeats messages about its story",
        ),
        Reason.COMMENTARY: ReasonText(
            action="digest, or an alert by a route with `kinds: [commentary]`",
            short="commentary",
            long="opinion, analysis or an explainer without a new fact",
        ),
        Reason.ROUNDUP: ReasonText(
            action="digest, or an alert by a route with `kinds: [roundup]`",
            short="round-up",
            long="one entry about several events",
            detail="It is listed in the stories that it mentions and changes none of them.",
        ),
        Reason.KNOWN_ENTRY: ReasonText(
            action="no message",
            short="known entry",
            long="the same entry or page was seen before",
        ),
        Reason.REKEYED: ReasonText(
            action="no message",
            short="new ids",
            long="the feed published most of its entries again under new ids, this one among them",
            detail="`straitwatch feeds release FEED` treats them as news.",
        ),
        Reason.LATE: ReasonText(
            action="digest",
            short="published late",
            long="the entry was published too long ago to be news",
            detail="The limit is `polling.max_age` (48 hours by default), or the feed's own "
            "`max_age`.",
        ),
        Reason.NO_ROUTE: ReasonText(action="digest", short="no route", long="no route takes it"),
        Reason.SILENCED: ReasonText(
            action="digest", short="silenced", long="a silence suppresses it"
        ),
    }
)
