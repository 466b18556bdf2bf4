"""Metrics: what a process counts and measures of itself, to be read from outside.

Whoever has something to tell defines it once, in its own module, and says so as it happens:

    SUBSCRIBERS: Final = METRICS.gauge("quorum_subscribers", "Who follows events now.")
    SUBSCRIBERS.set(len(subscribers))

Values of labels are few and known beforehand: no ids, no names that people have given.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final, TypeVar

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The bounds between which durations are counted."""
OTHER: Final = "other"

Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number: what its name ends in, its labels, its value."""

    suffix: str
    labels: Mapping[str, str]
    value: float


class Metric:
    """What is told under one name, apart by the values of its labels; from any thread."""

    kind = "untyped"

    def __init__(self, name: str, meaning: str, labels: Values = ()) -> None:
        self.name = name
        self.meaning = meaning
        self.labels = labels
        self._lock = Lock()
        self._looks: dict[Values, Callable[[], float]] = {}

    def follow(self, look: Callable[[], float], *values: str) -> None:
        """Call this whenever the number is asked for; who follows last is asked."""
        self._looks[values] = look

    def samples(self) -> Iterator[Sample]:
        """Every number there is now."""
        raise LookupError(self.kind)

    def _looked(self) -> dict[Values, float]:
        return {values: look() for values, look in list(self._looks.items())}

    def _named(self, values: Values) -> dict[str, str]:
        return dict(zip(self.labels, values, strict=True))


class Counter(Metric):
    """How often something has happened."""

    kind = "counter"

    def __init__(self, name: str, meaning: str, labels: Values = ()) -> None:
        super().__init__(name, meaning, labels)
        self._counts: dict[Values, float] = {} if labels else {(): 0.0}

    def add(self, *values: str, by: float = 1.0) -> None:
        """Count once more, or by so many."""
        with self._lock:
            self._counts[values] = self._counts.get(values, 0.0) + by

    def samples(self) -> Iterator[Sample]:
        for values, count in {**self._counts, **self._looked()}.items():
            yield Sample("", self._named(values), count)


class Gauge(Metric):
    """How much there is of something now: set, added to, or looked up when it is asked for."""

    kind = "gauge"

    def __init__(self, name: str, meaning: str, labels: Values = ()) -> None:
        super().__init__(name, meaning, labels)
        self._levels: dict[Values, float] = {}

    def set(self, level: float, *values: str) -> None:
        """There is so much now."""
        with self._lock:
            self._levels[values] = level

    def add(self, more: float, *values: str) -> None:
        """There is more now, or less."""
        with self._lock:
            self._levels[values] = self._levels.get(values, 0.0) + more

    def forget(self) -> None:
        """Nothing is known of it any more."""
        with self._lock:
            self._levels.clear()

    def samples(self) -> Iterator[Sample]:
        for values, level in {**self._levels, **self._looked()}.items():
            yield Sample("", self._named(values), level)


class Histogram(Metric):
    """How long something took: how often it was within each bound, and all of it together."""

    kind = "histogram"

    def __init__(
        self, name: str, meaning: str, labels: Values = (), bounds: tuple[float, ...] = SECONDS
    ) -> None:
        super().__init__(name, meaning, labels)
        self._bounds = bounds
        self._counts: dict[Values, list[int]] = {}
        self._sums: dict[Values, float] = {}

    def observe(self, seconds: float, *values: str) -> None:
        """It took so long this time."""
        place = bisect_left(self._bounds, seconds)
        with self._lock:
            counts = self._counts.get(values)
            if counts is None:
                counts = self._counts[values] = [0] * (len(self._bounds) + 1)
            counts[place] += 1
            self._sums[values] = self._sums.get(values, 0.0) + seconds

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            counted = {values: list(counts) for values, counts in self._counts.items()}
            sums = dict(self._sums)
        for values, counts in counted.items():
            labels = self._named(values)
            so_far = 0
            for bound, count in zip((*self._bounds, math.inf), counts, strict=True):
                so_far += count
                yield Sample("_bucket", {**labels, "le": _bound(bound)}, so_far)
            yield Sample("_count", labels, so_far)
            yield Sample("_sum", labels, sums[values])


M = TypeVar("M", bound=Metric)


class Metrics:
    """All that one process tells, each name once."""

    def __init__(self) -> None:
        self._metrics: dict[str, Metric] = {}

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """A new counter; its name ends in `_total`."""
        return self._added(Counter(name, meaning, labels))

    def gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        """A new gauge."""
        return self._added(Gauge(name, meaning, labels))

    def histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        """A new histogram of seconds; its name ends in `_seconds`."""
        return self._added(Histogram(name, meaning, labels))

    def __iter__(self) -> Iterator[Metric]:
        return iter(sorted(self._metrics.values(), key=lambda metric: metric.name))

    def _added(self, metric: M) -> M:
        if metric.name in self._metrics:
            raise ValueError(f"there is a metric {metric.name}")
        self._metrics[metric.name] = metric
        return metric


class FewNames:
    """The names that came first; any other is `other`: what clients make up does not grow."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: set[str] = set()

    def of(self, name: str) -> str:
        """The name under which this one is counted."""
        if name not in self._names:
            if len(self._names) >= self._most:
                return OTHER
            self._names.add(name)
        return name


METRICS: Final = Metrics()
"""Those of this process."""


def _bound(bound: float) -> str:
    return "+Inf" if math.isinf(bound) else f"{bound:g}"
