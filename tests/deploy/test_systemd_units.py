"""The units in deploy/systemd, judged by systemd's own tools where they are installed."""

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from testbed.servers import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
MOST_EXPOSED = "30"
"""Tenths: 3.0 of systemd-analyze's 10."""

systemd_analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
each_service = pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)


def read(unit: Path) -> ConfigParser:
    """The unit; of a key that is there twice, the last."""
    found = ConfigParser(strict=False, interpolation=None, delimiters=["="])
    found.optionxform = str  # type: ignore[assignment,method-assign]  # how the library's docs keep the case
    found.read(unit)
    return found


def test_there_are_a_server_and_a_publisher() -> None:
    assert [unit.name for unit in SERVICES] == [
        "acommerce-deliver.service",
        "acommerce-operators.service",
        "acommerce-publisher.service",
        "acommerce.service",
    ]


@each_service
def test_a_service_has_an_account_of_its_own_and_begins_with_the_machine(unit: Path) -> None:
    found = read(unit)

    account = (UNITS / "acommerce.sysusers").read_text().splitlines()[-1].split()
    assert account[:2] == ["u", found["Service"]["User"]]
    assert found["Service"]["User"] == "acommerce"
    assert found["Service"]["Restart"] == "always"
    assert found["Unit"]["After"].split()[:2] == ["network-online.target", "postgresql.service"]
    assert found["Install"]["WantedBy"] == "multi-user.target"


@each_service
def test_all_services_count_in_one_folder_that_stays(unit: Path) -> None:
    service = read(unit)["Service"]

    assert service["Environment"] == "METRICS_DIR=/run/acommerce-metrics"
    assert service["RuntimeDirectory"] == "acommerce-metrics"
    assert (service["RuntimeDirectoryMode"], service["RuntimeDirectoryPreserve"]) == ("0700", "yes")


def test_the_server_is_reloaded_by_a_signal_and_may_open_enough_files() -> None:
    service = read(UNITS / "acommerce.service")["Service"]

    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert int(service["LimitNOFILE"]) >= 4 * 1_128


@systemd_analyze
@each_service
def test_a_service_is_hardened(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}"]

    done = subprocess.run([*command, unit], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


@systemd_analyze
def test_systemd_understands_every_line() -> None:
    units = [str(unit) for unit in UNITS.glob("acommerce*.s*") if unit.suffix in (".service", ".socket")]

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], check=False, capture_output=True, text=True
    )

    complaints = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert complaints == []
