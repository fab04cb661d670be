"""Why a file was not delivered, in a sentence for the subscriber.

No sentence holds a password, a key, a folder or what the server said; that is `said`, which is shown apart.
"""

from enum import StrEnum

from delivery.outcome import Kind


class Fault(Exception):
    """The message is the sentence. `status` is the code of the server's answer, `said` its text.

    With `disables` the subscription is disabled for this reason at once.
    """

    def __init__(
        self,
        sentence: str,
        *,
        kind: Kind = Kind.FAILED,
        status: int | None = None,
        said: str = "",
        disables: str = "",
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.status = status
        self.said = said
        self.disables = disables


class NotOurs(Exception):
    """It may not go on: the lease is over, or the subscription was changed."""


class Reason(StrEnum):
    """Why a server refused one step, as far as it tells."""

    MISSING = "MISSING"
    DENIED = "DENIED"
    FULL = "FULL"
    OTHER = "OTHER"


class Refused(Exception):
    """The server refused one step, and the connection goes on."""

    def __init__(self, reason: Reason, said: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.said = said
        self.status = status


FULL_WORDS = ("quota", "no space", "disk full", "disk is full", "storage", "insufficient", "enospc")

WRITING = {
    Reason.MISSING: "the folder is not there",
    Reason.DENIED: "the server does not let us write files into the folder",
    Reason.FULL: "the disk or the quota of the server is full",
    Reason.OTHER: "the server could not write the file: its disk or quota may be full",
}
RENAMING = {
    Reason.MISSING: "the file that was uploaded is gone before it was renamed",
    Reason.DENIED: "the server does not let us rename files: use complete marker or direct",
    Reason.FULL: "the disk or the quota of the server is full",
    Reason.OTHER: "the server refused to rename the file",
}
LOOKING = dict.fromkeys(Reason, "the server does not tell whether the file is there")
TELLING = dict.fromkeys(Reason, "the server does not tell the size of the file that was uploaded")


def is_full(text: str) -> bool:
    """Whether a server's text says that there is no room."""
    return any(word in text.lower() for word in FULL_WORDS)


def fault_of(refused: Refused, sentences: dict[Reason, str]) -> Fault:
    """What a refused step means for the delivery."""
    return Fault(sentences[refused.reason], status=refused.status, said=refused.said)
