"""Links in mails. Whoever has a token may use it; we find it by its digest."""

from django.conf import settings

CONFIRM, STOP, NEVER = "confirm", "stop", "never"


def link(action: str, token: str) -> str:
    """The address of the page where the owner of an address does this."""
    return f"{settings.PUBLIC_URL}/subscriptions/{action}/{token}"
