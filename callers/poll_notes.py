"""What is kept of a caller's polls of one feed: a note, which all processes add to (stores.notes).

Times in it are microseconds since 1970. Each process adds *spans*: from `since` on the caller was given the
changes up to `given`. A caller that asks from a later time than it was ever given has skipped a window. That
is judged SETTLE_SECONDS after it was written, when every process has written what it gave, and whatever the
order is in which they wrote: a caller's polls may go to another process each time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from stores.notes import Content

SETTLE_SECONDS = 10
HOURS_KEPT = 48
SKIPPED_KEPT = 10
MAX_SPANS = 200
"""Of a feed, from one process, between two writes; a caller that makes more of them jumps about wildly."""

NEW: Content = {"poll": 0, "since": None, "given": None, "reached": None, "spans": [], "skipped": []}
"""A note that tells nothing yet."""

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Gathered:
    """What one process has seen of a feed's polls since it last wrote."""

    outcomes: Counter[tuple[int, str]] = field(default_factory=Counter)
    """How many had which outcome, by the hour."""
    poll: float = 0.0
    """When the last good one was answered, in seconds."""
    since: datetime | None = None
    given: datetime = EPOCH
    spans: list[tuple[float, datetime, datetime]] = field(default_factory=list)

    def add_poll(self, moment: float, since: datetime | None, given: datetime) -> None:
        """A poll that was answered. One that goes on where the last ended lengthens its span."""
        self.poll, self.since, self.given = moment, since, given
        self._add_span(moment, since or EPOCH, given)

    def add_older(self, older: "Gathered") -> None:
        """What could not be written before."""
        self.outcomes.update(older.outcomes)
        newer, self.spans = self.spans, older.spans
        for span in newer:
            self._add_span(*span)
        if not self.poll:
            self.poll, self.since, self.given = older.poll, older.since, older.given

    def _add_span(self, moment: float, since: datetime, given: datetime) -> None:
        if self.spans:
            began, first, last = self.spans[-1]
            if first <= since <= last or len(self.spans) >= MAX_SPANS:
                self.spans[-1] = began, first, max(last, given)
                return
        self.spans.append((moment, since, given))


def merged(content: Content, gathered: Gathered, now: float) -> Content:
    """The note with what a process gathered."""
    note = NEW | content
    outcomes = {hour: Counter(counts) for hour, counts in note.get("outcomes", {}).items()}
    for (hour, outcome), number in gathered.outcomes.items():
        outcomes.setdefault(str(hour), Counter())[outcome] += number
    oldest = int(now) // 3600 - HOURS_KEPT
    note["outcomes"] = {hour: dict(counts) for hour, counts in outcomes.items() if int(hour) > oldest}
    if gathered.poll and round(gathered.poll * 1e6) >= note["poll"]:
        note["poll"] = round(gathered.poll * 1e6)
        note["since"] = None if gathered.since is None else to_number(gathered.since)
        note["given"] = to_number(gathered.given)
    note["spans"] = [*note["spans"], *_numbers(gathered.spans, now)]
    return judged(note, now)


def judged(note: Content, now: float) -> Content:
    """The note, with the windows that were skipped as far as that can be told by now."""
    spans = note["spans"]
    if not spans:
        return note
    reached = min(spans)[1] if note["reached"] is None else note["reached"]
    settled = round((now - SETTLE_SECONDS) * 1e6)
    skipped = list(note["skipped"])
    end = reached
    for moment, since, given, written in sorted(spans, key=lambda span: span[1]):
        if since > end and written > settled:
            continue  # what comes in between may be told yet
        if since > end:
            skipped.append([end, since, moment])
        end = max(end, given)
    reached = max([reached, *(given for _, _, given, written in spans if written <= settled)])
    waiting = [span for span in spans if span[3] > settled and max(span[1:3]) > reached]
    skipped = sorted(skipped, key=lambda window: window[2])[-SKIPPED_KEPT:]
    return note | {"reached": reached, "spans": waiting, "skipped": skipped}


def to_number(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND


def to_time(number: int) -> datetime:
    return EPOCH + number * MICROSECOND


def _numbers(spans: Iterable[tuple[float, datetime, datetime]], now: float) -> Iterator[list[int]]:
    """Spans as they are written: their beginning, what they are from and until, and the time of writing."""
    for moment, since, given in spans:
        yield [round(moment * 1e6), to_number(since), to_number(given), round(now * 1e6)]
