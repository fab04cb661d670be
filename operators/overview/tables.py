"""The rows below the figures, each with a link to where one sees more or acts."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse

from operators.overview.figure import lasting
from operators.overview.findings import Overview, Replica, Trouble
from operators.overview.following import Followers
from wire.times import format_time


class Cell(NamedTuple):
    """A text, and where it leads; `title` tells more precisely."""

    text: str
    url: str = ""
    title: str = ""


class Table(NamedTuple):
    """`key` is its anchor; `empty` is said where there is no row."""

    key: str
    title: str
    columns: tuple[str, ...]
    cells: Sequence[tuple[Cell, ...]]
    empty: str

    @property
    def rows(self) -> list[list[tuple[str, Cell]]]:
        """Each row, as cells with the names of their columns."""
        return [list(zip(self.columns, row, strict=True)) for row in self.cells]


def tables(overview: Overview) -> Iterator[Table]:
    """Those of the parts that are known."""
    if overview.followers:
        yield from _of_followers(overview.followers, overview.time)
    if overview.deliveries:
        yield _troubles(overview.deliveries.troubles)
    if overview.replicas:
        yield _replicas(overview.replicas)


def admin_url(name: str, *arguments: object) -> str:
    """A page of the admin; empty where it has no such page."""
    try:
        return reverse(f"admin:{name}", args=arguments)
    except NoReverseMatch:
        return ""


def _of_followers(found: Followers, now: datetime) -> Iterator[Table]:
    yield Table(
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
    yield Table(
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
    yield Table(
        "limited",
        "Callers that were limited",
        ("Caller", "429 in the last hour or two"),
        [(_caller(row.caller, row.caller_id), Cell(f"{row.times:,}")) for row in found.limited],
        "No caller was answered 429.",
    )
    yield Table(
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
