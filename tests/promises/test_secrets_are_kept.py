"""What a caller gives us to sign and to authorise with is in no answer, no log, no command and no column.

Fails when `write_only=True` members are put into `settings`, when a refusal repeats what was sent, and when
delivery.secrets.seal stores plain JSON.
"""

from io import StringIO
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.delivery.registration.receivers import receiver
from tests.delivery.registration.requests import PATH, send

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable")]

SECRETS = ["whsec_" + "U0VDUkVU" * 4, "another secret, of a hook", "rotated-in-SECRET-0123456789"]
AUTHORIZATION = "Bearer AUTHORIZATION-0123456789"
PARTS = ("U0VDUkVU", "secret, of a hook", "rotated-in", "AUTHORIZATION-0")


def asked(api: Client, url: str) -> list[Any]:
    """The answers to everything that a caller can ask about subscriptions with secrets."""
    webhook = {"url": url, "secret": SECRETS[0], "authorization": AUTHORIZATION}
    body = {"name": "ERP", "mechanism": "webhook", "webhook": webhook}
    created = send(api, "POST", PATH, body, **{"Idempotency-Key": "one"})
    path = f"{PATH}/{created.json()['subscriptionId']}"
    hook = {"url": f"{url}2", "secret": SECRETS[1], "eventType": ["SALES_ORDER_STATUS"]}
    return [
        created,
        send(api, "POST", PATH, body, **{"Idempotency-Key": "one"}),
        send(api, "POST", PATH, body | {"webhook": webhook | {"url": f"https://{SECRETS[0]} /"}}),
        send(api, "POST", PATH, body | {"webhook": webhook | {"rate": 5, "secret": SECRETS[0] + "\n"}}),
        send(
            api, "PATCH", path, {"webhook": {"secret": SECRETS[0], "authorization": AUTHORIZATION, "rate": 1}}
        ),
        send(api, "POST", "/channel/lazada-th/hooks", hook),
        send(api, "POST", "/channel/lazada-th/hooks", hook | {"eventType": ["X"]}),
        send(api, "POST", f"{path}/test"),
        send(api, "POST", f"{path}/replay", {"updatedSince": None}),
        *(api.get(f"{path}{tail}") for tail in ("", "/attempts", "/held", "/batches")),
        api.get(PATH),
        api.get("/channel/lazada-th/hooks"),
    ]


def commands() -> str:
    """What operators are shown."""
    output = StringIO()
    call_command("list_subscriptions", stdout=output)
    return output.getvalue()


def columns() -> str:
    """All that the database holds of subscriptions."""
    with connection.cursor() as cursor:
        names = [
            name for name in connection.introspection.table_names(cursor) if name.startswith("delivery_")
        ]
        found = []
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - names of our own tables
            found.append(
                repr(
                    [
                        [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
                        for row in cursor.fetchall()
                    ]
                )
            )
    return "".join(found)


def test_a_secret_is_shown_nowhere(api: Client, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    caplog.set_level("DEBUG")
    with receiver(500) as (url, taken):
        answers = asked(api, url)
    number = orjson.loads(answers[0].content)["subscriptionId"]
    rotated = send(api, "POST", f"{PATH}/{number}/rotate-secret", {"secret": SECRETS[2]})
    shown = [answer.content.decode() for answer in [*answers, api.get(f"{PATH}/{number}")]]
    places = {"answers": "".join(shown), "log": caplog.text, "commands": commands(), "columns": columns()}

    assert [answer.status_code for answer in answers[:8]] == [201, 201, 400, 400, 400, 201, 400, 200]
    assert rotated.json() == {"secret": SECRETS[2]}
    assert taken[0][0]["Authorization"] == AUTHORIZATION
    assert {(place, part) for place, text in places.items() for part in PARTS if part in text} == set()
