"""SFTP of 10 MB, beside OpenSSH's own `sftp` to the same server: OpenSSH's where it is installed."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.ftp import keys
from delivery.outcome import Kind
from tests.delivery.ftp.daemons import is_installed, openssh
from tests.delivery.ftp.place import Place, a_file, sent
from tests.delivery.ftp.sftp_server import sftp_server

CONTENT = os.urandom(10_000_000)
RUNS = 5
MAX_RATIO = 1.5


@pytest.mark.slow
def test_ten_megabytes_take_at_most_one_and_a_half_times_as_long_as_by_openssh(
    tmp_path: Path, root: Path
) -> None:
    sftp = shutil.which("sftp")
    if not sftp:
        pytest.skip("sftp is not installed")
    with openssh() if is_installed("sshd") else sftp_server(root) as place:
        if "key" not in place.secrets:
            place.secrets = {"key": keys.generate()}
            place.login.keys.append(keys.public_of(place.secrets["key"], "test"))
        ours = best(lambda run: by_us(place, run))
        theirs = best(lambda run: by_sftp(place, sftp, tmp_path))

    print(f"{ours:.3f} s by us, {theirs:.3f} s by sftp: {ours / theirs:.2f}")
    assert ours < MAX_RATIO * theirs


def best(call: Callable[[int], None]) -> float:
    """Seconds that the fastest of some runs took."""
    times = []
    for run in range(RUNS):
        began = time.perf_counter()
        call(run)
        times.append(time.perf_counter() - began)
    return min(times)


def by_us(place: Place, run: int) -> None:
    """As in a delivery: looked for, uploaded as a part, checked, renamed, and the manifest."""
    assert sent(place, file=a_file(CONTENT, f"{run}.csv")).kind is Kind.DELIVERED


def by_sftp(place: Place, sftp: str, folder: Path) -> None:
    key, source = folder / "key", folder / "10-megabytes"
    key.write_text(place.secrets["key"])
    key.chmod(0o600)
    source.write_bytes(CONTENT)
    options = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
    command = [sftp, "-b", "-", "-i", str(key), "-P", str(place.port), *options, f"{place.user}@127.0.0.1"]
    lines = f"put {source} {place.path}/theirs.part\nrename {place.path}/theirs.part {place.path}/theirs\n"
    subprocess.run(
        command, input=f"{lines}rm {place.path}/theirs\n", text=True, check=True, capture_output=True
    )
