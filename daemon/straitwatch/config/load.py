"""Reads a whole configuration into one `Config`, or raises one error with every problem."""

import codecs
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from straitwatch.config.access import missing_login, page_hosts, tokens_in_clear, web_access
from straitwatch.config.addresses import address_problem
from straitwatch.config.beat import read_beat
from straitwatch.config.clear_text import addresses_in_clear, headers_in_clear
from straitwatch.config.database import locate_database
from straitwatch.config.document import Document, KeyPath
from straitwatch.config.environment import expand
from straitwatch.config.feed_labels import unknown_labels
from straitwatch.config.files import (
    FEEDS,
    SETTINGS,
    files_present,
    ignored,
    in_order,
    kept_text,
    only_key,
    read_file,
    require_directory,
    shadow_files,
    shadow_version,
    version_of,
    without_secrets,
)
from straitwatch.config.model import Config, Settings, ShadowLists, hint_without_receiver
from straitwatch.config.polling import NO_PROXY, poll_policy, proxy_problem, unusable_variables
from straitwatch.config.routing import TERMINAL, Routing, fallbacks, unknown
from straitwatch.config.rules import RuleFiles, load_lists, read_rules
from straitwatch.config.schemas import (
    FeedSchema,
    FeedsSchema,
    Names,
    ReceiverSchema,
    SettingsSchema,
)
from straitwatch.config.secrets import secrets_problems, with_secrets
from straitwatch.config.subjects import subject_sets
from straitwatch.config.validation_messages import fit
from straitwatch.core.model import (
    Feed,
    Limit,
    PagePolicy,
    Problem,
    Receiver,
    Retention,
    TermSet,
)
from straitwatch.core.normalize import feed_id
from straitwatch.errors import ConfigError

ValidateReceiver = Callable[[Receiver], str | None]
NOTHING_IN_USE: Mapping[str, str] = MappingProxyType({})
_NOT_YET = "accepted, not acted on in this version"


def _accept_any(_receiver: Receiver) -> str | None:
    return None


def load_config(
    directory: Path,
    *,
    environ: Mapping[str, str],
    validate_receiver: ValidateReceiver = _accept_any,
    in_use: Mapping[str, str] = NOTHING_IN_USE,
) -> Config:
    """Read and check a configuration directory.

    Args:
        directory: of the configuration.
        environ: the environment variables.
        validate_receiver: returns the problem of a receiver.
        in_use: the receivers of the running daemon, each with the reason why it cannot be used
            there, or "".

    Raises:
        ConfigError: with every problem, warnings included.
    """
    require_directory(directory)
    return _Loader(directory, environ=environ, validate=validate_receiver, in_use=in_use).load()


def load_settings(
    directory: Path, *, environ: Mapping[str, str], in_use: Mapping[str, str] = NOTHING_IN_USE
) -> Settings:
    """Read a configuration without compiling its watch-lists, which takes most of the time.

    Raises:
        ConfigError: with every problem outside the queries of terms/ and watchlists/.
    """
    require_directory(directory)
    loader = _Loader(directory, environ=environ, validate=_accept_any, in_use=in_use)
    return loader.load_settings()


def configured_store(directory: Path, *, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the database's address and the time zone; everything else may have problems.

    Raises:
        ConfigError: the address of the database cannot be read.
    """
    require_directory(directory)
    file = _optional(directory / SETTINGS)
    loader = _Loader(directory, environ=environ, validate=_accept_any)
    database = loader.settings(only_key(file, "database")).database
    if loader.problems:
        raise ConfigError(loader.problems)
    timezone = loader.settings(only_key(file, "timezone")).timezone
    return locate_database(database, directory)[0], timezone


def load_feeds(directory: Path, term_sets: Mapping[str, TermSet]) -> tuple[Feed, ...]:
    """Return the valid feeds of a configuration; the other files may have problems."""
    loader = _Loader(directory, environ={}, validate=_accept_any)
    return loader.feeds(_optional(directory / FEEDS), term_sets)


def _optional(path: Path) -> Document:
    return read_file(path) if path.is_file() else Document(name=path.name, text="")


@dataclass(slots=True)
class _Loader:
    """Reads one directory and collects its problems."""

    directory: Path
    environ: Mapping[str, str]
    validate: ValidateReceiver
    in_use: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unset: dict[KeyPath, str] = field(default_factory=dict)

    def load(self) -> Config:
        rules = read_rules(self.directory)
        settings = self._settings(rules)
        if rules.matcher is None:
            raise ConfigError(in_order(self.problems))
        return settings.with_matcher(rules.matcher)

    def load_settings(self) -> Settings:
        return self._settings(read_rules(self.directory, is_compiled=False))

    def _settings(self, rules: RuleFiles) -> Settings:
        present = files_present(self.directory)
        settings_file = _optional(self.directory / SETTINGS)
        feeds_file = _optional(self.directory / FEEDS)
        beat = read_beat(self.directory)
        settings = self.settings(settings_file)
        feeds = self.feeds(feeds_file, rules.term_sets)
        self.problems += [*rules.problems, *beat.problems]
        receivers = self._receivers(settings_file, settings)
        routing = Routing(settings_file, settings, receivers, rules)
        policy, canary = routing.policy(), routing.canary()
        self._warn_of_receivers(settings_file, receivers, routing)
        self.problems += routing.problems
        self._check_polling(settings_file, settings)
        self._check_lists(rules, feeds)
        if warning := missing_login(settings.web):
            key, *words = warning
            self._warn(settings_file, ("web", key), *words)
        self._take(ignored(self.directory))
        self._warn_of_ignored_keys(settings_file)
        database = self._database(settings_file, settings)
        self._take(secrets_problems(self.directory, is_needed=bool(self.unset)))
        if any(not problem.is_warning for problem in self.problems):
            raise ConfigError(in_order(self.problems))
        self._take(unknown_labels([settings_file, *rules.documents], feeds))
        documents = [settings_file, feeds_file, *rules.documents]
        shadow = self._shadow()
        return Settings(
            version=version_of([*documents, *beat.documents]),
            directory=self.directory,
            files=tuple(name for name in present if name in files_present(self.directory)),
            text=kept_text([*documents, *beat.own]),
            database=database,
            timezone=settings.timezone,
            feeds=feeds,
            watchlists=tuple(rules.watchlists),
            term_sets=rules.term_sets,
            beat=beat.beat,
            alerts=policy,
            polling=poll_policy(settings.polling, self.environ),
            pages=PagePolicy(**settings.pages.model_dump()),
            receivers=receivers,
            falls_back_to_terminal=routing.falls_back_to_terminal,
            system_send=routing.system_send(),
            canary=canary,
            retention=Retention(
                entries_after=settings.retention.entries,
                identities_after=settings.retention.identities,
            ),
            encoder=settings.stories.encoder,
            web_listen=settings.web.listen,
            web_access=web_access(settings.web),
            web_hosts=page_hosts(settings.web),
            web_public_url=settings.web.public_url,
            web_page_url=settings.web.page_url,
            shadow=shadow,
            notices=tuple(in_order(self.problems)),
        )

    def _shadow(self) -> ShadowLists | None:
        """Read the change in shadow; a broken one is off, and its problems become warnings."""
        files = shadow_files(self.directory)
        if not files:
            return None
        try:
            lists = load_lists(self.directory, overlay=files)
        except ConfigError as error:
            errors = [problem for problem in error.problems if not problem.is_warning]
            for problem in errors:
                message = f"the change in shadow is off: {problem.message}"
                self.problems.append(replace(problem, message=message, is_warning=True))
            return None
        return ShadowLists(version=shadow_version(files), files=tuple(files), lists=lists)

    # ------------------------------------------------------------ files

    def settings(self, document: Document) -> SettingsSchema:
        """Return the settings of straitwatch.yaml, or the defaults if it has a problem."""
        self._take(document.problems)
        expanded = expand(document.data, with_secrets(self.directory, self.environ))
        document.secrets = tuple(addresses_in_clear(document.data))
        document.secret_pairs = tuple(tokens_in_clear(document.data))
        document.lines = without_secrets(document).splitlines()
        for path, name in expanded.unset.items():
            if path[:1] == ("receivers",):
                place = path if path[2:] == ("app_token",) else path[:2]
                self.unset[place] = name
                continue
            hint = f"export {name}=..., or give a default: ${{{name}:-...}}"
            self.problems.append(document.problem(path, f"{name} is not set", hint))
        shape, problems = fit(document, expanded.data, SettingsSchema)
        self._take(problems)
        return shape or SettingsSchema()

    def feeds(self, document: Document, term_sets: Mapping[str, TermSet]) -> tuple[Feed, ...]:
        """Return the valid feeds of feeds.yaml; none if the file does not fit its schema."""
        self._take(document.problems)
        document.secret_pairs = tuple(headers_in_clear(document.data))
        document.lines = without_secrets(document).splitlines()
        shape, problems = fit(document, document.data, FeedsSchema)
        self._take(problems)
        feeds: dict[str, Feed] = {}
        lines: dict[str, int] = {}
        for at, feed_shape in enumerate(shape.feeds if shape else ()):
            path: KeyPath = ("feeds", at)
            if problem := address_problem(feed_shape.url):
                self.problems.append(document.problem((*path, "url"), *problem))
                continue
            about = self._about(document, (*path, "about"), feed_shape.about, term_sets)
            feed = _feed(feed_shape, about=about)
            line = document.position(path).line
            for key, value, what in (
                ("url", feed.id, "this address"),
                ("name", feed.name, "this name"),
            ):
                if value in lines:
                    message = f"{what} is given twice, first in line {lines[value]}"
                    self.problems.append(
                        document.problem((*path, key), message, "keep one of them")
                    )
                lines.setdefault(value, line)
            feeds.setdefault(feed.id, feed)
            self._check_encoding(document, path, feed_shape)
        return tuple(feeds.values())

    def _about(
        self, document: Document, path: KeyPath, names: Names, term_sets: Mapping[str, TermSet]
    ) -> tuple[str, ...]:
        """Return the term sets that a feed is about."""
        found: list[str] = []
        for nth, name in enumerate(names):
            sets = subject_sets(name, term_sets)
            if not sets:
                self.problems.append(unknown(document, (*path, nth), name, term_sets, "term set"))
            found += sets
        return tuple(dict.fromkeys(found))

    def _check_encoding(self, document: Document, path: KeyPath, shape: FeedSchema) -> None:
        if shape.encoding is None:
            return
        try:
            codecs.lookup(shape.encoding)  # `b"".decode` looks up no codec
        except LookupError:
            message = f"unknown encoding: {shape.encoding}"
            hint = "such as utf-8, big5, gb18030, windows-1251, shift_jis, euc-kr"
            self.problems.append(document.problem((*path, "encoding"), message, hint))

    def _take(self, problems: Iterable[Problem]) -> None:
        self.problems += problems

    def _warn(self, document: Document, path: KeyPath, message: str, hint: str = "") -> None:
        self.problems.append(document.problem(path, message, hint, of_key=True, is_warning=True))

    # ------------------------------------------------------------ receivers

    def _receivers(self, document: Document, settings: SettingsSchema) -> dict[str, Receiver]:
        following = fallbacks(settings)
        receivers = {
            name: self._receiver(document, name, shape, fallback=following.get(name, ""))
            for name, shape in settings.receivers.items()
        }
        if TERMINAL not in receivers:
            receivers[TERMINAL] = Receiver(name=TERMINAL, url="terminal://")
        return receivers

    def _receiver(
        self, document: Document, name: str, shape: ReceiverSchema, *, fallback: str
    ) -> Receiver:
        path: KeyPath = ("receivers", name)
        url, broken = self._url(document, path, shape)
        if unset := self.unset.get((*path, "app_token")):
            self._warn(document, (*path, "app_token"), f"{unset} is not set: no buttons")
        receiver = Receiver(
            name=name,
            url=url,
            driver=shape.driver,
            base_url=shape.base_url,
            app_token="" if unset else shape.app_token.strip(),
            limit=Limit(**shape.limit.model_dump()) if shape.limit else None,
            fallback=fallback,
            on_unsure=shape.on_unsure,
            give_up_after=shape.give_up_after,
            message_id_domain=shape.message_id_domain,
            broken_because=broken,
        )
        if not broken and url and (problem := self.validate(receiver)):
            self.problems.append(document.problem((*path, "url"), f"{name}: {problem}"))
        return replace(receiver, broken_because=self.in_use.get(name, broken))

    def _warn_of_receivers(
        self, document: Document, receivers: Mapping[str, Receiver], routing: Routing
    ) -> None:
        """Warn of unusable receivers; the hint says where their messages go."""
        to_terminal = routing.falls_back_to_terminal
        for receiver in receivers.values():
            if receiver.broken_because:
                message = f"{receiver.name}: {receiver.broken_because}"
                hint = hint_without_receiver(receiver.name, receivers, to_terminal=to_terminal)
                self._warn(document, ("receivers", receiver.name), message, hint)

    def _url(self, document: Document, path: KeyPath, shape: ReceiverSchema) -> tuple[str, str]:
        if name := self.unset.get(path):
            return "", f"{name} is not set"
        if bool(shape.url) == bool(shape.url_file):
            message = "a receiver needs either `url` or `url_file`"
            self.problems.append(document.problem(path, message, "url: ${SLACK_URL}", of_key=True))
            return "", ""
        if shape.url:
            return shape.url.strip(), ""
        try:
            file = self.directory / shape.url_file
            file = file if file.is_file() else Path(shape.url_file)  # its former place
            return file.read_text(encoding="utf-8").strip(), ""
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            return "", f"{shape.url_file} cannot be read: {reason}"

    # ------------------------------------------------------------ checks across keys and files

    def _check_polling(self, document: Document, settings: SettingsSchema) -> None:
        polling = settings.polling
        path = ("polling", "interval")
        given = polling.model_fields_set
        if "min_interval" in given and polling.interval < polling.min_interval:
            message = "`interval` is shorter than `min_interval`"
            self.problems.append(document.problem(path, message, "lower min_interval as well"))
        if "max_interval" in given and polling.interval > polling.max_interval:
            message = "`interval` is longer than `max_interval`"
            self.problems.append(document.problem(path, message, "raise max_interval as well"))

        self._check_proxies(document, polling.proxy)

    def _check_proxies(self, document: Document, proxy: str) -> None:
        path = ("polling", "proxy")
        if proxy and proxy != NO_PROXY:
            if problem := proxy_problem(proxy):
                self.problems.append(document.problem(path, *problem))
            return
        for name in unusable_variables(self.environ) if not proxy else ():
            message = f"{name} of the environment is not used: it names no HTTP proxy"
            self._warn(document, ("polling",), message, "set `polling.proxy` instead")

    def _check_lists(self, rules: RuleFiles, feeds: Sequence[Feed]) -> None:
        names = [feed.name for feed in feeds]
        for document in rules.documents:
            data = document.data if isinstance(document.data, dict) else {}
            for at, item in enumerate(data.get("watchlists") or ()):
                sources = item.get("sources") if isinstance(item, dict) else None
                for key in ("include", "exclude"):
                    given = sources.get(key) if isinstance(sources, dict) else None
                    for nth, name in enumerate(given if isinstance(given, list) else ()):
                        if name not in names:
                            path: KeyPath = ("watchlists", at, "sources", key, nth)
                            self.problems.append(unknown(document, path, name, names, "feed"))

    def _database(self, document: Document, settings: SettingsSchema) -> str:
        database, former = locate_database(settings.database, self.directory)
        if former:
            message = f"the database is {former}: paths now start at the configuration directory"
            hint = f"write `database: sqlite:///{former}`, or move the file"
            self._warn(document, ("database",), message, hint)
        return database

    def _warn_of_ignored_keys(self, settings: Document) -> None:
        path = ("retention", "identities")
        if path in settings.keys:
            self._warn(settings, path, f"identities: {_NOT_YET}")


def _feed(shape: FeedSchema, *, about: tuple[str, ...]) -> Feed:
    return Feed(
        id=feed_id(shape.url),
        name=shape.name,
        url=shape.url,
        language=shape.language or "",
        country=shape.country or "",
        kind=shape.kind,
        stance=shape.stance,
        tier=shape.tier,
        interval=shape.interval,
        max_age=shape.max_age,
        timezone=shape.timezone,
        encoding=shape.encoding,
        headers=tuple(shape.headers.items()),
        full_text=shape.full_text,
        tags=shape.tags,
        about=about,
        enabled=shape.enabled,
    )
