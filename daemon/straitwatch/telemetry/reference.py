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
[Monitor Straitwatch](../operations/monitoring.md) has alert rules and a dashboard with
these names.
"""


def metrics_page() -> str:
    """Make the text of docs/reference/metrics.md."""
    rows = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    rows += [_row(family) for family in Metrics().families]
    return "\n".join([_INTRODUCTION, *rows, "", _ALERTS])


def _row(family: MetricFamily) -> str:
    labels = ", ".join(f"`{label}`" for label in family.labels)
    return f"| `{family.name}` | {family.kind} | {labels} | {family.text} |"
