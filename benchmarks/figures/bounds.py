"""What no server of ours can exceed here: the database alone, and the server alone. Rows without a target."""

import re
import subprocess
from collections.abc import Iterator

from django.test import Client
from psycopg import ClientCursor

from benchmarks.bench import Bench
from benchmarks.load import Target
from benchmarks.servers import Site, granian, serving
from benchmarks.table import Figure, rates
from testbed.query_plans import asked

CLIENTS = 4


def figures(bench: Bench) -> Iterator[Figure]:
    pages, idle = bench.pages(), bench.idle()
    yield _beside_the_database(bench, "full page", pages)
    alone = Site("the server alone", granian("benchmarks.peers.constant"), bench.large.environment, "/")
    with serving(alone, bench.stage.folder / "peer.log") as server:
        theirs = Target(server, ["/"])
        yield rates("full page against the server alone", *bench.rounds.compare(pages, theirs))
    yield _beside_the_database(bench, "idle poll", idle)


def _beside_the_database(bench: Bench, name: str, target: Target) -> Figure:
    ours, alone = bench.rounds.speed(target).rate, _database_alone(bench, target)
    return Figure(f"{name} against the database alone", f"{ours:,.0f}/s", f"{alone:,.0f}/s", ours / alone)


def _database_alone(bench: Bench, target: Target) -> float:
    """How often a second pgbench gets the rows of the first path of `target`, by a prepared statement."""
    client = Client(headers=target.server.headers, SERVER_NAME="127.0.0.1")
    sql, values = asked(client, target.paths[0])
    with bench.large.connect() as connection:
        text = ClientCursor(connection).mogrify(sql, values)
    file = bench.stage.folder / "question.sql"
    file.write_text(f"{text};\n")
    server = bench.stage.postgres
    program = [server.bin("pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}"]
    place = [
        "-h",
        str(server.folder),
        "-U",
        "postgres",
        "-f",
        str(file),
        "-T",
        str(bench.rounds.seconds),
        "large",
    ]
    told = subprocess.run([*program, *place], capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
    found = re.search(r"tps = ([0-9.]+)", told)
    assert found
    return float(found[1])
