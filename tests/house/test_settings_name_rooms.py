"""A setting names no room above the lowest one that uses it: what is wired by settings points down, too."""

import configparser
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

USERS = {
    "ROOT_URLCONF": "acommerce_status",
    "WSGI_APPLICATION": "acommerce_status",
    "MIDDLEWARE": "acommerce_status",
    "LOGGING": "acommerce_status",
    "FILED_STATUSES": "orders",
    "WEBHOOK_FORMATS": "delivery",
    "EMAIL_BACKEND": "delivery",
    "REST_FRAMEWORK": "callers",
    "CACHES": "callers",
    "DATABASES": "stores",
}
"""The lowest room that uses what a setting names. (INSTALLED_APPS lists rooms, and names nothing in them.)"""


def layers() -> list[set[str]]:
    """Rooms from the top to the bottom, as setup.cfg tells import-linter."""
    parser = configparser.ConfigParser()
    parser.read(settings.BASE_DIR / "setup.cfg")
    text = parser["importlinter:contract:rooms"]["layers"]
    return [set(line.split(" | ")) for line in text.split("\n") if line]


def floor(room: str) -> int:
    """0 for what everything stands on."""
    (found,) = [number for number, layer in enumerate(reversed(layers())) if room in layer]
    return found


def rooms_in(value: Any) -> Iterator[str]:
    """The room of every dotted name in a setting."""
    if isinstance(value, dict):
        yield from (room for inner in value.values() for room in rooms_in(inner))
    elif isinstance(value, list | tuple):
        yield from (room for inner in value for room in rooms_in(inner))
    elif isinstance(value, str):
        room, dot, _ = value.partition(".")
        if dot and any(room in layer for layer in layers()):
            yield room


def named() -> dict[str, set[str]]:
    """The rooms that each of our settings names, where it names one."""
    values = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    found = {name: set(rooms_in(value)) for name, value in values.items()}
    return {name: rooms for name, rooms in found.items() if rooms}


def test_every_setting_that_names_a_room_has_a_known_user() -> None:
    assert named().keys() <= USERS.keys()


@pytest.mark.parametrize("setting", USERS)
def test_a_setting_names_no_room_above_its_user(setting: str) -> None:
    above = [room for room in named().get(setting, set()) if floor(room) > floor(USERS[setting])]

    assert above == []
