"""`manage.py create_operator NAME [--viewer]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operators.administration import OperatorRefused, create_operator


class Command(BaseCommand):
    help = "Let somebody log in to the operators' server: prints a password. For a known name, a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--viewer", action="store_true", help="sees everything and changes nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            password = create_operator(username=options["username"], only_views=options["viewer"])
        except OperatorRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Password of {options['username']}, shown only now: {password}")
