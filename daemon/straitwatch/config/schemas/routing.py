"""The schemas of receivers, routes, digests, quiet hours and silences in straitwatch.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from straitwatch.config.labels import Language, Stance, Tag
from straitwatch.config.scalars import (
    Days,
    Duration,
    Pause,
    TimeOfDay,
    TimesOfDay,
    Zone,
    write_duration,
)
from straitwatch.config.schemas.base import (
    Level,
    Name,
    Names,
    Schema,
    StoryConditionsSchema,
    default_of,
)
from straitwatch.core import policy
from straitwatch.core.model import (
    Canary,
    DigestPlan,
    DriverKind,
    QuietHours,
    Receiver,
    Route,
    Silence,
)

Kind = Literal["news", "commentary", "roundup"]


class LimitSchema(Schema):
    """At most `messages` in any period of length `per`, critical messages counted apart."""

    messages: int = Field(description="Messages sent in one period, at most.", ge=2, examples=[12])
    per: Duration = Field(description="Length of the period.", examples=["10m"])


class ReceiverSchema(Schema):
    """One destination of messages."""

    url: str = Field(
        "",
        description="One Apprise URL, or `terminal://`. Write secrets as `${VARIABLE}`.",
        examples=["${SLACK_URL}"],
    )
    url_file: str = Field("", description="Path of a file with the URL, instead of `url`.")
    driver: Literal["auto", "slack", "smtp", "apprise", "terminal"] = Field(
        default_of(Receiver, "driver"),
        description="Sender of the messages. `auto` chooses it by the URL.",
    )
    base_url: str = Field(
        default_of(Receiver, "base_url"),
        description="Slack only: replaces `https://hooks.slack.com` and `https://slack.com`, for "
        "example for GovSlack or a proxy.",
    )
    app_token: str = Field(
        default_of(Receiver, "app_token"),
        description="Slack bots only: an app-level token with the scope `connections:write`. "
        "Messages then have buttons to mute, mark, split, merge and snooze.",
        examples=["${SLACK_APP_TOKEN:-}"],
    )
    limit: LimitSchema | None = Field(
        default_of(Receiver, "limit"),
        description="Maximum number of messages in a period. Messages beyond it are combined into "
        "one roll-up. Default: no limit.",
    )
    fallback: str = Field(
        default_of(Receiver, "fallback"),
        description="Name of the receiver that gets the messages that cannot be delivered here.",
    )
    on_unsure: Literal["resend", "hold"] = Field(
        default_of(Receiver, "on_unsure"),
        description="After a send without a reply: `resend` the message, marked as a possible "
        "repeat, or `hold` it.",
    )
    give_up_after: Duration | None = Field(
        default_of(Receiver, "give_up_after"),
        description="Period for which the delivery of a message is attempted. Default: "
        f"{write_duration(policy.GIVE_UP_AFTER)}, for mail "
        f"{write_duration(policy.give_up_after(DriverKind.SMTP))}, with a fallback "
        f"{write_duration(policy.FALL_BACK_AFTER)}.",
        examples=["24h"],
    )
    message_id_domain: str = Field(
        default_of(Receiver, "message_id_domain"),
        description="Mail only: domain of the Message-IDs. Default: the sender's domain.",
    )


class RouteMatchSchema(Schema):
    """Conditions on a match, all of which must hold. An empty one always holds."""

    watchlists: Names = Field((), description="Ids of watch-lists.")
    severity: tuple[Level, ...] = Field((), description="Severities of the match.")
    tags: tuple[Tag, ...] = Field((), description="Tags of the feed, one of which it must have.")
    stances: tuple[Stance, ...] = Field((), description="Stances of the feed.")
    languages: tuple[Language, ...] = Field(
        (), description="Languages of the entry. `zh` covers both scripts."
    )


class RouteMatchWithStorySchema(RouteMatchSchema, StoryConditionsSchema):
    """Conditions on a match, its entry and its story, all of which must hold."""

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = Field(
        tuple(kind.value for kind in default_of(Route, "kinds")),
        description="Kinds of entries: `news`, `commentary` (opinion, analysis) and `roundup` (one "
        "entry about several events). Entries that no route takes go to the digest.",
        examples=[["news", "commentary"]],
    )


class RouteSchema(Schema):
    """One route from matches to receivers. The first route that fits wins."""

    name: str = Field(
        "", description="Name in `routes test` and `why`. Default: route-1, route-2 and so on."
    )
    match: RouteMatchWithStorySchema = Field(
        default_factory=RouteMatchWithStorySchema,
        description="Conditions on a match. `{}` takes every match.",
    )
    send: Names = Field(
        default_of(Route, "send"),
        description="Names of receivers or people. Empty: no alerts, only the digest.",
    )
    continue_: bool = Field(
        default_of(Route, "continues"),
        alias="continue",
        description="true: the routes below are tried too.",
    )
    group_wait: Duration = Field(
        default_of(Route, "group_wait"),
        description="Wait before the first message of a story, to collect more reports. `0s` sends "
        "it at once.",
        examples=["2m"],
    )
    quiet_hours: str = Field(
        default_of(Route, "quiet_hours"),
        description="Name of the quiet hours that hold its messages.",
    )
    updates: Literal["thread", "message", "digest", "off"] = Field(
        default_of(Route, "updates"),
        description="Delivery of updates of a story: in the `thread` of its first message, as a "
        "`message` of their own, in the `digest` only, or not at all.",
    )


class DigestSchema(Schema):
    """A regular summary. It is also sent when no entry matched."""

    name: Name = Field(description="Name of the digest in its title.", examples=["morning"])
    at: TimesOfDay = Field(
        description="Time of day in its time zone: a time, a list of times, or `hourly`.",
        examples=["07:30"],
    )
    timezone: Zone | None = Field(
        None, description="Time zone of `at`. Default: the global `timezone`."
    )
    days: Days = Field(
        default_of(DigestPlan, "days"),
        description="Days of the week, or spans such as `mon-fri`. Default: every day.",
    )
    send: Names = Field(default_of(DigestPlan, "send"), description="Names of receivers or people.")
    include: Literal["all"] | Names = Field("all", description="Ids of watch-lists, or `all`.")


class QuietSchema(Schema):
    """A daily period that holds the messages of some severities until it ends."""

    days: Days = Field(
        default_of(QuietHours, "days"),
        description="Days of the week on which the period begins. Default: every day.",
    )
    from_: TimeOfDay = Field(
        alias="from", description="Time of day at which the period begins.", examples=["22:30"]
    )
    to: TimeOfDay = Field(
        description="Time of day at which the period ends. A time before `from` is on the next "
        "day.",
        examples=["06:30"],
    )
    timezone: Zone | None = Field(
        None, description="Time zone of both times. Default: the global `timezone`."
    )
    hold: tuple[Level, ...] = Field(
        tuple(severity.value for severity in default_of(QuietHours, "hold")),
        description="Severities that wait for the end of the period.",
    )


class SystemSchema(Schema):
    """Notices about Straitwatch itself, for example broken feeds and rejected configurations."""

    send: Names = Field(
        (),
        description="Names of receivers or people. Empty: notices appear only in the log and in "
        "`status`.",
    )


class CanarySchema(Schema):
    """A regular test of the way to your receivers, and a dead man's switch for Straitwatch."""

    every: Pause = Field(default_of(Canary, "every"), description="Interval between two tests.")
    send: Names = Field(
        default_of(Canary, "send"),
        description="Names of receivers that get a synthetic message on the same path as an alert.",
    )
    ping: str = Field(
        default_of(Canary, "ping"),
        description="URL requested while everything is healthy, for example of a "
        "dead-man's-switch service.",
        examples=["${PING_URL}"],
    )


class SilenceSchema(Schema):
    """Matches that send no alert until a point in time. The digest lists them."""

    match: RouteMatchSchema = Field(
        default_factory=RouteMatchSchema,
        description="Silenced matches. Critical matches are silenced only if `severity` names "
        "`critical`.",
    )
    until: str = Field(
        description="End of the silence: an ISO date or date-time, in the global `timezone`.",
        examples=["2030-01-31"],
    )
    author: str = Field(default_of(Silence, "author"), description="Person who wants the silence.")
    reason: str = Field(
        default_of(Silence, "reason"), description="Reason for the silence, shown in `status`."
    )
