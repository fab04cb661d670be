"""Figures of what everything stands on: the database, its replicas, the counters, the publisher."""

from operators.overview.figure import Said, Tone, counted, lasting
from operators.overview.findings import Overview, Publisher, Replica

SLOW_MILLISECONDS = 250
LAGGING_SECONDS = 10


def database(overview: Overview) -> Said:
    milliseconds = overview.database_milliseconds
    if milliseconds is None:
        return Said(Tone.ALARM, "Away", "It does not answer, so polls get 503.")
    tone = Tone.WARNING if milliseconds > SLOW_MILLISECONDS else Tone.OK
    word = "Slow" if tone == Tone.WARNING else "Answers"
    return Said(tone, word, f"A round trip takes {milliseconds:.1f} ms.")


def publisher(found: Publisher) -> Said:
    if found.age_seconds is None:
        return Said(Tone.WARNING, "Empty", "Nothing has been published yet.")
    age = f"The newest change is {lasting(found.age_seconds)} old"
    if found.state == "QUIET":
        sentence = f"{age}; after {lasting(found.quiet_after_seconds)} it counts as quiet."
        return Said(Tone.ALARM, "Quiet", sentence)
    return Said(Tone.OK, "Alive", f"{age}.")


def replicas(found: list[Replica]) -> Said:
    if not found:
        return Said(Tone.IDLE, "None", "Pages are read from the primary.")
    away = [replica for replica in found if replica.lag_seconds is None]
    if away:
        names = " and ".join(replica.address for replica in away)
        sentence = f"Not known how far behind, or away: {names}. Others, or the primary, are read from."
        return Said(Tone.WARNING, f"{len(away)} of {len(found)} away", sentence)
    worst = max(found, key=lambda replica: replica.lag_seconds or 0)
    tone = Tone.WARNING if (worst.lag_seconds or 0) > LAGGING_SECONDS else Tone.OK
    sentence = f"The furthest behind of {counted(len(found), 'replica')} is {worst.address}."
    return Said(tone, lasting(worst.lag_seconds or 0), sentence)


def limits(overview: Overview) -> Said:
    if not overview.limits_count:
        sentence = "Redis does not answer, so no limit is held to."
        return Said(Tone.ALARM, "Failing open", sentence)
    uncounted = overview.traffic.failed_open_last_hour if overview.traffic else 0
    sentence = f"{counted(uncounted, 'use')} not counted in the last hour."
    return Said(Tone.WARNING if uncounted else Tone.OK, "Counting", sentence)
