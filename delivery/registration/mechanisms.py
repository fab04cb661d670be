"""All ways of being told, by name."""

from delivery.registration.email_mechanism import EmailMechanism
from delivery.registration.file_mechanism import FolderMechanism
from delivery.registration.ftp_mechanism import FtpMechanism
from delivery.registration.mechanism import Mechanism
from delivery.registration.webhook_mechanism import WebhookMechanism

MECHANISMS: dict[str, Mechanism] = {
    "webhook": WebhookMechanism(),
    "email": EmailMechanism(),
    "file": FolderMechanism(),
    "ftp": FtpMechanism(),
}
