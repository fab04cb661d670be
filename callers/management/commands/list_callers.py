"""`manage.py list_callers`."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from callers.overview import show_callers


class Command(BaseCommand):
    help = "Print every caller, with what show_caller prints: one line of JSON each, by name."

    def handle(self, *args: Any, **options: Any) -> None:
        for shown in show_callers():
            self.stdout.write(json.dumps(shown, ensure_ascii=False))
