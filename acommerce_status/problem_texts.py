"""What each problem code means and what callers can do about it: the texts of `/docs/problems`."""

from acommerce_status.explanations import Explanation

PROBLEMS = [
    Explanation(
        "BAD_PARAMETERS",
        400,
        "One or more parameters were not accepted. Nothing was read.",
        "Correct what errors lists: each entry names a parameter, says what is wrong with it, and suggests"
        " what was probably meant. Version 3 refuses unknown and repeated parameters too, because ignoring"
        " them would quietly give you something else than you asked for.",
    ),
    Explanation(
        "BAD_BODY",
        400,
        "The body of the request for a token was not accepted.",
        "Send a JSON object in UTF-8 of at most 16 KiB, as the example of POST /identity/token shows it."
        " errors names the fields that are missing or wrong.",
    ),
    Explanation(
        "BAD_REQUEST",
        400,
        "The request itself was not accepted, for example because of its Host header.",
        "Use the address that you were given, and a plain HTTP client. If that is what you did, send us the"
        " requestId.",
    ),
    Explanation(
        "UNAUTHENTICATED",
        401,
        "There was no token, or it is unknown, expired or revoked.",
        "Get a new token from POST /identity/token and send it in X-Subject-Token. Tokens last an hour:"
        " doing this on every 401, once, is all the renewal you need.",
    ),
    Explanation(
        "WRONG_CREDENTIALS",
        401,
        "The username or the API key is wrong, or the key was revoked. The answer does not say which.",
        "Check both, without spaces around them. Do not repeat it in a loop: wrong keys are limited. A lost"
        " key cannot be shown again; ask for a new one.",
    ),
    Explanation(
        "FORBIDDEN",
        403,
        "This channel or partner was not granted to you. The answer does not say whether it exists.",
        "Check the id in the path; it is written exactly as it was granted, small and capital letters"
        " included. Ask us for the grant if it should be yours.",
    ),
    Explanation(
        "NOT_FOUND",
        404,
        "There is nothing at this path.",
        "Check the path: there is no slash at its end. An order that is not there is no error; it is"
        " listed in notFound.",
    ),
    Explanation(
        "METHOD_NOT_ALLOWED",
        405,
        "This path does not take this method. Everything here is read-only, except the request for a token.",
        "Use one of the methods in the header Allow.",
    ),
    Explanation(
        "TOO_MANY_SUBSCRIPTIONS",
        409,
        "You have as many subscriptions as you may have, for this channel or partner or in all.",
        "Delete one that you do not need any more.",
    ),
    Explanation(
        "BATCH_REMOVED",
        410,
        "The file of this batch is not kept any more: it was delivered over 30 days ago, or made room for"
        " newer ones.",
        "Replay the subscription from the since of the batch: what it held comes again, as it is now.",
    ),
    Explanation(
        "ERASED",
        410,
        "The file of this batch held an order that was erased on demand, so it was removed.",
        "Replay the subscription from the since of the batch: the other orders come again, as they are now.",
    ),
    Explanation(
        "RESYNC_REQUIRED",
        410,
        "Orders that changed later than your updatedSince were forgotten, because nothing had happened to"
        " them for a long time. A change that you have not seen may be among them.",
        "Begin again: ask without updatedSince, as the header Link says, and replace what you hold by what"
        " comes. What does not come again is not kept here any more. A subscription is replayed from null.",
    ),
    Explanation(
        "UNCONFIRMED",
        409,
        "The owner of the address that this subscription mails to has not agreed, so nothing is sent to it.",
        "Have the owner open the link in the mail that we sent and press the button there. The link is good"
        ' for seven days; PATCH {"active": true} has another mail sent.',
    ),
    Explanation(
        "BODY_TOO_LARGE",
        413,
        "The body has more than 64 KiB.",
        "Send less: a subscription needs a few hundred bytes.",
    ),
    Explanation(
        "IDEMPOTENCY_KEY_REUSED",
        422,
        "This Idempotency-Key came with another body within the last 24 hours.",
        "Use a new key for a new subscription, and the same body when you repeat one.",
    ),
    Explanation(
        "QUOTA_EXCEEDED",
        429,
        "You asked more often than you may. violated-policies names the quotas: caller for all your"
        " requests, order for one order id, username and address for wrong keys.",
        "Wait the seconds in Retry-After, then go on where you were: nothing is lost. If order was violated,"
        " poll the feed instead of the order.",
    ),
    Explanation(
        "INTERNAL_ERROR",
        500,
        "Something failed here, and has been logged.",
        "Ask again after a while, waiting longer each time. If it stays, send us the requestId.",
    ),
    Explanation(
        "DELIVERY_NOT_SET_UP",
        503,
        "This server cannot keep secrets of subscriptions: its operator has set no DELIVERY_KEYS.",
        "Ask the operator. Polling works meanwhile.",
    ),
    Explanation(
        "TEST_UNDER_WAY",
        503,
        "Another subscription is being tested. One test runs at a time.",
        "Wait the seconds in Retry-After and test again.",
    ),
    Explanation(
        "UNAVAILABLE",
        503,
        "The database is away, too slow, or not ready yet.",
        "Wait the seconds in Retry-After and ask the same again. Asking twice does no harm.",
    ),
]
