"""Turns a configuration into the drivers and rules that the daemon works with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from straitwatch.app.load import config_option
from straitwatch.config import Config
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.model import DriverKind, Fallback, Feed
from straitwatch.core.plan import fold_profiles
from straitwatch.core.policy import FALL_BACK_AFTER, give_up_after
from straitwatch.core.receivers import usable_fallback
from straitwatch.core.redact import feed_secrets
from straitwatch.core.rules import Rules, Shadow
from straitwatch.core.schedule import must_not_resend
from straitwatch.deliver import Driver, open_driver
from straitwatch.telemetry.log import redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """One configuration, ready to use; a reload swaps the whole value."""

    config: Config
    rules: Rules
    drivers: Mapping[str, Driver]
    feeds: Mapping[str, Feed]

    @property
    def zone(self) -> ZoneInfo:
        """The desk's time zone."""
        return ZoneInfo(self.config.timezone)

    @property
    def no_resend_receivers(self) -> list[str]:
        """The receivers that must not resend an unacknowledged message."""
        return [
            name
            for name, driver in self.drivers.items()
            if must_not_resend(driver.kind, driver.on_unsure)
        ]


def activate(config: Config) -> Active:
    """Open the drivers of a configuration and derive its rules."""
    redactor.learn(receiver.url for receiver in config.receivers.values())
    redactor.learn(filter(None, (item.app_token for item in config.receivers.values())))
    redactor.learn([config.canary.ping] if config.canary else [])
    redactor.learn(secret for feed in config.feeds for secret in feed_secrets(feed))
    drivers = _open_drivers(config)
    return Active(
        config=config,
        rules=_rules(config, drivers),
        drivers=drivers,
        feeds={feed.id: feed for feed in config.feeds if feed.enabled},
    )


def _open_drivers(config: Config) -> dict[str, Driver]:
    templates = config.directory / "templates"
    return {
        name: open_driver(receiver, timezone=config.timezone, templates=templates)
        for name, receiver in config.receivers.items()
        if receiver.url and not receiver.broken_because  # only the daemon knows some addresses
    }


def _rules(config: Config, drivers: Mapping[str, Driver]) -> Rules:
    receivers = config.receivers
    rules = Rules(
        matcher=config.matcher,
        policy=config.alerts,
        pages=config.pages,
        page_url=config.web_page_url,
        beat=compile_beat(config.beat, config.feeds),
        titles={watchlist.id: watchlist.title for watchlist in config.watchlists},
        recipients={name: driver.recipients for name, driver in drivers.items()},
        give_up={
            name: receiver.give_up_after
            or (FALL_BACK_AFTER if usable_fallback(name, receivers) else None)
            or give_up_after(_kind(drivers.get(name)))
            for name, receiver in receivers.items()
        },
        folding=fold_profiles(config.watchlists),
        marks={name: receiver.mark for name, receiver in receivers.items()},
        limits={name: receiver.limit for name, receiver in receivers.items() if receiver.limit},
        config_version=config.version,
        config_option=config_option(config.directory),
        shadow=_shadow(config),
    )
    return replace(rules, fallbacks=_fallbacks(config, rules))


def _kind(driver: Driver | None) -> DriverKind | None:
    return driver.kind if driver else None


def _fallbacks(config: Config, rules: Rules) -> dict[str, Fallback]:
    return {
        name: Fallback(
            receiver=fallback,
            recipients=rules.recipients.get(fallback, ()),
            give_up_after=rules.give_up[fallback],
        )
        for name in config.receivers
        if (fallback := usable_fallback(name, config.receivers))
    }


def _shadow(config: Config) -> Shadow | None:
    if config.shadow is None:
        return None
    return Shadow(version=config.shadow.version, matcher=config.shadow.lists.matcher)
