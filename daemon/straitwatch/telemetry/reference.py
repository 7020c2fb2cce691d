"""Makes the reference page of the metrics."""

from straitwatch.telemetry.metrics import MetricFamily, Metrics

_INTRODUCTION = """\
# Metrics

The daemon serves these at `/metrics` on the address of `web.listen`, by default
<http://127.0.0.1:8650/metrics>, in the Prometheus text format. A scrape needs three lines:

```yaml
scrape_configs:
  - job_name: straitwatch
    static_configs: [{targets: ["127.0.0.1:8650"]}]
```

`./dev docs` makes this page; edit the texts in `daemon/straitwatch/telemetry/metrics.py`.
"""
_ALERTS = """\
## Alerts to start with

You need none of these if a dead man's switch watches `canary.ping`: the daemon reports its own
trouble to `system.send`. With Prometheus, these four rules report the same problems:

```yaml
groups:
  - name: straitwatch
    rules:
      - {alert: StraitwatchDown, expr: "absent(straitwatch_well)", for: 5m}
      - {alert: StraitwatchNotWorking, expr: "straitwatch_well == 0", for: 5m}
      - {alert: StraitwatchMessagesLate, expr: "straitwatch_oldest_pending_seconds > 900", for: 5m}
      - {alert: StraitwatchConfigRejected, expr: "straitwatch_config_last_reload_successful == 0"}
      - {alert: StraitwatchDeadLetters, expr: 'straitwatch_deliveries{state="dead"} > 0'}
```
"""


def metrics_page() -> str:
    """Make the text of docs/reference/metrics.md."""
    rows = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    rows += [_row(family) for family in Metrics().families]
    return "\n".join([_INTRODUCTION, *rows, "", _ALERTS])


def _row(family: MetricFamily) -> str:
    labels = ", ".join(f"`{label}`" for label in family.labels)
    return f"| `{family.name}` | {family.kind} | {labels} | {family.text} |"
