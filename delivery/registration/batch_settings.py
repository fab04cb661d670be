"""What all mechanisms that send files can be told about them (contract, section 11)."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from delivery.files.layouts import LAYOUTS
from delivery.files.schedule import check_cron, check_zone
from delivery.registration.serializers import TextField, TruthField, WholeField
from delivery.registration.strict import StrictSerializer

MAX_ORDERS = 10_000
WHEN_EMPTY = ("nothing", "heartbeat")


class CheckedField(TextField):
    """A text that `check` accepts, as that returns it. Others are refused with what is wrong with them."""

    def __init__(self, check: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check

    def to_internal_value(self, data: Any) -> str:
        try:
            return self.check(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class ScheduleSerializer(StrictSerializer):
    """When a batch is cut: a line of crontab(5), in a zone."""

    cron = CheckedField(check_cron, max_length=200)
    timeZone = CheckedField(check_zone, max_length=100, default="UTC")


class BatchSerializer(StrictSerializer):
    """The members of every mechanism that sends files, beside its own."""

    schedule = ScheduleSerializer()
    layout = serializers.ChoiceField(choices=list(LAYOUTS), default="events")
    compress = TruthField(default=False)
    bom = TruthField(default=False)
    formulaGuard = TruthField(default=False)
    whenEmpty = serializers.ChoiceField(choices=WHEN_EMPTY, default="nothing")
    maxOrders = WholeField(min_value=1, max_value=MAX_ORDERS, default=MAX_ORDERS)
