"""The files below /static/: those that the pages need, and none of them is a page."""

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.test import Client

from acommerce_status.static_files import ALONE, FOR_OPERATORS

FOUND = [name for finder in get_finders() for name, _ in finder.list(None)]
FILES = [name for name in FOUND if not name.startswith(FOR_OPERATORS)]
ROOMS = {"acommerce_status", "drf_spectacular_sidecar"}


def test_only_our_own_files_and_those_of_the_two_applications_are_there() -> None:
    assert {name.partition("/")[0] for name in FILES} == ROOMS


@pytest.mark.parametrize("name", FILES)
def test_a_file_opened_as_a_page_may_do_nothing(anyone: Client, name: str) -> None:
    response = anyone.get(f"/static/{name}")
    response.close()

    assert response.status_code == 200
    assert response["Content-Security-Policy"] == ALONE
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize(
    "name", ["rest_framework/js/csrf.js", "admin/css/base.css", "operators/actions.css", "../manage.py", ""]
)
def test_nothing_else_is_there(anyone: Client, name: str) -> None:
    response = anyone.get(f"/static/{name}")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
