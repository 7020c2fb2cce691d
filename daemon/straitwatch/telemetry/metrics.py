"""Prometheus metrics. Labels are enums and configured names, never addresses or titles."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_LATENCY = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600)


class Metrics:
    """The metrics of one daemon, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.polls = self._counter("feed_polls", "Polls of feeds, by outcome.", "outcome")
        self.entries = self._counter("entries", "Entries read, by what became of them.", "outcome")
        self.decisions = self._counter("decisions", "Decisions about reports.", "reason")
        self.attempts = self._counter(
            "delivery_attempts", "Attempts to send a message.", "receiver", "outcome"
        )
        self.encodings = self._counter("encodings", "Texts for sentence vectors.", "outcome")
        self.job_failures = self._counter("job_failures", "Scheduled jobs that raised.", "job")
        self.fenced = self._counter("fenced", "Results that came after their lease.", "kind")
        self.deliveries = self._gauge("deliveries", "Deliveries by state.", "state")
        self.feeds = self._gauge("feeds", "Feeds by condition.", "condition")
        self.oldest_pending = self._gauge(
            "oldest_pending_seconds", "Age of the oldest delivery that is due."
        )
        self.reload_ok = self._gauge(
            "config_last_reload_successful", "1 if the last reload was accepted, 0 if refused."
        )
        self.hold_seconds = self._gauge(
            "receiver_hold_seconds", "How long a receiver gets nothing yet.", "receiver"
        )
        self.broken_promises = self._gauge(
            "outbox_broken_promises", "What `outbox check` finds contradictory."
        )
        self.well = self._gauge("well", "1 while the dead man's switch is held down.")
        self.canary = self._gauge("canary_seconds", "What the last canary took to arrive.")
        self.encoder_available = self._gauge(
            "encoder_available", "1 while texts can get sentence vectors."
        )
        self.encoding_seconds = self._latency("encoding", "What a batch of texts took to encode.")
        self.match_to_delivered = self._latency(
            "match_to_delivered", "From the decision to the receiver's answer."
        )
        self.published_to_delivered = self._latency(
            "published_to_delivered", "From the publisher's date to the receiver's answer."
        )
        self.reload_ok.set(1)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"straitwatch_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"straitwatch_{name}", text, labels, registry=self.registry)

    def _latency(self, name: str, text: str) -> Histogram:
        return Histogram(
            f"straitwatch_{name}_seconds", text, registry=self.registry, buckets=_LATENCY
        )

    def render(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)
