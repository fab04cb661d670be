"""Our own pages, as axe judges them: light and dark, on a phone and on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types

from acommerce_status.guides import PAGES as GUIDES
from tests.browser.conftest import OpenTab

pytestmark = pytest.mark.browser

PAGES = ["/", *GUIDES.values(), "/docs/problems", "/docs/v2-to-v3"]


@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False)])
def test_axe_finds_nothing(tab: OpenTab, width: int, dark: bool) -> None:
    for path in PAGES:
        opened = tab(width, dark)
        page = opened.open(path)

        found = Axe().run(page).response["violations"]

        assert (path, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]) == (path, [])
        assert (path, opened.overflow()) == (path, 0)
