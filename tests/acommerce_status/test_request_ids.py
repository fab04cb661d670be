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


TOKEN = "0123456789abcdef" * 2
KEY = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdE"


@pytest.mark.parametrize("given", [TOKEN, TOKEN.upper(), f"id:{TOKEN}", f"{TOKEN}/1"])
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (FEED, {"X-Subject-Token": TOKEN}),
        (FEED, {"Authorization": f"Bearer {TOKEN}"}),
        (FEED, {"Cookie": f"token={TOKEN}"}),
        (f"{FEED}?token={TOKEN}", {}),
        (f"/v3/channel/{TOKEN}/sales-order-status", {}),
    ],
)
def test_a_request_id_that_is_the_requests_own_token_is_replaced(
    anyone: Client, path: str, headers: dict[str, str], given: str
) -> None:
    response = anyone.get(path, headers={**headers, "X-Request-ID": given})

    assert MADE.fullmatch(response["X-Request-ID"])
    assert response["X-Request-ID"] not in (TOKEN, TOKEN.upper())


@pytest.mark.parametrize("given", [KEY, f"id:{KEY}", f"{KEY}/{KEY}"])
def test_a_request_id_that_looks_like_a_key_is_replaced(anyone: Client, given: str) -> None:
    assert MADE.fullmatch(anyone.get(FEED, headers={"X-Request-ID": given})["X-Request-ID"])


@pytest.mark.parametrize("given", [TOKEN, f"00-{TOKEN}-00f067aa0ba902b7-01", "f" * 64])
def test_a_request_id_may_look_like_a_token_of_somebody_else(api: Client, given: str) -> None:
    assert api.get(FEED, headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    ("method", "path", "line"),
    [
        ("GET", FEED, "GET /v3/channel/{channel_id}/sales-order-status 200"),
        ("GET", f"/partner/{TOKEN}/sales-order-status", "GET /partner/{partner_id}/sales-order-status 403"),
        (
            "POST",
            f"/v2/channel/{KEY}/sales-order-status/id",
            "POST /v2/channel/{channel_id}/sales-order-status/id 405",
        ),
        ("GET", "/healthz", "GET /healthz 200"),
        ("GET", f"/identity/token/{KEY}", "GET (unmatched) 404"),
        ("GET", "/nope%0aINFO%20access%20GET%20/forged", "GET (unmatched) 404"),
        (TOKEN, "/healthz", "(other) /healthz 405"),
    ],
)
def test_the_access_log_is_one_line_a_request_that_holds_nothing_a_client_chose(
    api: Client, caplog: pytest.LogCaptureFixture, method: str, path: str, line: str
) -> None:
    with caplog.at_level("INFO", "access"):
        api.generic(method, path, headers={"X-Request-ID": "mine"})

    lines = [record.getMessage() for record in caplog.records if record.name == "access"]
    assert [re.sub(r"[0-9.]+ms|caller=(poller|-)$", "_", found) for found in lines] == [f"{line} _ id=mine _"]
