from prometheus_client.parser import text_string_to_metric_families

from execution.metrics import Metrics
from server.exposition import exposition


def test_prometheus_reads_what_is_told() -> None:
    metrics = Metrics()
    metrics.counter("errors_total", 'Errors,\n"all" of \\ them.', "code").add('a"b\\c\nd', by=2)
    metrics.gauge("lag_seconds", "Lag.").set(0.25)
    metrics.histogram("took_seconds", "Took.", "operation").observe(0.3, "Save")

    text = exposition(metrics)

    families = {family.name: family for family in text_string_to_metric_families(text)}
    (error,) = families["errors"].samples
    (lag,) = families["lag_seconds"].samples
    took = {
        (each.name, each.labels.get("le")): each.value for each in families["took_seconds"].samples
    }
    assert (error.labels, error.value) == ({"code": 'a"b\\c\nd'}, 2)
    assert families["errors"].documentation == 'Errors,\n"all" of \\ them.'
    assert (lag.value, families["lag_seconds"].type) == (0.25, "gauge")
    assert took[("took_seconds_bucket", "0.25")] == 0
    assert took[("took_seconds_bucket", "+Inf")] == took[("took_seconds_count", None)] == 1
    assert text.endswith("\n")
