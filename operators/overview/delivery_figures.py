"""Figures of deliveries."""

from operators.overview.figure import Said, Tone, counted
from operators.overview.findings import Deliveries, Process


def deliver(found: Deliveries) -> Said:
    stopped = [name for name, share in (("orders", found.orders), ("files", found.files)) if _stands(share)]
    waiting = found.orders.subscriptions + found.files.subscriptions
    if stopped:
        sentence = f"No process sends {' and '.join(stopped)}; {counted(waiting, 'subscription')} in all."
        return Said(Tone.ALARM, "Stopped", sentence)
    processes = max(found.orders.processes, found.files.processes)
    if not processes:
        sentence = "It does not run, and no subscription needs it."
        return Said(Tone.IDLE, "Not needed", sentence)
    sentence = (
        f"{counted(processes, 'process', 'processes')} for {counted(waiting, 'subscription')}; leases:"
        f" {found.orders.leases} for orders, {found.files.leases} for files, of 64 each."
    )
    return Said(Tone.OK, "Running", sentence)


def subscriptions(found: Deliveries) -> Said:
    failing, disabled = found.states.get("FAILING", 0), found.states.get("DISABLED", 0)
    total = sum(found.states.values())
    told = ", ".join(f"{count:,} {state.lower()}" for state, count in sorted(found.states.items()))
    sentence = f"{told.capitalize()}; {counted(found.held_orders, 'order')} held."
    if not total:
        return Said(Tone.IDLE, "None", "Nobody is told instead of asking.")
    if failing or disabled or found.held_orders:
        word = f"{failing + disabled:,} not told" if failing or disabled else f"{found.held_orders:,} held"
        return Said(Tone.WARNING, word, sentence)
    return Said(Tone.OK, "All told", sentence)


def batches(found: Deliveries) -> Said:
    if found.late_batches:
        sentence = "Due, or cut and not delivered, for more than five minutes."
        return Said(Tone.WARNING, f"{found.late_batches:,}", sentence)
    idle = not found.files.subscriptions
    return Said(Tone.IDLE if idle else Tone.OK, "None", "No file is late.")


def _stands(share: Process) -> bool:
    """Whether somebody waits for a process that does not run."""
    return bool(share.subscriptions) and not share.processes
