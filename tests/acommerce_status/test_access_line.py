"""The line that the log gets for each request, as text and as JSON."""

import json
import logging
import re

import pytest
from django.test import Client

from acommerce_status.log_format import JSONLines
from acommerce_status.settings import LOGGING
from testbed.feeds import FEED

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

ROUTE = "/v3/channel/{channel_id}/sales-order-status"


def access_line(log: pytest.LogCaptureFixture) -> logging.LogRecord:
    (record,) = [record for record in log.records if record.name == "access"]
    return record


def test_it_names_the_route_and_the_caller(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    api.get(f"{FEED}?pageSize=7", headers={"X-Request-ID": "mine"})

    line = re.sub("[0-9.]+ms", "1.0ms", access_line(caplog).getMessage())
    assert line == f"GET {ROUTE} 200 1.0ms id=mine caller=poller"


def test_other_views_name_the_caller_too(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    api.get("/channel/lazada-th/subscriptions")

    assert access_line(caplog).getMessage().endswith(" caller=poller")


@pytest.mark.parametrize("path", [FEED, "/healthz", "/nope"])
def test_without_a_token_that_is_good_there_is_no_caller(
    anyone: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    anyone.get(path, headers={"X-Subject-Token": "poller"})

    assert access_line(caplog).getMessage().endswith(" caller=-")


def test_as_json_it_has_the_same_as_fields(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    api.get(FEED, headers={"X-Request-ID": "mine"})
    line = json.loads(JSONLines().format(access_line(caplog)))

    milliseconds, time = line.pop("milliseconds"), line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "access",
        "message": f"GET {ROUTE} 200 {milliseconds}ms id=mine caller=poller",
        "method": "GET",
        "route": ROUTE,
        "status": 200,
        "requestId": "mine",
        "caller": "poller",
    }
    assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}\+00:00", time)


def test_an_exception_and_any_text_stay_on_one_line_of_json() -> None:
    try:
        raise ValueError("two\nlines \ud800")
    except ValueError as error:
        record = logging.LogRecord("any", 40, "", 0, "failed:\n%s", ("\ud800",), (ValueError, error, None))
    line = JSONLines().format(record)

    assert "\n" not in line
    assert json.loads(line)["message"] == "failed:\n\ud800"
    assert json.loads(line)["exception"] == "ValueError: two\nlines \ud800"


def test_every_format_that_can_be_set_is_there() -> None:
    assert LOGGING["formatters"].keys() == {"text", "json"}
