"""Why a caller is refused: wrong credentials, or a quota that is used up (contract, sections 1 and 5)."""

from collections.abc import Sequence

from callers.quotas import Use
from wire.problem import CHALLENGE
from wire.refusals import Refusal


class WrongCredentials(Refusal):
    """401: no caller has this name and key; the answer does not say which of the two is wrong."""

    status_code = 401
    default_detail = "The username or the API key is wrong, or the key was revoked."
    code = "WRONG_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__(headers=CHALLENGE)


class QuotaExceeded(Refusal):
    """429: these uses went over their quotas. Waiting for the seconds in `Retry-After` is enough."""

    status_code = 429
    code = "QUOTA_EXCEEDED"

    def __init__(self, exceeded: Sequence[Use]) -> None:
        wait = max(1, *(use.reset for use in exceeded))
        quotas = " and ".join(sorted({f"{use.limit} in {use.window} seconds" for use in exceeded}))
        super().__init__(
            f"More requests than {quotas}. Wait {wait} seconds, then go on where you were.",
            violated=sorted({use.policy for use in exceeded}),
            headers={"Retry-After": str(wait)},
        )
