"""Counting over all processes of a machine: real processes, killed, forked and denied their folder."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from prometheus_client import Metric

from stores.counting import totals
from stores.counting.mine import SIZES
from stores.counting.totals import merged
from testbed.servers import ROOT

BEGINNING = """
    import os, signal, sys
    import django
    django.setup()
    from stores import metrics
"""
COUNTS_ONCE = "metrics.polls.add('/a', '200'); metrics.poll_duration.observe(0.2, '/a')"
COUNTED = f"{COUNTS_ONCE}; print('counted', flush=True); sys.stdin.read()"


def run(folder: Path, code: str) -> subprocess.Popen[str]:
    """A process that runs `code` with `metrics`."""
    program = textwrap.dedent(BEGINNING) + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"METRICS_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "acommerce_status.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(folder: Path, code: str) -> tuple[str, str]:
    """What a process that ends by itself says on standard output and standard error."""
    process = run(folder, code)
    found = process.communicate(timeout=20)
    assert process.returncode == 0, found[1]
    return found


def killed(*processes: subprocess.Popen[str]) -> None:
    """Wait until all have said that they counted, and kill them."""
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "counted\n"
    for process in processes:
        process.kill()
        process.communicate(timeout=20)


def value(metrics: list[Metric], name: str, **labels: str) -> float | None:
    """The number of a sample."""
    found = [
        sample.value
        for metric in metrics
        for sample in metric.samples
        if sample.name == name and sample.labels == labels
    ]
    return found[0] if found else None


def polls(folder: Path) -> float | None:
    return value(merged(folder), "acommerce_polls_total", route="/a", outcome="200")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "metrics"


def test_what_all_processes_counted_is_added_up(folder: Path) -> None:
    for _ in range(2):
        said(folder, COUNTS_ONCE)
    alive = run(folder, COUNTED)
    assert alive.stdout
    alive.stdout.readline()

    found = merged(folder)

    alive.communicate("", timeout=20)
    labels = {"route": "/a"}
    assert value(found, "acommerce_polls_total", route="/a", outcome="200") == 3
    assert value(found, "acommerce_poll_duration_seconds_count", **labels) == 3
    assert value(found, "acommerce_poll_duration_seconds_bucket", le="0.1", **labels) == 0
    assert value(found, "acommerce_poll_duration_seconds_bucket", le="0.25", **labels) == 3
    assert value(found, "acommerce_poll_duration_seconds_sum", **labels) == pytest.approx(0.6)
    assert value(found, "acommerce_limits_failed_open_total") == 0


def test_processes_that_were_killed_stay_counted_and_leave_no_file(folder: Path) -> None:
    sizes = []
    for number in range(1, 4):
        killed(run(folder, COUNTED))
        assert polls(folder) == number
        sizes.append(sorted(file.name for file in folder.iterdir()))

    assert sizes == [["counter_totals.db", "histogram_totals.db", "lock"]] * 3
    assert polls(folder) == 3


def test_a_process_that_begins_folds_those_that_ended(folder: Path) -> None:
    for _ in range(5):
        said(folder, COUNTS_ONCE)

    assert len(list(folder.glob("counter_*.db"))) == 2  # the totals, and the last one's
    assert polls(folder) == 5


def test_a_gauge_ends_with_its_process(folder: Path) -> None:
    code = "metrics.pool_max.set(8, 'default'); print('counted', flush=True); sys.stdin.read()"
    alive, dead = run(folder, code), run(folder, code)
    assert alive.stdout
    alive.stdout.readline()
    killed(dead)

    found = value(merged(folder), "acommerce_database_pool_max_connections", database="default")

    alive.communicate("", timeout=20)
    assert found == 8


FOLDING = """
import os, signal, sys
from pathlib import Path
from stores.counting.totals import merged

def stepping(call):
    def step(*args, **kwargs):
        left.pop() if left else os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)
    return step

left = [None] * int(sys.argv[2])
Path.unlink, Path.replace = stepping(Path.unlink), stepping(Path.replace)
merged(Path(sys.argv[1]))
"""
"""Reads, and is killed before it has removed or replaced so many files and one."""


def test_a_fold_that_is_killed_anywhere_loses_nothing_and_counts_nothing_twice(
    folder: Path, tmp_path: Path
) -> None:
    said(folder, COUNTS_ONCE)
    merged(folder)
    killed(*[run(folder, COUNTED) for _ in range(2)])

    steps = 0
    while True:
        place = shutil.copytree(folder, tmp_path / str(steps))
        command = [sys.executable, "-c", FOLDING, str(place), str(steps)]
        done = subprocess.run(command, cwd=ROOT, check=False, timeout=20)
        assert [polls(place), polls(place)] == [3, 3]
        assert {file.name for file in place.glob("*.*")} == {"counter_totals.db", "histogram_totals.db"}
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        steps += 1

    assert steps == 12  # each kind: an older draft, the totals, two files; then a gauge and a lock of each


def test_a_fork_counts_on_its_own(folder: Path) -> None:
    code = f"""
        {COUNTS_ONCE}
        child = os.fork()
        {COUNTS_ONCE}
        if child:
            os.waitpid(child, 0)
            {COUNTS_ONCE}
    """
    said(folder, code)

    assert polls(folder) == 4


def test_the_folder_and_its_files_are_closed_to_others(folder: Path) -> None:
    said(folder, COUNTS_ONCE)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_a_folder_that_cannot_be_made_costs_one_line_of_the_log(folder: Path) -> None:
    folder.write_text("a file")

    _, log = said(folder, f"{COUNTS_ONCE}; {COUNTS_ONCE}; metrics.events.add('published')")

    assert [line.partition(" ERROR ")[2] for line in log.splitlines()] == [
        "stores.counting.metric metrics are not counted: METRICS_DIR: File exists"
    ]


def test_a_full_disk_costs_one_line_of_the_log(folder: Path) -> None:
    code = f"""
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        {COUNTS_ONCE}
        {COUNTS_ONCE}
    """
    _, log = said(folder, code)

    assert [line.partition(" ERROR ")[2] for line in log.splitlines()] == [
        "stores.counting.metric metrics are not counted: METRICS_DIR: File too large"
    ]


def test_a_file_that_a_crash_of_the_machine_broke_is_passed_over(folder: Path) -> None:
    said(folder, COUNTS_ONCE)
    for content in (b"", b"\xff" * 4096, b"\x40\0\0\0\0\0\0\0\x04\0\0\0abcd" + bytes(100)):
        (folder / "counter_1-broken.db").write_bytes(content)
        assert polls(folder) == 1
    assert not (folder / "counter_1-broken.db").exists()


def test_everything_that_can_be_counted_fits_into_the_files_as_they_were_made(folder: Path) -> None:
    code = """
        from acommerce_status.answer_metrics import NAMED, count_answer
        from acommerce_status.access_log import _route
        from django.urls import get_resolver

        def routes(resolver, before=""):
            for each in resolver.url_patterns:
                path = before + str(each.pattern)
                yield from routes(each, path) if hasattr(each, "url_patterns") else [_route(path)]

        for route in routes(get_resolver()):
            for status in (*NAMED, 201, 301, 400, 500):
                count_answer(route, status, 0.1)
        for mechanism in ("webhook", "email", "ftp", "file"):
            metrics.commit_to_receiver.observe(1, mechanism)
            for outcome in ("delivered", "refused", "failed", "paced", "blocked", "gone"):
                metrics.deliveries.add(mechanism, outcome)
    """
    said(folder, code)

    assert {file.name.rpartition("_")[0]: file.stat().st_size for file in folder.glob("*.db")} == SIZES
    assert sum(len(metric.samples) for metric in merged(folder)) > 500


def test_nothing_is_loaded_before_something_is_counted(folder: Path) -> None:
    output, _ = said(folder, "print('prometheus_client' in sys.modules)")

    assert output == "False\n"
    assert not folder.exists()


def test_metrics_that_are_off_leave_no_trace(tmp_path: Path) -> None:
    output, log = said(Path("off"), f"{COUNTS_ONCE}; print('prometheus_client' in sys.modules)")

    assert (output, log) == ("False\n", "")


def test_another_reader_is_waited_for_and_then_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(folder, COUNTS_ONCE)
    monkeypatch.setattr(totals, "WAIT_SECONDS", 0.1)
    holding = run(
        folder,
        """
        import fcntl
        lock = open(os.environ["METRICS_DIR"] + "/lock")
        fcntl.flock(lock, fcntl.LOCK_EX)
        print("counted", flush=True)
        sys.stdin.read()
    """,
    )
    assert holding.stdout
    holding.stdout.readline()

    with pytest.raises(TimeoutError):
        merged(folder)
    holding.communicate("", timeout=20)
    assert polls(folder) == 1
