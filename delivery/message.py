"""What is sent to a receiver, whatever carries it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One POST: its headers, and the body that they are signed for."""

    url: str
    headers: dict[str, str]
    body: bytes

    def __len__(self) -> int:
        return len(self.body)
