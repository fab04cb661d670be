"""The test command: every test on a private PostgreSQL and Redis, then those marked `wire` on SQLite as well.

    python -m tests                                      what `make test` does
    python -m tests --engine postgres tests/orders -x    only the first run
    python -m tests --engine sqlite -k token             only the second

Arguments other than --engine and -m are pytest's, in both runs. Without any, tests/promises runs beside the
rest, on a PostgreSQL and a Redis of its own: its tests mostly wait for real processes.
"""

import argparse
import base64
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from testbed.services import postgres, redis
from testbed.services.server import die_with_parent, private_folder

SETTINGS = Path(__file__).parent.parent / "acommerce_status" / "settings.py"
PROMISES = "tests/promises"
TIMEOUT = 10  # seconds an interrupted pytest has to take its fixtures down
NOTHING_SELECTED = 5  # pytest's exit status


def main() -> int:
    """Run the engines asked for; pytest's status, the worse one of two runs."""
    options, arguments = _options()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupted)
    with private_folder() as folder:
        folder.chmod(0o711)  # the account of a test's own PostgreSQL passes through it
        clean = _clean_environment(folder)
        if sys.argv[1:] == []:
            return _two_at_once(clean, folder / "promises")
        statuses = []
        if options.engine != "sqlite":
            statuses.append(_on_postgres(clean, arguments, options.marks))
        if options.engine != "postgres":
            status = _on_sqlite(clean, arguments, options.marks)
            statuses.append(0 if status == NOTHING_SELECTED and statuses else status)
    return max(statuses)


def _two_at_once(clean: dict[str, str], output: Path) -> int:
    """The promises beside all else; what they print comes after it."""
    command = [sys.executable, "-m", "tests", "--engine", "postgres", PROMISES]
    with output.open("wb") as file:
        beside = subprocess.Popen(command, stdout=file, stderr=file, preexec_fn=die_with_parent)  # noqa: PLW1509 - see there
        with _ended(beside):
            statuses = [_on_postgres(clean, [f"--ignore={PROMISES}"], ""), _on_sqlite(clean, [], "")]
            statuses.append(beside.wait())
    print(output.read_text(errors="replace"), end="", flush=True)
    return max(statuses)


def _options() -> tuple[argparse.Namespace, list[str]]:
    """Our own options, and what is left for pytest."""
    parser = argparse.ArgumentParser(
        prog="python -m tests", allow_abbrev=False, epilog="All other arguments are pytest's."
    )
    parser.add_argument("--engine", choices=["postgres", "sqlite", "both"], default="both")
    parser.add_argument("-m", dest="marks", default="", help="pytest's -m; on sqlite it narrows `wire` down")
    return parser.parse_known_args()


def _interrupted(number: int, _frame: FrameType | None) -> None:
    """Leave through every `finally`, and do not let an impatient second Ctrl-C cut that short."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _clean_environment(folder: Path) -> dict[str, str]:
    """Our environment, less what configures the server or libpq; temporary files go to `folder`."""
    known = set(re.findall(r'"([A-Z][A-Z0-9_]+)"', SETTINGS.read_text()))
    kept = {key: text for key, text in os.environ.items() if key not in known and not key.startswith("PG")}
    return kept | {"TMPDIR": str(folder), "VAR_DIR": str(folder / "var")}


def _on_postgres(clean: dict[str, str], arguments: list[str], marks: str) -> int:
    """Every test, in the production profile."""
    with postgres() as database, redis() as cache:
        production = {
            "DATABASE_URL": database.url,
            "REDIS_URL": cache.url,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DELIVERY_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1,.example.test",
            "HTTPS": "off",  # the test client speaks http
        }
        return _pytest("Tests on PostgreSQL and Redis", clean | production, [*arguments, "-m", marks])


def _on_sqlite(clean: dict[str, str], arguments: list[str], marks: str) -> int:
    """The tests marked `wire`, in the embedded profile."""
    marks = f"wire and ({marks})" if marks else "wire"
    return _pytest("Tests of the wire on SQLite", clean, [*arguments, "-m", marks])


def _pytest(title: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Run pytest and return its status; if we are interrupted meanwhile, it ends before we do."""
    print(f"== {title}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    child = subprocess.Popen(command, env=environment, preexec_fn=die_with_parent)  # noqa: PLW1509 - see there
    with _ended(child) as process:
        return process.wait()


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Have the process end before the block does: asked by an interrupt, which lets its fixtures finish."""
    try:
        yield process
    except SystemExit as stop:
        if stop.code != 128 + signal.SIGINT:  # Ctrl-C has reached it too, and a second one would cut it short
            process.send_signal(signal.SIGINT)
        raise
    finally:
        for last_word in (signal.SIGINT, signal.SIGKILL):
            with suppress(subprocess.TimeoutExpired):
                process.wait(TIMEOUT)
            if process.returncode is None:
                process.send_signal(last_word)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
