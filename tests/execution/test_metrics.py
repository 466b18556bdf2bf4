import threading

import pytest

from execution.metrics import FewNames, Metric, Metrics


def told(metric: Metric) -> dict[tuple[str, ...], float]:
    """Every number of a metric by its suffix and the values of its labels."""
    return {(sample.suffix, *sample.labels.values()): sample.value for sample in metric.samples()}


def test_a_counter_counts_apart_by_its_labels() -> None:
    errors = Metrics().counter("errors_total", "Errors.", "code")

    errors.add("DEADLINE")
    errors.add("DEADLINE", by=2)
    errors.add("INTERNAL")

    assert told(errors) == {("", "DEADLINE"): 3, ("", "INTERNAL"): 1}


def test_a_counter_without_labels_begins_with_nothing() -> None:
    assert told(Metrics().counter("events_total", "Events.")) == {("",): 0}


def test_a_gauge_is_set_and_added_to_and_forgotten() -> None:
    jobs = Metrics().gauge("jobs", "Jobs.", "kind")

    jobs.set(3, "scoring")
    jobs.add(-1, "scoring")
    jobs.add(5, "creation")
    before = told(jobs)
    jobs.forget()

    assert before == {("", "scoring"): 2, ("", "creation"): 5}
    assert told(jobs) == {}


def test_a_gauge_that_follows_something_is_looked_up_when_it_is_asked_for() -> None:
    subscribers = Metrics().gauge("subscribers", "Subscribers.")
    connected = ["ann"]
    subscribers.follow(lambda: len(connected))

    connected.append("bob")

    assert told(subscribers) == {("",): 2}


def test_a_histogram_counts_what_is_within_each_bound() -> None:
    seconds = Metrics().histogram("took_seconds", "Took.", "operation")

    for each in (0.001, 0.005, 0.3, 60):
        seconds.observe(each, "Save")

    numbers = told(seconds)
    assert numbers[("_bucket", "Save", "0.005")] == 2
    assert numbers[("_bucket", "Save", "0.25")] == 2
    assert numbers[("_bucket", "Save", "0.5")] == 3
    assert numbers[("_bucket", "Save", "30")] == 3
    assert numbers[("_bucket", "Save", "+Inf")] == numbers[("_count", "Save")] == 4
    assert numbers[("_sum", "Save")] == pytest.approx(60.306)


def test_what_threads_count_at_once_is_all_counted() -> None:
    commands = Metrics().counter("commands_total", "Commands.")

    def count() -> None:
        for _ in range(2_000):
            commands.add()

    threads = [threading.Thread(target=count) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told(commands) == {("",): 8_000}


def test_a_name_is_told_once() -> None:
    metrics = Metrics()
    metrics.gauge("jobs", "Jobs.")

    with pytest.raises(ValueError, match="there is a metric jobs"):
        metrics.counter("jobs", "Jobs.")


def test_names_beyond_the_first_are_other() -> None:
    names = FewNames(2)

    assert [names.of(each) for each in ("A", "B", "C", "A", "D")] == [
        "A",
        "B",
        "other",
        "A",
        "other",
    ]
