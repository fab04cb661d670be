"""`manage.py subscribe_folder CALLER --channel ID --folder PATH --cron LINE`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from callers.models import Caller, Scope
from delivery.files.layouts import LAYOUTS
from delivery.management.subscription_command import line
from delivery.registration.batch_settings import WHEN_EMPTY
from delivery.registration.creating import create
from delivery.registration.operating import sentence
from delivery.registration.refusals import NotSetUp, TooManySubscriptions
from delivery.registration.strict import cleaned
from delivery.registration.subscription_body import SubscriptionSerializer
from wire.refusals import BadBody


class Command(BaseCommand):
    help = "Have files of what changes put into a folder below DELIVERY_FOLDER, for a caller."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("caller", metavar="CALLER", help="whose subscription it is")
        scope = parser.add_mutually_exclusive_group(required=True)
        scope.add_argument("--channel", metavar="ID", help="the channel whose orders are told")
        scope.add_argument("--partner", metavar="ID", help="or the partner")
        parser.add_argument("--folder", required=True, metavar="PATH", help="below DELIVERY_FOLDER")
        parser.add_argument("--cron", required=True, metavar="LINE", help="five fields of crontab(5)")
        parser.add_argument("--time-zone", default="UTC", metavar="ZONE", help="such as Asia/Bangkok")
        parser.add_argument("--name", help="what you call it; the folder's path if left out")
        parser.add_argument("--start", default="now", metavar="TIME", help="now, beginning, or a time")
        parser.add_argument("--layout", choices=list(LAYOUTS), default="events")
        parser.add_argument("--when-empty", choices=WHEN_EMPTY, default="nothing")
        parser.add_argument("--compress", action="store_true", help="files in gzip")
        parser.add_argument("--bom", action="store_true", help="a byte order mark, for Excel")
        parser.add_argument("--formula-guard", action="store_true", help="' before what would be a formula")
        parser.add_argument("--max-orders", type=int, default=10_000, metavar="N", help="of a file")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DELIVERY_FOLDER:
            raise CommandError("DELIVERY_FOLDER is missing: set it to the folder below which files are put.")
        caller = Caller.objects.filter(username=options["caller"], revoked_time=None).first()
        if caller is None:
            raise CommandError(f"There is no caller {options['caller']}; list_callers shows all.")
        kind = "channel" if options["channel"] else "partner"
        scope = Scope(kind, options[kind])
        body = _body(options)
        serializer = SubscriptionSerializer(data=body, context={"mechanisms": ("file",)})
        try:
            row = create(caller.pk, scope, cleaned(serializer, body))
        except (BadBody, NotSetUp, TooManySubscriptions) as refusal:
            raise CommandError(sentence(refusal)) from None
        self.stdout.write(line(row))


def _body(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": options["name"] or options["folder"],
        "mechanism": "file",
        "start": options["start"],
        "file": {
            "folder": options["folder"],
            "schedule": {"cron": options["cron"], "timeZone": options["time_zone"]},
            "layout": options["layout"],
            "whenEmpty": options["when_empty"],
            "compress": options["compress"],
            "bom": options["bom"],
            "formulaGuard": options["formula_guard"],
            "maxOrders": options["max_orders"],
        },
    }
