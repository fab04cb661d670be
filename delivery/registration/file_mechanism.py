"""Registration of what sends files: when the next is due; and the folders of this server."""

from datetime import UTC, datetime

from delivery.files.folders import check_folder
from delivery.files.schedule import next_slot
from delivery.models import Subscription
from delivery.registration.batch_settings import BatchSerializer, CheckedField
from delivery.registration.mechanism import Given, Mechanism
from wire.refusals import BadBody, ParameterError


class FileMechanism(Mechanism):
    """A mechanism that sends files. The first is due at the first slot after creation, or after a change."""

    def fill(self, row: Subscription, given: Given) -> None:
        if row.due_time is None or row.settings.get("schedule") != given["schedule"]:
            row.due_time = next_slot(given["schedule"], datetime.now(UTC))


class FolderSerializer(BatchSerializer):
    """The object `file`: a folder below DELIVERY_FOLDER."""

    folder = CheckedField(check_folder, max_length=500)


class FolderMechanism(FileMechanism):
    """The mechanism `file`, which only the operator's command creates."""

    serializer = FolderSerializer
    by_callers = False

    def check_change(self, row: Subscription, given: Given, sent: Given) -> None:
        if given["folder"] != row.settings["folder"]:
            raise BadBody([ParameterError("file.folder", "cannot be changed; ask the operators")])
