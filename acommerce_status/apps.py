"""The porch as a Django app: it brings the system checks."""

from django.apps import AppConfig


class AcommerceStatusConfig(AppConfig):
    name = "acommerce_status"

    def ready(self) -> None:
        from acommerce_status import checks  # noqa: F401, PLC0415 - registers them, once all models are there
