"""The matcher's metrics, all of them; `/metrics` shows them beside the process's own."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

CLEARING_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Seconds: from a handful of orders to millions of pairs."""


class Metrics:
    """One instance a process; tests give a registry of their own."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.events = Counter(
            "duijie_matcher_events",
            "Records of orders-v1 taken into a book, loads left out",
            registry=registry,
        )
        self.clearings = Counter(
            "duijie_matcher_clearings", "Markets cleared and published", registry=registry
        )
        self.published = Counter(
            "duijie_matcher_published", "Records acknowledged, by topic", ["topic"], registry=registry
        )
        self.withdrawn = Counter("duijie_matcher_withdrawn", "Matches withdrawn", registry=registry)
        self.dead_letters = Counter(
            "duijie_matcher_dead_letters", "Records put aside as unreadable", registry=registry
        )
        self.left_out = Counter(
            "duijie_matcher_left_out_constraints",
            "Constraints that a clearing had to leave out because its market cannot keep them, by kind",
            ["kind"],
            registry=registry,
        )
        self.refetched = Counter(
            "duijie_matcher_refetched", "Records that the consumer skipped, read again", registry=registry
        )
        self.loads = Counter("duijie_matcher_loads", "Partitions whose books were rebuilt", registry=registry)
        self.clearing_seconds = Histogram(
            "duijie_matcher_clearing_seconds",
            "From a clearing's start to the last acknowledgement of what it published",
            buckets=CLEARING_BUCKETS,
            registry=registry,
        )
        self.lag = Gauge(
            "duijie_matcher_lag",
            "Records of the assigned partitions whose effects are not out",
            registry=registry,
        )
