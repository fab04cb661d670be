"""The programs of docs/polling.md hold what is published, whatever happens on the way."""

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from callers.administration import create_caller
from orders.models import SalesOrder
from testbed.events import event, new_orders, shipment_event, withdrawal
from testbed.servers import serve
from tests.conftest import Publish
from tests.docs.programs import COMMANDS, Held, eventually, held, polling
from tests.docs.recording import Asked, Recorder, recording

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

CHANNEL = "lazada-th"

Poll = Callable[..., AbstractContextManager[subprocess.Popen[bytes]]]


@pytest.fixture(params=COMMANDS)
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the program runs."""
    (tmp_path / "program").mkdir()
    return tmp_path / "program"


@pytest.fixture
def poll(language: str, folder: Path) -> Poll:
    """`with poll(relay):` the program is at work, as a caller of the channel."""
    key = create_caller(username="example", channels=[CHANNEL])

    def start(relay: Recorder) -> AbstractContextManager[subprocess.Popen[bytes]]:
        names = {"FEED_USERNAME": "example", "FEED_API_KEY": key, "FEED_CHANNEL": CHANNEL}
        return polling(language, folder, FEED_URL=relay.url, FEED_IDLE_SECONDS="0.1", **names)

    return start


def published() -> Held:
    """What a poller of the channel should hold."""
    orders = [orjson.loads(text) for text in SalesOrder.objects.values_list("document", flat=True)]
    return {
        (order["channelId"], order["orderId"]): order for order in orders if order["channelId"] == CHANNEL
    }


def answers(relay: Recorder) -> list[Asked]:
    """Each answer of the feed so far; its line is such as `200 GET /v3/...?updatedSince=...`."""
    return [asked for asked in relay.asked if " GET /v3/" in asked.line]


def test_it_holds_every_order_of_its_channel_and_follows_every_change(
    language: str, folder: Path, poll: Poll, publish: Publish, tmp_path: Path
) -> None:
    orders = new_orders(250)
    publish(*orders, event(channelId="shopee-th", detail="not ours"))
    with serve(tmp_path) as server, recording(server.port) as relay, poll(relay):
        followed = eventually(lambda: held(language, folder) == published())
        idle = eventually(lambda: answers(relay)[-1].status == 304)
        publish(
            orders[7] | {"revision": 2, "detail": 'a "quoted": \\ revision, "hasMore":true'},
            withdrawal(orders[8]["eventId"]),
            shipment_event(orderId="O-9", detail="a late event: สวัสดี", eventTime="2020-01-01T00:00:00Z"),
        )

        assert followed
        assert idle
        assert eventually(lambda: held(language, folder) == published())


def test_it_goes_on_where_it_was_when_it_has_been_killed(
    language: str, folder: Path, poll: Poll, publish: Publish, tmp_path: Path
) -> None:
    publish(*new_orders(120))
    with serve(tmp_path) as server, recording(server.port) as relay:
        with poll(relay):
            assert eventually(lambda: held(language, folder) == published())
        before = len(answers(relay))
        publish(event(orderId="O-7", status="COMPLETED", eventTime="2026-11-21T00:00:00Z"))
        with poll(relay):
            followed = eventually(lambda: held(language, folder) == published())

        assert followed
        asked = answers(relay)[before:]
        assert asked
        assert all("?updatedSince=" in answer.line for answer in asked)


def test_it_outlives_an_ended_token_a_limit_and_a_server_that_is_away(
    language: str, folder: Path, poll: Poll, publish: Publish, tmp_path: Path
) -> None:
    publish(*new_orders(3))
    with ExitStack() as stack:
        with serve(tmp_path, TOKEN_LIFETIME_SECONDS="1", CALLER_RATE="5/s") as server:
            relay = stack.enter_context(recording(server.port))
            stack.enter_context(poll(relay))
            renewed = eventually(lambda: has_answered(relay, 401))
            limited = eventually(lambda: bool(pauses_after_429(relay)))
            pauses = pauses_after_429(relay)
        publish(event(orderId="O-2", status="CANCELED", eventTime="2026-11-21T00:00:00Z"))
        with serve(folder, port=server.port):
            back = eventually(lambda: held(language, folder) == published())

    assert renewed
    assert limited
    assert all(waited >= retry_after for waited, retry_after in pauses)
    assert back


def has_answered(relay: Recorder, status: int) -> bool:
    """Whether the feed has answered with `status`, and then something else."""
    return any(answer.status == status for answer in answers(relay)[:-1])


def pauses_after_429(relay: Recorder) -> list[tuple[float, int]]:
    """After each 429 of the feed: how many seconds the program waited, and the seconds of `Retry-After`."""
    return [
        (after.when - before.when, int(before.retry_after or ""))
        for before, after in pairwise(answers(relay))
        if before.status == 429
    ]
