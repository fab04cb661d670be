"""Mails as files: what the embedded profile does in place of sending."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

KEPT = 1_000
"""Mails in the folder; older ones are removed."""


class Backend(BaseEmailBackend):
    """Writes each mail into a folder, as a file that mail programs open. Half a mail never has its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        self.folder = Path(str(settings.EMAIL_FILE_PATH))  # type: ignore[misc]  # Django's own name for it

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}.eml"
            part = self.folder / f".{name}.part"
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.message().as_bytes())
            part.rename(self.folder / name)
        for old in sorted(self.folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return len(email_messages)
