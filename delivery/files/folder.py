"""The mechanism `file`: batches are put into a folder on this server, below DELIVERY_FOLDER."""

import json
import time
from collections.abc import Callable
from io import BytesIO

from delivery.files import folders
from delivery.files.transport import File
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts


class Folder:
    """The transport `file`. Folders are made where they are missing."""

    def send(self, facts: Facts, file: File, fence: int, may_go_on: Callable[[], bool]) -> Outcome | None:
        """Write, rename, and add the manifest. A file of that name and size is our own earlier try."""
        manifest = json.dumps(file.manifest, indent=2).encode() + b"\n"

        def work() -> None:
            with folders.opened(facts.settings["folder"]) as folder:
                with file.open() as stream:
                    folders.put(folder, file.name, file.size, stream, fence, may_go_on)
                name = f"{file.name}.json"
                folders.put(folder, name, len(manifest), BytesIO(manifest), fence, may_go_on)

        return _outcome(work)

    def try_out(self, facts: Facts) -> Outcome:
        """A file is written, renamed and removed."""

        def work() -> None:
            with folders.opened(facts.settings["folder"]) as folder:
                folders.try_out(folder, f".test-{facts.public_id}")

        return _outcome(work) or Outcome(Kind.FAILED)


def _outcome(work: Callable[[], None]) -> Outcome | None:
    """What came of it; None where it was stopped."""
    started = time.monotonic()
    kind, detail = Kind.DELIVERED, ""
    try:
        work()
    except folders.Stopped:
        return None
    except folders.BadFolder as error:
        kind, detail = Kind.FAILED, str(error)
    except OSError as error:
        kind, detail = Kind.FAILED, f"the folder cannot be used: {error.strerror or 'failed'}"
    return Outcome(kind, None, int((time.monotonic() - started) * 1000), detail)
