"""The mechanisms that send files, by name."""

from delivery.files.folder import Folder
from delivery.files.transport import FileTransport


def transports() -> dict[str, FileTransport]:
    """One of each."""
    return {"file": Folder()}
