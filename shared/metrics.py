"""Prometheus metrics of one process. Labels are route templates, codes and names: never ids."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route"]
        self.requests = Counter(
            "careloop_requests", "Requests answered", [*labels, "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "careloop_request_seconds",
            "Time to answer",
            labels,
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.in_flight = Gauge(
            "careloop_requests_in_flight", "Requests being answered", registry=self.registry
        )
        self.shed = Counter(
            "careloop_requests_shed", "Requests refused at capacity", registry=self.registry
        )
        self.steps = Counter(
            "careloop_worker_steps", "Worker steps", ["step", "outcome"], registry=self.registry
        )
        self.lag = Gauge(
            "careloop_event_lag_seconds",
            "Age of the last event taken from a neighbour's log when it was taken",
            ["log"],
            registry=self.registry,
        )
        self.parked = Gauge(
            "careloop_events_parked", "Events that failed five times", registry=self.registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
