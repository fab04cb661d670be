"""The mechanisms that send files, by name."""

from delivery.files.folder import Folder
from delivery.files.transport import FileTransport
from delivery.ftp.transport import FtpTransport
from delivery.mail.transport import Email


def transports() -> dict[str, FileTransport]:
    """One of each."""
    return {"email": Email(), "file": Folder(), "ftp": FtpTransport()}
