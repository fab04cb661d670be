"""What every process of this machine counts for Prometheus, in METRICS_DIR.

/metrics of the operators' server shows it, beside what that asks the database (operators.metrics).

No label has a value for each caller, channel, subscription or host.
"""

from stores.counting.metric import Counter, Gauge, Histogram

POLL_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
RECEIVER_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)

polls = Counter("acommerce_polls", "Polls answered, by route and outcome.", "route", "outcome")
poll_duration = Histogram(
    "acommerce_poll_duration_seconds", "How long a poll took in the process.", "route", buckets=POLL_SECONDS
)
other_requests = Counter(
    "acommerce_other_requests",
    "Other requests answered, by route and outcome.",
    "route",
    "outcome",
)
quota_refusals = Counter(
    "acommerce_quota_refusals",
    "Uses beyond a quota, by its policy.",
    "policy",
    known=[("caller",)],
)
limits_failed_open = Counter(
    "acommerce_limits_failed_open", "Uses that were not counted against a quota, because Redis was away."
)

pool_connections = Gauge(
    "acommerce_database_pool_connections", "Connections of the pools, by state.", "database", "state"
)
pool_max = Gauge("acommerce_database_pool_max_connections", "What the pools may hold at most.", "database")
pool_waits = Counter(
    "acommerce_database_pool_waits", "How often a connection of the pool was waited for.", "database"
)
pool_wait_seconds = Counter(
    "acommerce_database_pool_wait_seconds", "How long connections of the pool were waited for.", "database"
)
pool_timeouts = Counter(
    "acommerce_database_pool_timeouts", "How often the pool had no connection in time.", "database"
)

EVENT_OUTCOMES = ("published", "revised", "deleted", "unchanged", "rejected")
events = Counter(
    "acommerce_events", "Events taken in, by outcome.", "outcome", known=[(each,) for each in EVENT_OUTCOMES]
)
batch_duration = Histogram(
    "acommerce_publishing_batch_seconds",
    "How long a batch of events took, from its last line to its commit.",
    buckets=BATCH_SECONDS,
)

deliveries = Counter(
    "acommerce_deliveries", "Deliveries tried, by mechanism and outcome.", "mechanism", "outcome"
)
commit_to_receiver = Histogram(
    "acommerce_commit_to_receiver_seconds",
    "From the time of a change, or of the newest change in a file, until its receiver had it.",
    "mechanism",
    buckets=RECEIVER_SECONDS,
)
