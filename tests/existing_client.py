"""A client as the callers of the platform have written them; it knows the wire without a prefix only."""

from collections.abc import Iterator
from typing import Any

import httpx2


class ExistingClient:
    """Asks for orders at `http://HOST`, wherever the name leads: here to a port on this machine."""

    def __init__(self, host: str, port: int) -> None:
        transport = NamedHere(port)
        self._http = httpx2.Client(base_url=f"http://{host}", transport=transport, timeout=20)

    def __enter__(self) -> "ExistingClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def log_in(self, username: str, api_key: str) -> None:
        """Get a token, sending JSON as plain text as old libraries do."""
        body = f'{{"auth": {{"apiKeyCredentials": {{"username": "{username}", "apiKey": "{api_key}"}}}}}}'
        response = self._http.post("/identity/token", content=body, headers={"Content-Type": "text/plain"})
        response.raise_for_status()
        self._http.headers["X-Subject-Token"] = response.json()["token"]["token_id"]

    def orders(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """All orders of a feed: page after page, by Link alone."""
        url: str | None = str(self._http.build_request("GET", path, params=parameters).url)
        while url:
            response = self._http.get(url)
            response.raise_for_status()
            yield from response.json()
            url = response.links.get("next", {}).get("url")

    def named(self, path: str, order_ids: list[str]) -> Any:
        """The rows of named orders, the body as it came."""
        response = self._http.get(f"{path}/id", params={"id": order_ids})
        response.raise_for_status()
        return response.json()

    def tracking_id(self, path: str, order_id: str) -> str:
        """The first package's number, read the way that everybody reads it."""
        body = self.named(path, [order_id])
        return str(body[0]["shipPackage"][0]["trackingId"])


class NamedHere(httpx2.HTTPTransport):
    """What DNS would do: every name is this machine, at one port. The Host header stays as it is."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return super().handle_request(request)
