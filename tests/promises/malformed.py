"""Requests that no honest client makes, by who refuses them.

granian refuses what its parser cannot read, in its own way: a status and nothing else. What it can read, but
others could read differently, the application refuses in the contract's shape.
"""

from tests.promises.raw import request

SECRET = "5ec2e7" * 6
"""In every request below: no answer and no log may repeat it."""

GET = f"GET /healthz?token={SECRET} HTTP/1.1"
POST = f"POST /identity/token?token={SECRET} HTTP/1.1"
TOKEN = f"X-Subject-Token: {SECRET}"
SMUGGLED = "DELETE /redoc/standalone.js"
"""How the log would name the next request, which nobody else sends."""
NEXT = f"{SMUGGLED} HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = f"5\r\nhello\r\n0\r\n\r\n{NEXT}"

REFUSED: dict[str, tuple[int, bytes]] = {
    "length and chunks": (411, request(POST, TOKEN, "Content-Length: 4", CHUNKED, body=CHUNKS)),
    "chunks and length": (411, request(POST, TOKEN, CHUNKED, "Content-Length: 4", body=CHUNKS)),
    "chunks": (411, request(POST, TOKEN, CHUNKED, body=CHUNKS)),
    "chunks in capitals": (411, request(POST, TOKEN, "TRANSFER-ENCODING: CHUNKED", body=CHUNKS)),
    "chunks of bad sizes": (411, request(POST, TOKEN, CHUNKED, body="zz\r\n")),
    "chunks twice": (411, request(POST, TOKEN, "Transfer-Encoding: chunked, chunked", body=CHUNKS)),
    "small letters": (400, request(GET.replace("GET", "get"), TOKEN)),
    "two hosts": (400, request(GET, TOKEN, "Host: evil.example")),
    "an expectation": (417, request(GET, TOKEN, f"Expect: {SECRET}")),
    "a line of 20 kB": (414, request(GET.replace("?", f"?{'x' * 20_000}&"), TOKEN)),
    "51 fields": (431, request(GET, TOKEN, *["X-Many: 1"] * 49)),
    "a field of 9 kB": (431, request(GET, TOKEN, f"X-Long: {'x' * 9_000}")),
    "no host": (400, f"{GET}\r\n{TOKEN}\r\nConnection: close\r\n\r\n".encode()),
    "an empty and another host": (400, request(GET, TOKEN, "Host: ")),
    "two types": (
        400,
        request(POST, TOKEN, "Content-Type: a/b", "Content-Type: c/d", "Content-Length: 2", body="{}"),
    ),
    "a name with an underscore": (400, request(GET, f"X_Subject_Token: {SECRET}")),
    "a name of a variable": (400, request(GET, TOKEN, "SCRIPT_NAME: /v3")),
    "a tunnel": (400, request("CONNECT evil.example:443 HTTP/1.1", TOKEN)),
    "raw UTF-8 in the query": (400, request(f"{GET.replace('token', 'สวัสดี')}", TOKEN)),
    "a body of 65 kB": (413, request(POST, TOKEN, f"Content-Length: {64 * 1024 + 1}", body=SECRET)),
}
"""By acommerce_status.requests."""

UNREADABLE: dict[str, tuple[int, bytes]] = {
    "two lengths": (400, request(POST, TOKEN, "Content-Length: 0", "Content-Length: 46", body=NEXT)),
    "a list of lengths": (400, request(POST, TOKEN, "Content-Length: 2, 2", body="{}")),
    "a negative length": (400, request(POST, TOKEN, "Content-Length: -2", body="{}")),
    "a length with a sign": (400, request(POST, TOKEN, "Content-Length: +2", body="{}")),
    "a length in hex": (400, request(POST, TOKEN, "Content-Length: 0x2", body="{}")),
    "a length of no number": (400, request(POST, TOKEN, "Content-Length: two", body="{}")),
    "a length before a space": (400, request(POST, TOKEN, "Content-Length : 2", body="{}")),
    "chunks, then nothing": (400, request(POST, TOKEN, "Transfer-Encoding: chunked, identity", body=CHUNKS)),
    "another coding": (400, request(POST, TOKEN, "Transfer-Encoding: xchunked", body=CHUNKS)),
    "chunks with a tab": (400, request(POST, TOKEN, "Transfer-Encoding: \x0bchunked", body=CHUNKS)),
    "chunks in HTTP/1.0": (400, request(POST.replace("1.1", "1.0"), TOKEN, CHUNKED, body=CHUNKS)),
    "a carriage return only": (400, request(GET, f"{TOKEN}\rX-Other: 1")),
    "a folded line": (400, request(GET, f"X-Folded: 1\r\n {SECRET}")),
    "a line without a colon": (400, request(GET, f"X-Subject-Token {SECRET}")),
    "a space before a colon": (400, request(GET, f"X-Subject-Token : {SECRET}")),
    "a field without a name": (400, request(GET, f": {SECRET}")),
    "a NUL in a field": (400, request(GET, f"X-Subject-Token: {SECRET}\0")),
    "a NUL in the path": (400, request(GET.replace("health", "\0"), TOKEN)),
    "a space in the path": (400, request(GET.replace("health", "hea lth"), TOKEN)),
    "no path": (400, request(f"GET HTTP/1.1 {SECRET}", TOKEN)),
    "an authority for a path": (400, request(f"GET evil.example:80?{SECRET} HTTP/1.1", TOKEN)),
    "a method of garbage": (400, request(GET.replace("GET", "G{}T"), TOKEN)),
    "HTTP/0.9": (400, f"GET /healthz?{SECRET}\r\n\r\n".encode()),
    "HTTP/0.9, said so": (400, request(GET.replace("1.1", "0.9"), TOKEN)),
    "HTTP/9.9": (400, request(GET.replace("1.1", "9.9"), TOKEN)),
    "a proxy's greeting": (400, b"PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n" + request(GET, TOKEN)),
    "a head of 500 kB": (431, request(GET, TOKEN, *[f"X-Long: {'x' * 8_000}"] * 60)),
    "a head that does not end": (431, request(GET, TOKEN)[:-2] + b"X-Long: 1\r\n" * 30_000),
}
"""By granian."""

ODD: dict[str, tuple[int, bytes]] = {
    "line feeds only": (200, request(GET, TOKEN).replace(b"\r\n", b"\n")),
    "one line feed only": (200, request(GET, f"{TOKEN}\nX-Other: 1")),
    "raw UTF-8 in the path": (404, request(GET.replace("health", "สวัสดี"), TOKEN)),
    "one length twice": (400, request(POST, TOKEN, "Content-Length: 2", "Content-Length: 2", body="{}")),
}
"""What HTTP lets a server take (RFC 9112, section 2.2; RFC 9110, section 8.6): answered like any request."""

BEHIND_NGINX = {
    "length and chunks": 400,
    "chunks and length": 400,
    "chunks twice": 400,
    "chunks of bad sizes": 400,
    "a name with an underscore": 200,  # nginx leaves such fields out
    "a name of a variable": 200,
    "an expectation": 200,  # as it does this one
    "two types": 400,
}
"""Statuses of REFUSED, where nginx is of another opinion than we are."""
