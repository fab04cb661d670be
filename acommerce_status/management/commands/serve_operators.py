"""`manage.py serve_operators`: check the settings of the operators' server, then become granian."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from acommerce_status.granian import become_granian

SETTINGS = "acommerce_status.operators_settings"


class Command(BaseCommand):
    help = (
        "Serve the overview, the admin and the metrics to operators, at OPERATORS_BIND, until told to stop."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            import_string(f"{SETTINGS}.ROOT_URLCONF")
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        become_granian("OPERATORS_BIND", settings.OPERATORS_BIND, processes=1, settings_module=SETTINGS)
