"""Registration of CSV by e-mail (contract, section 12)."""

from typing import Any

from delivery.mail.sending import is_set_up
from delivery.registration.batch_settings import BatchSerializer
from delivery.registration.file_mechanism import FileMechanism
from delivery.registration.mechanism import Given
from delivery.registration.refusals import MailNotSetUp
from delivery.registration.serializers import AddressField, TruthField


class EmailSerializer(BatchSerializer):
    """The object `email`. A person opens these files, so what looks like a formula is guarded unless told."""

    to = AddressField(max_length=254)
    formulaGuard = TruthField(default=True)


class EmailMechanism(FileMechanism):
    """The mechanism `email`. Its address is asked whether it agrees (delivery.mail.recipients)."""

    serializer = EmailSerializer
    tried_at_once = frozenset({"to"})

    def secrets(self, given: Given) -> dict[str, Any]:
        """None; but a server that cannot mail makes no such subscription. Raises MailNotSetUp."""
        if not is_set_up():
            raise MailNotSetUp
        return {}
