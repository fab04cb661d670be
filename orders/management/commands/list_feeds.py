"""`manage.py list_feeds [--caller NAME] [--json]`: who polls what, and how far behind."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callers.administration import unknown_caller
from callers.models import Caller
from orders.followers import Follower, followers
from stores.notes import Away
from wire.times import format_time

HEADINGS = ("caller", "feed", "last poll", "updatedSince", "behind", "last two hours", "429s", "skipped")


class Command(BaseCommand):
    help = "Print every feed that a caller may poll, the furthest behind first, as a table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--caller", metavar="NAME", help="of this caller alone")
        parser.add_argument("--json", action="store_true", help="a line of JSON each instead, with all hours")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["caller"]
        if name is not None and not Caller.objects.filter(username=name).exists():
            raise CommandError(str(unknown_caller(name)))
        try:
            found = followers(name)
        except Away as away:
            raise CommandError(
                f"What is known of polls cannot be read: its store is away ({away})."
            ) from None
        if options["json"]:
            for follower in found:
                self.stdout.write(json.dumps(as_json(follower), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(table([HEADINGS, *map(_row, found)])))


def as_json(follower: Follower) -> dict[str, Any]:
    """All that is known of a caller and a feed; times and members as in GET /caller."""
    known = follower.polls
    return {
        "username": follower.caller,
        f"{follower.scope.kind}Id": follower.scope.identifier,
        "lastPollTime": _time(known.last_poll_time),
        "lastUpdatedSince": _time(known.last_updated_since),
        "behind": None
        if follower.orders is None
        else {"orders": follower.orders, "seconds": follower.seconds},
        "outcomes": {format_time(hour): counts for hour, counts in known.outcomes.items()},
        "limited": known.limited,
        "skipped": [
            {
                "after": format_time(window.after),
                "until": format_time(window.until),
                "seenTime": format_time(window.seen_time),
            }
            for window in reversed(known.skipped)
        ],
    }


def table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """The rows as lines, their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _row(follower: Follower) -> tuple[str, ...]:
    known, outcomes = follower.polls, follower.polls.recent_outcomes()
    return (
        follower.caller,
        f"{follower.scope.kind} {follower.scope.identifier}",
        _time(known.last_poll_time) or "never",
        _time(known.last_updated_since) or "-",
        "-" if follower.orders is None else f"{follower.orders} orders, {follower.seconds:.0f} s",
        " ".join(f"{outcome}: {number}" for outcome, number in sorted(outcomes.items())) or "-",
        str(known.limited),
        str(len(known.skipped)),
    )


def _time(time: datetime | None) -> str | None:
    return format_time(time) if time else None
