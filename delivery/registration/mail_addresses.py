"""E-mail addresses, as far as they can be judged without writing to them."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

MAX_LOCAL_PART = 64


class OneAddress(EmailValidator):
    """Django's, without what only an attack needs: quotes, bare hosts, numbers as hosts."""

    def __init__(self) -> None:
        super().__init__(allowlist=[])

    def __call__(self, value: str | None) -> None:
        text = value or ""
        is_plain = text.isascii() and not any(letter in text for letter in '"[]')
        if not is_plain or len(text.partition("@")[0]) > MAX_LOCAL_PART:
            raise ValidationError("no plain address")
        super().__call__(text)
