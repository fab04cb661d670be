"""What is counted of each answer: routes and outcomes are few, whatever clients send."""

from stores import metrics

POLLED = "/sales-order-status"
"""In the route of every poll, of either version."""
NAMED = {200: "200", 304: "304", 429: "429"}


def count_answer(route: str, status: int, seconds: float) -> None:
    """Count an answer by its route and outcome; of a poll also how long it took."""
    outcome = NAMED.get(status) or f"{status // 100}xx"
    if POLLED in route:
        metrics.polls.add(route, outcome)
        metrics.poll_duration.observe(seconds, route)
    else:
        metrics.other_requests.add(route, outcome)
