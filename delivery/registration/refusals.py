"""Why a subscription is refused, beside what is wrong with a body (contract, section 9)."""

from wire.refusals import Refusal


class NoSuchSubscription(Refusal):
    """404: not there, or not the caller's under this scope."""

    status_code = 404
    code = "NOT_FOUND"
    default_detail = "There is no such subscription of yours under this channel or partner."


class NoSuchBatch(Refusal):
    """404: the subscription has no batch of this number."""

    status_code = 404
    code = "NOT_FOUND"
    default_detail = "This subscription has no batch of this number."


class BatchRemoved(Refusal):
    """410: the bytes are not kept any more."""

    status_code = 410
    code = "BATCH_REMOVED"
    default_detail = (
        "The file is not kept any more. Replay from its `since` to get these orders as they are now."
    )


class BatchErased(Refusal):
    """410: the bytes held an order that was erased."""

    status_code = 410
    code = "ERASED"
    default_detail = "The file held an order that was erased. Replay from its `since` to get the others."


class TooManySubscriptions(Refusal):
    """409: the caller has as many as it may have."""

    status_code = 409
    code = "TOO_MANY_SUBSCRIPTIONS"


class NotConfirmed(Refusal):
    """409: the owner of the address has not agreed, so nothing is sent to it, not even a test."""

    status_code = 409
    code = "UNCONFIRMED"
    default_detail = "The owner of the address has not agreed yet, by the link in the mail that we sent."


class KeyUsedOtherwise(Refusal):
    """422: an Idempotency-Key came again with another body."""

    status_code = 422
    code = "IDEMPOTENCY_KEY_REUSED"
    default_detail = "This Idempotency-Key was used for another body. Use a new key for a new subscription."


class NotSetUp(Refusal):
    """503: the operator has set no DELIVERY_KEYS, so that no secret can be stored."""

    status_code = 503
    code = "DELIVERY_NOT_SET_UP"
    default_detail = "Subscriptions are not set up on this server. Ask its operators, or poll."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "3600"})


class MailNotSetUp(NotSetUp):
    """503: the operator has not told us how to send mails."""

    default_detail = "Mails are not set up on this server. Ask its operators, or use another mechanism."


class OtherTestUnderWay(Refusal):
    """503: another test is under way here; waiting for it would hold a thread that answers polls."""

    status_code = 503
    code = "TEST_UNDER_WAY"
    default_detail = "Another test is under way. Wait the seconds in Retry-After, then send this again."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "10"})
