"""The Python client of openapi-generator, made from our document, walks a feed. Nothing made is kept.

It needs Java. Where there is no Java, `test_generated_client.py` sends what this client sends.
"""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from typing import Any

import orjson
import pytest

from acommerce_status.openapi.views import snapshot
from testbed.events import new_orders
from testbed.feeds import CHANNEL
from testbed.servers import Server
from tests.conftest import Credentials, Publish

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

PACKAGE = "generated_client"
JAVA = shutil.which("java")
JAR = distribution("openapi-generator-cli").locate_file("openapi_generator_cli/openapi-generator.jar")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package that openapi-generator makes from the document of v3."""
    if not JAVA or subprocess.run([JAVA, "-version"], capture_output=True, check=False).returncode:
        pytest.skip("there is no Java here: no client was generated")
    folder = tmp_path_factory.mktemp("generated")
    (folder / "v3.json").write_bytes(orjson.dumps(snapshot("v3")))
    options = ["-i", "v3.json", "-g", "python", "-o", ".", "--package-name", PACKAGE]
    subprocess.run(
        [JAVA, "-jar", str(JAR), "generate", *options],
        cwd=folder,
        capture_output=True,
        check=True,
        timeout=120,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield importlib.import_module(PACKAGE)
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_the_generated_client_walks_a_feed_of_three_pages(
    client: Any, server: Server, publish: Publish, caller: Credentials
) -> None:
    publish(*new_orders(5))
    configuration = client.Configuration(host=server.url)
    api = client.ApiClient(configuration)
    credentials = client.ApiKeyCredentials(username=caller.username, apiKey=caller.key)
    asked = client.TokenRequest(auth=client.Auth(apiKeyCredentials=credentials))
    configuration.api_key["SubjectToken"] = client.IdentityApi(api).create_token(asked).token.token_id

    pages = [client.FeedApi(api).poll_channel(CHANNEL, page_size=2)]
    while pages[-1].has_more:
        since = pages[-1].next_updated_since
        pages.append(client.FeedApi(api).poll_channel(CHANNEL, updated_since=since, page_size=2))

    shown = [[(order.order_id, order.order_status) for order in page.orders] for page in pages]
    assert shown == [[("O-1", "NEW"), ("O-2", "NEW")], [("O-3", "NEW"), ("O-4", "NEW")], [("O-5", "NEW")]]
