"""Registration of folders on the subscriber's own server (contract, section 12)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from delivery import secrets
from delivery.ftp import keys
from delivery.ftp.url import folder_url, parse
from delivery.models import Subscription
from delivery.registration.batch_settings import BatchSerializer, CheckedField
from delivery.registration.file_mechanism import FileMechanism
from delivery.registration.mechanism import Given
from delivery.registration.serializers import TextField, TruthField
from wire.refusals import BadBody, ParameterError

MAX_URL_LENGTH = 2000
MAX_PASSWORD_LENGTH = 1000
ANEW = "must be sent anew, because ftp.url leads to another server or user"
COMPLETE = ("rename", "marker", "direct")


def fingerprint(text: str) -> str:
    """As it is compared. Raises ValueError."""
    found = keys.fingerprint_of(text)
    if found is None:
        raise ValueError("must be SHA256: and 43 characters of base64, as `ssh-keygen -l` shows it")
    return found


class FtpSerializer(BatchSerializer):
    """The object `ftp`. `publicKey` is shown, and taken only as it is shown."""

    url = CheckedField(folder_url, max_length=MAX_URL_LENGTH)
    password = TextField(
        max_length=MAX_PASSWORD_LENGTH, required=False, write_only=True, trim_whitespace=False
    )
    generateKey = TruthField(default=False, write_only=True)
    hostKey = CheckedField(fingerprint, max_length=100, allow_null=True, default=None)
    publicKey = TextField(max_length=1000, allow_null=True, default=None)
    complete = serializers.ChoiceField(choices=COMPLETE, default="rename")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What can be said without knowing what is stored."""
        errors = {}
        is_sftp = parse(given["url"]).scheme == "sftp"
        has_key = given["generateKey"] or (given["publicKey"] and "password" not in given)
        if given["generateKey"] and "password" in given:
            errors["generateKey"] = "is instead of a password: send one of them"
        elif has_key and not is_sftp:
            errors["generateKey"] = "is for sftp: send a password"
        if given["hostKey"] and not is_sftp:
            errors["hostKey"] = "is for sftp; the certificate of ftps is checked"
        elif is_sftp and not has_key and not given["hostKey"]:
            errors["hostKey"] = "is required with a password: `ssh-keyscan HOST | ssh-keygen -lf -` shows it"
        if errors:
            raise serializers.ValidationError(errors)
        return given


class FtpMechanism(FileMechanism):
    """The mechanism `ftp`. What is stored encrypted is a password, or the key that we made."""

    serializer = FtpSerializer
    write_only = frozenset({"password", "generateKey"})
    tried_at_once = frozenset({"url", "password", "generateKey", "hostKey", "complete"})

    def secrets(self, given: Given) -> dict[str, Any]:
        """Raises BadBody."""
        if given["publicKey"] is not None:
            raise BadBody([ParameterError("ftp.publicKey", "cannot be given; generateKey: true makes one")])
        if not given["generateKey"] and not given.get("password"):
            raise BadBody([ParameterError("ftp.password", "is required, or generateKey: true")])
        return self.changed_secrets({}, given, given)

    def changed_secrets(self, kept: dict[str, Any], given: Given, sent: Given) -> dict[str, Any]:
        if sent.get("generateKey"):
            return {"key": keys.generate()}
        return {"password": given["password"]} if sent.get("password") else kept

    def check_change(self, row: Subscription, given: Given, sent: Given) -> None:
        """What a password, a key and a fingerprint belong to is not changed without them."""
        errors = []
        has_new = sent.get("password") or sent.get("generateKey")
        if "publicKey" in sent and sent["publicKey"] != row.settings["publicKey"]:
            errors.append(ParameterError("ftp.publicKey", "cannot be changed; use generateKey: true instead"))
        if "password" in sent and not has_new:
            errors.append(
                ParameterError("ftp.password", "cannot be taken away; send another, or generateKey")
            )
        if parse(row.settings["url"]).receiver != parse(given["url"]).receiver:
            if not has_new:
                errors.append(ParameterError("ftp.password", f"{ANEW}; or send generateKey: true"))
            if "hostKey" not in sent:
                errors.append(ParameterError("ftp.hostKey", f"{ANEW}; null where there is none"))
        if errors:
            raise BadBody(errors)

    def saved(self, row: Subscription) -> None:
        """Show the public key of the key that is stored."""
        kept: Mapping[str, Any] = secrets.unseal(row.secrets)
        public = keys.public_of(kept["key"], row.public_id) if "key" in kept else None
        if row.settings["publicKey"] != public:
            row.settings = row.settings | {"publicKey": public}
            row.save(update_fields=["settings"])
