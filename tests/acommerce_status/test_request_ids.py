import re

import pytest
from django.test import Client

from testbed.feeds import FEED

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

MADE = re.compile("[0-9a-f]{32}")


@pytest.mark.parametrize("given", ["a", "7f3c-11", "trace:1/2@host+x=_.", "x" * 100])
def test_a_sane_request_id_comes_back(anyone: Client, given: str) -> None:
    response = anyone.get("/healthz", headers={"X-Request-ID": given})

    assert response["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", " ", "two words", "x" * 101, "a\tb", "<b>", '"quoted"', "é", "a,b", "a;b"]
)
def test_another_is_replaced_by_one_that_we_make(anyone: Client, given: str) -> None:
    response = anyone.get("/healthz", headers={"X-Request-ID": given})

    assert MADE.fullmatch(response["X-Request-ID"])


def test_every_request_gets_another(anyone: Client) -> None:
    made = {anyone.get("/healthz")["X-Request-ID"] for _ in range(5)}

    assert len(made) == 5


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (FEED, {}, 200),
        (FEED, {"If-None-Match": "*"}, 304),
        (f"{FEED}?pageSize=0", {}, 400),
        ("/v3/channel/other/sales-order-status", {}, 403),
        ("/nope", {}, 404),
        ("/identity/token", {}, 405),
        ("/readyz", {}, 200),
        ("/static/nope", {}, 404),
    ],
)
def test_every_answer_has_one(api: Client, path: str, headers: dict[str, str], status: int) -> None:
    response = api.get(path, headers={**headers, "X-Request-ID": "mine"})

    assert (response.status_code, response["X-Request-ID"]) == (status, "mine")


def test_the_access_log_is_one_line_a_request_whatever_the_path(
    anyone: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "access"):
        anyone.get("/nope%0aINFO%20access%20GET%20/forged", headers={"X-Request-ID": "mine"})

    lines = [record.getMessage() for record in caplog.records if record.name == "access"]
    assert len(lines) == 1
    assert re.fullmatch(r"GET /nope%0AINFO%20access%20GET%20/forged 404 [0-9.]+ms id=mine", lines[0])
