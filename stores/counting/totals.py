"""What all processes counted: the files of those that ended become one, so that the folder does not grow.

A process holds `NAME.alive` for as long as it lives. So the files of one that is alive are never folded,
whatever number the system gives to whom, and across containers.
"""

import json
import logging
import os
import struct
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stores.counting.locks import is_held, locked

logger = logging.getLogger(__name__)

SUMMED = ("counter", "histogram")
GAUGES = "gauge_livesum"
TOTALS = "totals"
WAIT_SECONDS = 2
"""For another process that folds or reads just now."""
ABANDONED_SECONDS = 60
_HEAD, _ENTRY = 8, 64
"""Bytes of a file at its head, and at most for each key beside its text."""
_MARK = "acommerce_folded"


def merged(folder: Path) -> list[Any]:
    """What all processes counted, as metrics of the library. Raises OSError."""
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - it takes 30 ms

    with locked(folder / "lock", WAIT_SECONDS) as is_ours:
        if not is_ours:
            raise TimeoutError(0, "another process has the folder for too long")
        fold(folder)
        found = MultiProcessCollector.merge(_readable(folder))
    return [metric for metric in found if metric.name != _MARK]


def fold(folder: Path) -> None:
    """Add what processes that ended counted to the totals, and remove their files. Only under the lock.

    Killed anywhere and done again, it loses nothing and counts nothing twice: the totals are replaced whole,
    and name the processes that are in them. Where that is not possible, the log says so and the files stay.
    """
    try:
        ended = [name for name in _names(folder) if not is_held(folder / f"{name}.alive")]
        for kind in SUMMED:
            files = {name: folder / f"{kind}_{name}.db" for name in ended}
            _fold(folder, kind, {name: file for name, file in files.items() if file.exists()})
        for name in ended:
            (folder / f"{GAUGES}_{name}.db").unlink(missing_ok=True)
            (folder / f"{name}.alive").unlink(missing_ok=True)
        for hidden in folder.glob(".*.alive"):  # of a process that was killed before it had locked it
            if time.time() - hidden.stat().st_mtime > ABANDONED_SECONDS:
                hidden.unlink()
    except OSError as error:
        logger.error("metrics of processes that ended stay in their files: %s", error)


def allocate(file: Path, size: int) -> None:
    """Make a file of zeros, for which the disk has room then. Raises OSError."""
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(bytes(size))


def _fold(folder: Path, kind: str, files: Mapping[str, Path]) -> None:
    if not files:
        return
    totals = folder / f"{kind}_{TOTALS}.db"
    before = _read(totals)
    counted = _processes_in(before)
    sums = defaultdict(float, {key: value for key, value in before.items() if not _is_mark(key)})
    for name in files.keys() - counted:
        for key, value in _read(files[name]).items():
            sums[key] += value
    _write(totals, sums | {json.dumps([_MARK, _MARK, {"process": name}, ""]): 1.0 for name in files})
    for file in files.values():
        file.unlink()


def _readable(folder: Path) -> list[str]:
    """The files that hold each count once: a fold that was killed leaves some that are in the totals."""
    found = []
    for kind in (*SUMMED, GAUGES):
        counted = _processes_in(_read(folder / f"{kind}_{TOTALS}.db"))
        files = [file for file in folder.glob(f"{kind}_*.db") if _process_of(file) not in counted]
        found += [str(file) for file in files if os.access(file, os.R_OK) and _read(file)]
    return found


def _names(folder: Path) -> set[str]:
    """All processes that have files."""
    files = {_process_of(file) for file in folder.glob("*_*.db")}
    return (files | {file.stem for file in folder.glob("[!.]*.alive")}) - {TOTALS}


def _process_of(file: Path) -> str:
    return file.stem.rpartition("_")[2]


def _read(file: Path) -> dict[str, float]:
    """The counts in a file, by the library's keys; none when it is missing or not whole."""
    from prometheus_client.mmap_dict import MmapedDict  # noqa: PLC0415 - it takes 30 ms

    try:
        found = {key: value for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file))}
        if all(len(json.loads(key)) == 4 for key in found):
            return found
    except FileNotFoundError:
        return {}
    except (RuntimeError, ValueError, IndexError, struct.error):
        pass
    logger.error("metrics in %s cannot be read", file.name)
    return {}


def _write(file: Path, counts: Mapping[str, float]) -> None:
    """Replace a file whole."""
    from prometheus_client.mmap_dict import MmapedDict  # noqa: PLC0415 - it takes 30 ms

    new = file.with_name(f".{file.stem}")
    new.unlink(missing_ok=True)
    allocate(new, _HEAD + sum(len(key.encode()) + _ENTRY for key in counts))
    written = MmapedDict(str(new))
    for key, value in counts.items():
        written.write_value(key, value, 0.0)
    written.close()
    new.replace(file)


def _processes_in(totals: Mapping[str, float]) -> set[str]:
    """Whose counts are in the totals while their files may still be there."""
    return {json.loads(key)[2]["process"] for key in totals if _is_mark(key)}


def _is_mark(key: str) -> bool:
    return key.startswith(f'["{_MARK}"')
