"""What operators do with subscriptions: the verbs that the wire and the commands call, told in a sentence."""

from typing import Any

from delivery.models import Subscription
from delivery.registration import operating, verbs
from delivery.registration.operating import SubscriptionRefused
from delivery.registration.representation import state_of
from operators.admin.actions import Action, Done
from operators.admin.subscription_forms import ReplayForm, ResendForm
from wire.times import format_time

Cleaned = dict[str, Any]


def pause(row: Subscription, _: Cleaned) -> Done:
    operating.act(row.public_id, lambda locked: verbs.set_active(locked, active=False))
    return Done("Paused. Nothing new is sent from a second later on.")


def resume(row: Subscription, _: Cleaned) -> Done:
    after = operating.act(row.public_id, lambda locked: verbs.set_active(locked, active=True))
    if not after.confirmed:
        return Done("Resumed. The owner of the address is asked by mail whether to go on.")
    return Done("Resumed. It goes on where it stopped, and is tried at once.")


def replay(row: Subscription, cleaned: Cleaned) -> Done:
    since = cleaned["since"]
    operating.act(row.public_id, lambda locked: verbs.replay(locked, since))
    return Done(f"Replayed since {format_time(since)}." if since else "Replayed from the beginning.")


def resend(row: Subscription, cleaned: Cleaned) -> Done:
    channel_id, order_id = cleaned["channel_id"], cleaned["order_id"]
    if row.sends_files:
        raise SubscriptionRefused("It sends files, not single orders. Replay it instead.")
    operating.act(row.public_id, lambda locked: verbs.resend(locked, channel_id, order_id))
    return Done(f"Order {order_id} of channel {channel_id} is sent again as it is now.")


def test(row: Subscription, _: Cleaned) -> Done:
    delivered, attempt = operating.tried(row.public_id)
    status = f"status {attempt.status}, " if attempt.status else ""
    took = f"{status}{attempt.milliseconds} ms"
    if delivered:
        return Done(f"The example was delivered: {took}.")
    return Done(f"The example was not delivered: {attempt.detail} ({took}).", failed=True)


def is_on(row: Subscription) -> bool:
    return row.active


def may_resume(row: Subscription) -> bool:
    """Whether resuming it would change something: it is off, waits to be tried again or to be confirmed."""
    return state_of(row) != "ACTIVE" or row.next_attempt_time is not None


def sends_orders(row: Subscription) -> bool:
    return not row.sends_files


ACTIONS = (
    Action("pause", "Pause", "Send it nothing more. It keeps its position.", pause, is_for=is_on),
    Action(
        "resume",
        "Resume",
        "Go on where it stopped, and try at once, be it paused, failing or disabled.",
        resume,
        is_for=may_resume,
    ),
    Action(
        "replay",
        "Replay",
        "Send its orders since a time again, as they are now. A time after its position skips what lies"
        " between.",
        replay,
        ReplayForm,
    ),
    Action(
        "resend",
        "Resend an order",
        "Send one order again as it is now, whatever the filter says.",
        resend,
        ResendForm,
        is_for=sends_orders,
    ),
    Action(
        "test",
        "Test",
        "Send it an invented example now, which changes nothing else. That takes 10 seconds at most.",
        test,
        asks_others=True,
    ),
)
