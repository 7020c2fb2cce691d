"""Defines the daemon's metrics for Prometheus."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_LATENCY = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFamily:
    """A metric's name, type and meaning, for the reference page."""

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str


class Metrics:
    """The metrics of one daemon, in a registry of their own.

    Labels are enums and configured names, never addresses or titles: each value is a time series.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.families: list[MetricFamily] = []
        self._add_feeds()
        self._add_deliveries()
        self._add_encoder()
        self._add_daemon()

    def _add_feeds(self) -> None:
        self.polls = self._counter(
            "feed_polls",
            "Polls of feeds. `outcome` is the last outcome in `feeds health`, or `interrupted`: a "
            "slow fetch gave its place to other feeds.",
            "outcome",
        )
        self.entries = self._counter("entries", "Entries read: `new` or `known`.", "outcome")
        self.pushes = self._counter(
            "pushes",
            "Pushes of hubs: `accepted`, `unsigned` (no or a wrong signature: ignored), `ended` "
            "(no longer wanted), `too_large`, `too_slow` or `unknown` (no such subscription).",
            "outcome",
        )
        self.push_entries = self._counter(
            "push_entries",
            "New entries of feeds with pushes: `pushed` (announced) or `missed` (found by a "
            "regular poll).",
            "outcome",
        )
        self.pages = self._counter(
            "pages",
            "Pages requested, by result (see `why`), such as `read`, `unchanged`, `robots` or "
            "`blocked`.",
            "outcome",
        )
        self.possible_gaps = self._counter(
            "possible_gaps", "Documents without a known entry: others may have been missed."
        )
        self.backfill_pages = self._counter(
            "backfill_pages",
            "Pages with older entries that were requested after a gap: `read` or `failed`.",
            "outcome",
        )
        self.decisions = self._counter(
            "decisions", "Decisions about reports, by reason (see the reasons page).", "reason"
        )
        self.feeds = self._gauge(
            "feeds",
            "Feeds: `configured`, `failing` (at the last poll), `not_covered` (news may be missed) "
            "or `distrusted` (wrong 304 answers).",
            "condition",
        )

    def _add_deliveries(self) -> None:
        self.attempts = self._counter(
            "delivery_attempts",
            "Attempts to send a message: `delivered`, `retry`, `unsure` (no reply), `permanent` "
            "(refused) or `receiver_broken`.",
            "receiver",
            "outcome",
        )
        self.deliveries = self._gauge(
            "deliveries", "Deliveries: `pending`, `delivered` (last 24 hours) or `dead`.", "state"
        )
        self.oldest_pending = self._gauge(
            "oldest_pending_seconds", "Age of the oldest delivery that is due, in seconds."
        )
        self.broken_seconds = self._gauge(
            "receiver_broken_seconds",
            "Seconds since the receiver first refused messages or could not be reached; 0 if it "
            "works, as in `status`.",
            "receiver",
        )
        self.hold_seconds = self._gauge(
            "receiver_hold_seconds",
            "Seconds until the receiver is tried again, after a refusal or a rate limit.",
            "receiver",
        )
        self.match_to_delivered = self._latency(
            "match_to_delivered", "Seconds from the decision to the receiver's answer."
        )
        self.published_to_delivered = self._latency(
            "published_to_delivered", "Seconds from the publisher's date to the receiver's answer."
        )
        self.broken_promises = self._gauge(
            "outbox_broken_promises", "Contradictions in the outbox that `doctor` lists; always 0."
        )

    def _add_encoder(self) -> None:
        self.encodings = self._counter(
            "encodings",
            "Texts for sentence vectors: `ok`, `failed`, `late` or `unavailable`.",
            "outcome",
        )
        self.encoder_available = self._gauge(
            "encoder_available", "1 while texts can get sentence vectors."
        )
        self.encoding_seconds = self._latency(
            "encoding", "Seconds that a batch of texts took to encode."
        )

    def _add_daemon(self) -> None:
        self.job_failures = self._counter(
            "job_failures",
            "Scheduled jobs that raised an error; the log has the traceback.",
            "task",
        )
        self.clicks = self._counter(
            "slack_clicks",
            "Clicks on the buttons of Slack messages: `done`, `repeated`, `refused`, `foreign` or "
            "`unknown`.",
            "result",
        )
        self.fenced = self._counter(
            "fenced", "Results discarded because the lease on the work had expired.", "kind"
        )
        self.reload_ok = self._gauge(
            "config_last_reload_successful", "1 if the last reload was accepted, 0 if rejected."
        )
        self.reload_ok.set(1)
        self.well = self._gauge("well", "1 while `/readyz` finds no fault, else 0.")
        self.canary = self._gauge(
            "canary_seconds", "Seconds that the last canary message took to arrive."
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        counter = Counter(f"straitwatch_{name}", text, labels, registry=self.registry)
        self._describe(f"{name}_total", "counter", labels, text)
        return counter

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        gauge = Gauge(f"straitwatch_{name}", text, labels, registry=self.registry)
        self._describe(name, "gauge", labels, text)
        return gauge

    def _latency(self, name: str, text: str) -> Histogram:
        histogram = Histogram(
            f"straitwatch_{name}_seconds", text, registry=self.registry, buckets=_LATENCY
        )
        self._describe(f"{name}_seconds", "histogram", (), text)
        return histogram

    def _describe(self, name: str, kind: str, labels: tuple[str, ...], text: str) -> None:
        family = MetricFamily(name=f"straitwatch_{name}", kind=kind, labels=labels, text=text)
        self.families.append(family)

    def render(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)
