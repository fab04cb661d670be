"""Subscriptions to a folder on the subscriber's own server: what is taken, shown, refused and kept."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from delivery import secrets
from delivery.ftp import keys
from delivery.models import Subscription
from tests.delivery.registration.requests import PATH, send

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

HOST_KEY, OTHER_KEY = "SHA256:" + "A" * 43, "SHA256:" + "E" * 43
SCHEDULE = {"cron": "*/15 * * * *", "timeZone": "Asia/Bangkok"}
FTP = {"url": "sftp://orders@ftp.shop.example/in", "schedule": SCHEDULE}
PASSWORD = " ¡a password of the shop! "
WITH_PASSWORD = FTP | {"password": PASSWORD, "hostKey": HOST_KEY}
WITH_KEY = FTP | {"generateKey": True}


def created(api: Client, ftp: dict[str, Any]) -> Any:
    """The answer to a creation."""
    return send(api, "POST", PATH, {"name": "ERP", "mechanism": "ftp", "ftp": ftp})


def path_of(response: Any) -> str:
    assert response.status_code == 201, response.content
    return f"{PATH}/{response.json()['subscriptionId']}"


def kept() -> Any:
    """What is stored encrypted of the only subscription."""
    return secrets.unseal(Subscription.objects.get().secrets)


def named(response: Any) -> list[str]:
    """The fields that a 400 names."""
    assert response.status_code == 400, response.content
    return [error["parameter"] for error in response.json()["errors"]]


def test_a_subscription_by_password_is_shown_without_it(api: Client) -> None:
    response = created(api, WITH_PASSWORD)

    assert response.status_code == 201
    assert response.json()["ftp"] == {
        "url": "sftp://orders@ftp.shop.example/in",
        "hostKey": HOST_KEY,
        "publicKey": None,
        "complete": "rename",
        "schedule": SCHEDULE,
        "layout": "events",
        "compress": False,
        "bom": False,
        "formulaGuard": False,
        "whenEmpty": "nothing",
        "maxOrders": 10_000,
    }
    assert kept() == {"password": PASSWORD}
    assert "password of" not in str(Subscription.objects.values())


def test_a_key_that_we_make_is_shown_by_its_public_line(api: Client) -> None:
    response = created(api, WITH_KEY)

    shown, private = response.json()["ftp"], kept()["key"]
    assert shown["publicKey"].startswith("ssh-ed25519 AAAA")
    assert shown["publicKey"] == keys.public_of(private, response.json()["subscriptionId"])
    assert (shown["hostKey"], "generateKey" in shown) == (None, False)
    assert send(api, "GET", path_of(response)).json()["ftp"] == shown
    assert "PRIVATE KEY" not in response.content.decode()


BAD = [
    ({"url": ""}, "ftp.url"),
    ({"url": "https://ftp.shop.example/in"}, "ftp.url"),
    ({"url": "file:///in"}, "ftp.url"),
    ({"url": "ftp://orders@ftp.shop.example/in"}, "ftp.url"),
    ({"url": "SFTP//orders@ftp.shop.example"}, "ftp.url"),
    ({"url": "sftp://ftp.shop.example/in"}, "ftp.url"),
    ({"url": "sftp://orders:secret@ftp.shop.example/in"}, "ftp.url"),
    ({"url": "sftp://orders:@ftp.shop.example/in"}, "ftp.url"),
    ({"url": "sftp://orders@/in"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example:0/in"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example:25/in"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example:70000/in"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example:x/in"}, "ftp.url"),
    ({"url": "ftps://orders@ftp.shop.example:990/in", "hostKey": None}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/in/../../etc"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/in/%2e%2e/etc"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example//in"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/in%0d%0aDELE"}, "ftp.url"),
    ({"url": "sftp://or%0d%0aders@ftp.shop.example/in"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/%ff"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/in?x"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/in#x"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/i n"}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/" + "x" * 256}, "ftp.url"),
    ({"url": "sftp://orders@ftp.shop.example/" + "x/" * 1000}, "ftp.url"),
    ({"url": "sftp://" + "x" * 256 + "@ftp.shop.example/"}, "ftp.url"),
    ({"url": "sftp://orders@127.0.0.1/in"}, "ftp.url"),
    ({"url": "sftp://orders@[::1]/in"}, "ftp.url"),
    ({"url": "sftp://orders@2130706433/in"}, "ftp.url"),
    ({"url": "sftp://orders@testserver/in"}, "ftp.url"),
    ({"url": ["sftp://orders@ftp.shop.example/in"]}, "ftp.url"),
    ({"password": "x" * 10_000}, "ftp.password"),
    ({"password": ""}, "ftp.password"),
    ({"password": "x\r\nDELE x"}, "ftp.password"),
    ({"password": 7}, "ftp.password"),
    ({"hostKey": "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48"}, "ftp.hostKey"),
    ({"hostKey": "SHA256:" + "A" * 42}, "ftp.hostKey"),
    ({"hostKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"}, "ftp.hostKey"),
    ({"hostKey": None}, "ftp.hostKey"),
    ({"hostKey": "x" * 10_000}, "ftp.hostKey"),
    ({"generateKey": True}, "ftp.generateKey"),
    ({"generateKey": "yes"}, "ftp.generateKey"),
    ({"complete": "overwrite"}, "ftp.complete"),
    ({"layout": "rows"}, "ftp.layout"),
    ({"schedule": {"cron": "@hourly"}}, "ftp.schedule.cron"),
    ({"schedule": {"cron": "0 0 30 2 *"}}, "ftp.schedule.cron"),
    ({"schedule": {"cron": "0 0 * * *", "timeZone": "Mars/Olympus"}}, "ftp.schedule.timeZone"),
    ({"passwort": "x"}, "ftp.passwort"),
    ({"url": "ftps://orders@ftp.shop.example/in"}, "ftp.hostKey"),
]


@pytest.mark.parametrize(("ftp", "parameter"), BAD, ids=lambda value: str(value)[:60])
def test_a_bad_member_is_named_and_nothing_is_made(api: Client, ftp: dict[str, Any], parameter: str) -> None:
    response = created(api, WITH_PASSWORD | ftp)

    assert named(response) == [parameter]
    assert Subscription.objects.count() == 0
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("ftp", "parameter"),
    [
        (FTP | {"hostKey": HOST_KEY}, "ftp.password"),
        (FTP, "ftp.hostKey"),
        (FTP | {"url": "ftps://orders@ftp.shop.example/in"}, "ftp.password"),
        (WITH_KEY | {"url": "ftps://orders@ftp.shop.example/in"}, "ftp.generateKey"),
        (WITH_KEY | {"publicKey": "ssh-ed25519 AAAA"}, "ftp.publicKey"),
    ],
)
def test_what_is_missing_or_too_much_is_named(api: Client, ftp: dict[str, Any], parameter: str) -> None:
    assert named(created(api, ftp)) == [parameter]


@pytest.mark.parametrize(
    "url",
    [
        "sftp://orders@ftp.shop.example",
        "sftp://orders@ftp.shop.example:2222/~/in",
        "sftp://orders%40shop.example@ftp.shop.example/in/%E0%B8%81",
        "sftp://orders@shop.example@8.8.8.8/in/",
        "sftp://orders@[2606:4700::1]:22/in",
    ],
)
def test_a_good_url_is_kept_as_it_is_written(api: Client, url: str) -> None:
    assert created(api, WITH_PASSWORD | {"url": url}).json()["ftp"]["url"] == url


def test_plain_ftp_is_taken_where_the_operators_allow_it(api: Client, settings: Settings) -> None:
    ftp = FTP | {"url": "ftp://orders@ftp.shop.example/in", "password": "x"}
    refused = created(api, ftp)
    settings.DELIVERY_ALLOW = ["ftp"]

    assert named(refused) == ["ftp.url"]
    assert created(api, ftp).status_code == 201


@pytest.mark.parametrize(
    "url",
    [
        "sftp://orders@other.example/in",
        "sftp://orders@ftp.shop.example:2222/in",
        "sftp://others@ftp.shop.example/in",
    ],
)
def test_another_server_or_user_needs_password_and_host_key_anew(api: Client, url: str) -> None:
    path = path_of(created(api, WITH_PASSWORD))
    before = Subscription.objects.values().get()

    alone = send(api, "PATCH", path, {"ftp": {"url": url}})
    with_password = send(api, "PATCH", path, {"ftp": {"url": url, "password": "x"}})
    with_key = send(api, "PATCH", path, {"ftp": {"url": url, "hostKey": OTHER_KEY}})
    unchanged = Subscription.objects.values().get() == before
    both = send(api, "PATCH", path, {"ftp": {"url": url, "hostKey": OTHER_KEY, "password": "x"}})

    assert named(alone) == ["ftp.password", "ftp.hostKey"]
    assert (named(with_password), named(with_key), unchanged) == (["ftp.hostKey"], ["ftp.password"], True)
    assert (both.status_code, both.json()["ftp"]["hostKey"], kept()) == (200, OTHER_KEY, {"password": "x"})


def test_another_protocol_needs_a_password_anew_and_no_host_key(api: Client) -> None:
    path = path_of(created(api, WITH_PASSWORD))
    url = "ftps://orders@ftp.shop.example/in"

    alone = send(api, "PATCH", path, {"ftp": {"url": url, "hostKey": None}})
    whole = send(api, "PATCH", path, {"ftp": {"url": url, "hostKey": None, "password": "x"}})

    assert named(alone) == ["ftp.password"]
    assert (whole.status_code, whole.json()["ftp"]["hostKey"]) == (200, None)


def test_another_folder_needs_nothing_anew(api: Client) -> None:
    path = path_of(created(api, WITH_PASSWORD))

    response = send(api, "PATCH", path, {"ftp": {"url": "sftp://orders@ftp.shop.example/out"}})

    assert (response.status_code, kept()) == (200, {"password": PASSWORD})


def test_a_key_is_made_anew_or_given_up_for_a_password(api: Client) -> None:
    path = path_of(created(api, WITH_KEY))
    first = kept()["key"]

    again = send(api, "PATCH", path, {"ftp": {"generateKey": True}}).json()["ftp"]
    second = kept()["key"]
    bare = send(api, "PATCH", path, {"ftp": {"password": "x"}})
    whole = send(api, "PATCH", path, {"ftp": {"password": "x", "hostKey": HOST_KEY}})
    back = send(api, "PATCH", path, {"ftp": {"generateKey": True, "hostKey": None}})

    assert first != second
    assert again["publicKey"] == keys.public_of(second, path.rpartition("/")[2])
    assert named(bare) == ["ftp.hostKey"]
    assert (whole.json()["ftp"]["publicKey"], whole.json()["ftp"]["hostKey"]) == (None, HOST_KEY)
    assert (back.status_code, back.json()["ftp"]["hostKey"]) == (200, None)


def test_what_is_shown_may_be_sent_back_and_nothing_is_taken_away(api: Client) -> None:
    path = path_of(created(api, WITH_KEY | {"hostKey": HOST_KEY}))
    before, key = send(api, "GET", path).json(), kept()

    same = send(api, "PATCH", path, {"ftp": before["ftp"]})
    other = send(api, "PATCH", path, {"ftp": {"publicKey": "ssh-ed25519 AAAA"}})
    none = send(api, "PATCH", path, {"ftp": {"publicKey": None}})
    password = send(api, "PATCH", path, {"ftp": {"password": None}})

    assert (same.status_code, same.json()["ftp"], kept()) == (200, before["ftp"], key)
    assert (named(other), named(none), named(password)) == (
        ["ftp.publicKey"],
        ["ftp.publicKey"],
        ["ftp.password"],
    )


def test_a_new_host_key_begins_anew_what_was_disabled(api: Client) -> None:
    path = path_of(created(api, WITH_PASSWORD))
    Subscription.objects.update(active=False, disabled_reason="HOST_KEY_CHANGED")

    response = send(api, "PATCH", path, {"active": True, "ftp": {"hostKey": OTHER_KEY}})

    assert (response.json()["state"], response.json()["ftp"]["hostKey"]) == ("ACTIVE", OTHER_KEY)
