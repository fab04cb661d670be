"""The rows below the figures, each with a link to where one sees more or acts."""

from collections.abc import Iterator
from datetime import UTC, datetime

from operators.overview.figure import lasting
from operators.overview.findings import Overview, Replica, Trouble
from operators.overview.following import Followers
from operators.overview.table import Cell, Table, admin_url
from wire.times import format_time


def tables(overview: Overview) -> Iterator[Table]:
    """Those of the parts that are known."""
    if overview.followers:
        yield from _of_followers(overview.followers, overview.time)
    if overview.deliveries:
        yield _troubles(overview.deliveries.troubles)
    if overview.replicas:
        yield _replicas(overview.replicas)


def _of_followers(found: Followers, now: datetime) -> Iterator[Table]:
    yield _slowest(found, now)
    yield _never_polled(found)
    yield _limited(found)
    yield _skipped(found, now)


def _slowest(found: Followers, now: datetime) -> Table:
    return Table(
        "slowest",
        "Slowest followers",
        ("Caller", "Feed", "Orders behind", "Waiting for", "Last poll"),
        [
            (
                _caller(row.caller, row.caller_id),
                Cell(f"{row.kind} {row.identifier}"),
                Cell(f"{row.orders:,}"),
                Cell(lasting(row.seconds)),
                _ago(row.last_poll_time, now),
            )
            for row in found.slowest
        ],
        "Nobody who polls is behind.",
    )


def _never_polled(found: Followers) -> Table:
    return Table(
        "neverPolled",
        "Grants that nobody has used",
        ("Caller", "Feed", "What is known"),
        [
            (
                _caller(row.caller, row.caller_id),
                Cell(f"{row.kind} {row.identifier}"),
                Cell("never polled" if row.is_known else f"no such {row.kind} yet: is it misspelt?"),
            )
            for row in found.never_polled
        ],
        "Every grant is used, by polling or by a subscription.",
    )


def _limited(found: Followers) -> Table:
    return Table(
        "limited",
        "Callers that were limited",
        ("Caller", "429 in the last hour or two"),
        [(_caller(row.caller, row.caller_id), Cell(f"{row.times:,}")) for row in found.limited],
        "No caller was answered 429.",
    )


def _skipped(found: Followers, now: datetime) -> Table:
    return Table(
        "skipped",
        "Changes that callers skipped",
        ("Caller", "Feed", "Was given changes up to", "Asked from", "Seen"),
        [
            (
                _caller(row.caller, row.caller_id),
                Cell(f"{row.kind} {row.identifier}"),
                Cell(format_time(row.after)),
                Cell(format_time(row.until)),
                _ago(row.seen_time, now),
            )
            for row in found.skipped
        ],
        "Nobody asked from a later time than it had been given changes up to.",
    )


def _troubles(troubles: list[Trouble]) -> Table:
    rows = [
        (
            Cell(row.subscription_id, admin_url("delivery_subscription_change", row.pk)),
            _caller(row.caller, row.caller_id),
            Cell(f"{row.mechanism}, {row.kind} {row.identifier}"),
            Cell(row.state.capitalize()),
            Cell(f"{row.held_orders:,}"),
            Cell(row.reason),
        )
        for row in troubles
    ]
    columns = ("Subscription", "Caller", "What", "State", "Held", "Why")
    empty = "None fails, is disabled, or holds orders."
    return Table("subscriptions", "Subscriptions that are not told everything", columns, rows, empty)


def _replicas(replicas: list[Replica]) -> Table:
    rows = [
        (
            Cell(row.address),
            Cell("not known" if row.lag_seconds is None else lasting(row.lag_seconds)),
            Cell({None: "does not answer", True: "follows the primary"}.get(row.is_standby, "no replica")),
        )
        for row in replicas
    ]
    return Table("replicas", "Replicas", ("Server", "Behind", "State"), rows, "")


def _caller(name: str, pk: int) -> Cell:
    return Cell(name, admin_url("callers_caller_change", pk))


def _ago(time: datetime | None, now: datetime) -> Cell:
    if time is None:
        return Cell("never")
    passed = max((now - time).total_seconds(), 0)
    return Cell(f"{lasting(int(passed))} ago", title=format_time(time.astimezone(UTC)))
