"""A DATABASE_URL that demands TLS: all goes by it, and to a server that is not the right one goes nothing.

Fails when `stores.databases` leaves out the OPTIONS that the URL has, such as `sslmode`.
"""

from collections.abc import Iterator

import httpx2
import pytest
import trustme

from testbed.events import event
from testbed.feeds import FEED
from testbed.installation import Installation, client_of, eventually
from testbed.services import Postgres
from tests.promises.faults.answers import assert_unavailable, recovers
from tests.promises.tls_front import TlsFront, tls_before

pytestmark = pytest.mark.slow

OURS, FOREIGN = trustme.CA(), trustme.CA()
WRONG = {
    "a foreign authority": (FOREIGN, "127.0.0.1"),
    "another server's name": (OURS, "db.example.test"),
    "no TLS": (None, ""),
}


@pytest.fixture(scope="module")
def front(database: Postgres) -> Iterator[TlsFront]:
    with tls_before(database.folder / ".s.PGSQL.5432", OURS) as running:
        yield running


@pytest.fixture(scope="module")
def demanding(
    installation: Installation, front: TlsFront, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """One that takes only a server with our authority's certificate for its name."""
    authority = tmp_path_factory.mktemp("authority") / "ca.pem"
    OURS.cert_pem.write_to_path(authority)
    url = f"postgres://postgres@127.0.0.1:{front.port}/postgres?sslmode=verify-full&sslrootcert={authority}"
    return Installation(installation.variables | {"DATABASE_URL": url})


@pytest.fixture(scope="module")
def secured(
    demanding: Installation, credentials: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx2.Client]:
    """A client of a server of it."""
    with (
        demanding.serve(tmp_path_factory.mktemp("secured")) as server,
        client_of(server.url, credentials) as client,
    ):
        yield client


def test_everything_goes_by_tls(secured: httpx2.Client, demanding: Installation, front: TlsFront) -> None:
    with demanding.publisher() as publish:
        summary = publish(event(orderId="by TLS", eventId="by TLS"))

    assert summary["published"] == 1
    assert eventually(lambda: "by TLS" in secured.get(FEED).text)
    assert secured.get("/readyz").status_code == 200
    assert front.passed_on > 1000
    assert not front.was_plain


@pytest.mark.parametrize("case", WRONG)
def test_nothing_is_said_to_a_server_that_is_not_the_right_one(
    secured: httpx2.Client, front: TlsFront, case: str
) -> None:
    assert recovers(secured)
    front.show(*WRONG[case])
    assert eventually(lambda: secured.get("/readyz").status_code == 503)
    answers = [secured.get(FEED), secured.get("/readyz")]
    said = front.passed_on
    front.show(OURS)

    assert_unavailable(*answers)
    assert said == 0
    assert recovers(secured)
