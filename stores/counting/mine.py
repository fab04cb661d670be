"""The files of this process in METRICS_DIR: what it counts, and one that it holds for as long as it lives."""

import os
import secrets
from pathlib import Path

from stores.counting.locks import hold, locked
from stores.counting.totals import allocate, fold

SIZES = {"counter": 256 * 1024, "histogram": 128 * 1024, "gauge_livesum": 16 * 1024}
"""Bytes of the files. They are written out at the beginning, because the system kills a process that counts
in a file for which the disk turns out to have no room."""


class Mine:
    """Our files; after a fork those of the new process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid = self._held = -1
        self._name = ""
        self.name()

    def name(self) -> str:
        """What our files are called: the number of the process, and a word that nobody had before.

        Makes them when they are not there. Raises OSError.
        """
        if os.getpid() != self._pid:
            self._begin()
        return self._name

    def _begin(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{os.getpid()}-{secrets.token_hex(6)}"
        held = hold(self._folder / f"{name}.alive")
        for kind, size in SIZES.items():
            allocate(self._folder / f"{kind}_{name}.db", size)
        if self._held >= 0:
            os.close(self._held)  # of the process that forked, which goes on to hold it
        self._pid, self._held, self._name = os.getpid(), held, name
        with locked(self._folder / "lock", seconds=0) as is_ours:
            if is_ours:
                fold(self._folder)
