"""Figures of what is published and polled."""

from operators.overview.figure import Said, Tone, counted, lasting
from operators.overview.findings import Traffic
from operators.overview.following import Followers

SLOW_SECONDS = 600
CHANGES = ("published", "revised", "deleted")
OUTCOME_WORDS = {
    "200": "with orders",
    "304": "nothing new",
    "refused": "refused",
    "limited": "limited (429)",
    "failed": "failed (5xx)",
}


def events(found: Traffic) -> Said:
    changes = sum(found.events_last_minute[outcome] for outcome in CHANGES)
    hour = sum(found.events_last_hour[outcome] for outcome in CHANGES)
    rejected = found.events_last_hour["rejected"]
    sentence = f"{counted(hour, 'change')} and {counted(rejected, 'rejected line')} in the last hour."
    return Said(_worse(rejected), f"{changes:,}", sentence)


def polls(found: Traffic) -> Said:
    minute, hour = found.polls_last_minute, found.polls_last_hour
    total = sum(minute.values())
    told = ", ".join(f"{minute[outcome]:,} {words}" for outcome, words in OUTCOME_WORDS.items())
    tone = Tone.ALARM if minute["failed"] else _worse(hour["failed"])
    failed = f" {counted(hour['failed'], 'poll')} failed in the last hour." if hour["failed"] else ""
    return Said(tone, f"{total:,}", f"{told.capitalize()}.{failed}")


def slowest(found: Followers) -> Said:
    if not found.slowest:
        sentence = f"Of {counted(found.following, 'feed')} that somebody polls."
        return Said(Tone.OK if found.following else Tone.IDLE, "Nobody behind", sentence)
    first = found.slowest[0]
    sentence = (
        f"{first.caller}, by {counted(first.orders, 'order')} of {first.kind} {first.identifier}."
        f" {found.behind:,} of {found.following:,} are behind."
    )
    return Said(_worse(first.seconds > SLOW_SECONDS), lasting(first.seconds), sentence)


def never_polled(found: Followers) -> Said:
    count = found.never_polled_count
    unknown = [row for row in found.never_polled if not row.is_known]
    sentence = "Every grant is used." if not count else "Their callers have never polled."
    if unknown:
        first = unknown[0]
        more = f", and {len(unknown) - 1:,} more" if len(unknown) > 1 else ""
        sentence = f"No such {first.kind} yet: {first.identifier}, granted to {first.caller}{more}."
    return Said(_worse(unknown), f"{count:,}", sentence)


def limited(found: Followers) -> Said:
    if not found.limited:
        return Said(Tone.OK, "None", "No 429 in the last hour.")
    first = found.limited[0]
    sentence = f"{first.caller} most: {counted(first.times, 'time')} in the last hour or two."
    return Said(Tone.WARNING, f"{len(found.limited):,}", sentence)


def skipped(found: Followers) -> Said:
    if not found.skipped:
        return Said(Tone.OK, "None", "Nobody skipped changes in a day.")
    sentence = f"{found.skipped[0].caller} asked from a later time than it had been given changes up to."
    return Said(Tone.WARNING, f"{len(found.skipped):,}", sentence)


def _worse(is_worse: object) -> Tone:
    return Tone.WARNING if is_worse else Tone.OK
