"""What the document says of files: how they are asked for, their list, and one of them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from acommerce_status.openapi.delivery.fields import BEFORE
from acommerce_status.openapi.delivery.operations import Answer, MethodsSchema, Said
from acommerce_status.openapi.fields import TIME_EXAMPLE
from acommerce_status.openapi.headers import JSON
from acommerce_status.openapi.operations import ViewDescription
from delivery.files.layouts import LAYOUTS, header
from delivery.registration import batches
from delivery.registration.batch_settings import MAX_ORDERS, WHEN_EMPTY
from delivery.registration.ftp_mechanism import COMPLETE
from wire.fields import InstantField

BATCH: JSON = {
    "number": 123,
    "name": "sales-order-status_lazada-th_sub5f2b6c0d9a7e4f31_00000123_20261122T080000Z.csv",
    "since": "2026-11-22T07:45:00.000000Z",
    "until": TIME_EXAMPLE,
    "orders": 37,
    "rows": 214,
    "bytes": 61420,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "madeTime": "2026-11-22T08:00:00.310000Z",
    "deliveredTime": "2026-11-22T08:00:01.125000Z",
    "tries": 1,
}
CSV = header("events")


class ScheduleSettingsSerializer(serializers.Serializer[None]):
    cron = serializers.CharField(help_text="Five fields of crontab(5).")
    timeZone = serializers.CharField(help_text="A zone of the IANA's database.")


class BatchSettingsSerializer(serializers.Serializer[None]):
    """How files are made."""

    schedule = ScheduleSettingsSerializer(help_text="When a batch is cut.")
    layout = serializers.CharField(help_text=f"{' or '.join(f'`{name}`' for name in LAYOUTS)}.")
    compress = serializers.BooleanField(help_text="Files in gzip.")
    bom = serializers.BooleanField(help_text="Files begin with a byte order mark, for Excel.")
    formulaGuard = serializers.BooleanField(help_text="`'` before a cell that would be a formula.")
    whenEmpty = serializers.CharField(help_text=f"{' or '.join(f'`{name}`' for name in WHEN_EMPTY)}.")
    maxOrders = serializers.IntegerField(min_value=1, max_value=MAX_ORDERS, help_text="Of one file.")


class EmailSettingsSerializer(BatchSettingsSerializer):
    """Files by e-mail, to an address whose owner agreed."""

    to = serializers.CharField(help_text="The address. It is asked first, and anew when it is changed.")


class FtpSettingsSerializer(BatchSettingsSerializer):
    """Files to a folder on your own server. Its `password` is never shown."""

    url = serializers.CharField(help_text="The folder, such as `sftp://user@ftp.shop.example/in`.")
    hostKey = serializers.CharField(
        allow_null=True, help_text="The fingerprint that your server must have; null: the first that we see."
    )
    publicKey = serializers.CharField(
        allow_null=True, help_text="The line for `authorized_keys`, where we made a key; else null."
    )
    complete = serializers.CharField(help_text=f"{' or '.join(f'`{way}`' for way in COMPLETE)}.")


class FolderSettingsSerializer(BatchSettingsSerializer):
    """Files in a folder of this server, which its operators set up."""

    folder = serializers.CharField(help_text="The path of the folder.")


class BatchSerializer(serializers.Serializer[None]):
    """What changed since the batch before, as a file that is sent with the same bytes at every try."""

    number = serializers.IntegerField(min_value=1, help_text="Counts without a gap, and tells the order.")
    name = serializers.CharField(max_length=255, help_text="Of the file.")
    since = InstantField(allow_null=True, help_text="Later than this; null: from the beginning.")
    until = InstantField(allow_null=True, help_text="Up to and including this.")
    orders = serializers.IntegerField(min_value=0)
    rows = serializers.IntegerField(min_value=0, help_text="Without the header.")
    bytes = serializers.IntegerField(min_value=0, help_text="Of the file as sent.")
    sha256 = serializers.RegexField("^[0-9a-f]{64}$", help_text="Of the file as sent.")
    madeTime = InstantField()
    deliveredTime = InstantField(allow_null=True, help_text="Null: not yet.")
    tries = serializers.IntegerField(min_value=0, help_text="How often it was sent.")


class BatchesSerializer(serializers.Serializer[None]):
    batches = BatchSerializer(many=True, help_text="Newest first.")
    nextBefore = serializers.CharField(allow_null=True, help_text="Send it back as `before`; null: no more.")


NUMBER = OpenApiParameter(
    "number",
    {"type": "integer", "minimum": 1, "examples": [123]},
    OpenApiParameter.PATH,
    description="The number of a batch.",
)


class BatchesSchema(MethodsSchema):
    said = {
        "get": Said(
            "list_{scope}_batches",
            "List the files that were made",
            "A hundred a page, newest first. The rows stay when the bytes go, 30 days after delivery.",
            [Answer(200, "A page.", BatchesSerializer, {"One": {"batches": [BATCH], "nextBefore": None}})],
            parameters=(BEFORE,),
        )
    }


class FileSchema(MethodsSchema):
    said = {
        "get": Said(
            "get_{scope}_batch",
            "Get a file that was made",
            "Byte for byte as it is sent, for 30 days after its delivery.",
            [Answer(200, "The file.", OpenApiTypes.STR, {}, ("Content-Disposition",))],
        )
    }

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), NUMBER]

    def get_response_serializers(self) -> Any:
        file = OpenApiResponse(OpenApiTypes.STR, "The file.", [OpenApiExample("Its header", CSV)])
        packed = OpenApiResponse(OpenApiTypes.BINARY, "The file.", [OpenApiExample("In gzip", "H4sI...")])
        return {("200", "text/csv"): file, ("200", "application/gzip"): packed}


class BatchesDescription(ViewDescription):
    target_class = batches.BatchList
    schema_class = BatchesSchema


class FileDescription(ViewDescription):
    target_class = batches.OneBatch
    schema_class = FileSchema
