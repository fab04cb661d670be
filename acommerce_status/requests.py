"""What granian received, as the environ that Django reads, or the reason why Django shall not see it.

granian accepts more than we want to understand, such as two Host fields. Whatever could be understood in two
ways is refused here, before a byte of a body is read.
"""

from dataclasses import dataclass
from typing import Any, Protocol

MAX_HEAD = 64 * 1024
"""Bytes of a request before its body, which granian counts."""
MAX_TARGET = 16 * 1024
"""Characters of path and query together, so that parameters of ten kilobytes get their own error."""
MAX_FIELDS = 50
MAX_FIELD = 8 * 1024
MAX_BODY = 64 * 1024
"""Bytes; the application takes no body near it."""
WITH_BODY = ("POST", "PATCH", "DELETE")
"""Methods whose bodies are read; that of DELETE means nothing, but unread it would end the connection."""
MAX_BODIES = 50
"""Bodies that a process reads at once. The next ones are told to come again; polls have none."""
TIMEOUT_BODY = 5
"""Seconds for a body to arrive in."""
ONCE = ("HTTP_HOST", "CONTENT_LENGTH", "CONTENT_TYPE")
"""Fields that nobody may send twice; the values of others are joined (RFC 9110, section 5.3)."""
UNPREFIXED = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}


class Headers(Protocol):
    """granian's: names in small letters; a value that is not ASCII is left out."""

    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """What granian says of a request (RSGI 1.x). The path is decoded; the query is as it was sent."""

    http_version: str
    server: str
    client: str
    method: str
    path: str
    query_string: str

    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True)
class Refused(Exception):
    """Not a request for Django. The reason goes to the log and repeats nothing that was sent."""

    status: int
    reason: str


def environ_of(scope: Scope) -> dict[str, Any]:
    """The environ (PEP 3333) without `wsgi.input`. Nothing of the process's own environment is in it."""
    if scope.method != scope.method.upper() or scope.method == "CONNECT":
        raise Refused(400, "method")
    if len(scope.path) + len(scope.query_string) > MAX_TARGET:
        raise Refused(414, "target too long")
    if not scope.query_string.isascii():
        raise Refused(400, "query not ASCII")
    server_name, _, server_port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else "HTTP/1.1",
        "SERVER_NAME": server_name.strip("[]") or "localhost",
        "SERVER_PORT": server_port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": "http",
    }
    _add_fields(environ, scope.headers.items())
    _check(environ)
    return environ


def _add_fields(environ: dict[str, Any], fields: list[tuple[str, str]]) -> None:
    """Add the header fields. Raises Refused for names and numbers of them that servers disagree about."""
    if len(fields) > MAX_FIELDS:
        raise Refused(431, "too many header fields")
    for name, value in fields:
        if len(value) > MAX_FIELD:
            raise Refused(431, "header field too long")
        if "_" in name:  # it would be taken for the field with hyphens, which a proxy may have vetted
            raise Refused(400, "underscore in the name of a field")
        key = UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        if key not in environ:
            environ[key] = value
        elif key in ONCE:
            raise Refused(400, "field sent twice")
        else:
            environ[key] += f", {value}"


def _check(environ: dict[str, Any]) -> None:
    """Raise Refused for fields that make a request one that we do not take."""
    if "HTTP_HOST" not in environ and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
        raise Refused(400, "no Host")
    if "HTTP_TRANSFER_ENCODING" in environ:  # no client of ours sends one, and most smuggling begins with one
        raise Refused(411, "body of unknown length")
    if environ.get("HTTP_EXPECT", "100-continue").lower() != "100-continue":
        raise Refused(417, "expectation")
    if int(environ.get("CONTENT_LENGTH", "0")) > MAX_BODY:
        raise Refused(413, "body too long")
