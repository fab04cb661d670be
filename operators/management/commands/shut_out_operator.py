"""`manage.py shut_out_operator NAME`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operators.administration import OperatorRefused, shut_out_operator


class Command(BaseCommand):
    help = "Let somebody log in no more, and end their sessions at once. What they did stays in the log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shut_out_operator(username=options["username"])
        except OperatorRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['username']} is out. create_operator would let them in again.")
