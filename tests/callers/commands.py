"""Running the commands about callers."""

import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.core.management import call_command


@dataclass(frozen=True)
class Said:
    """What a command prints on stdout and on stderr."""

    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one line of JSON that stdout holds."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)


def run(*arguments: str) -> Said:
    """Run a command, with its arguments as in a shell. Raises CommandError."""
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return Said(out.getvalue(), err.getvalue())
