"""The RSGI application that granian serves: no client can make a thread wait.

Bodies are read on granian's event loop, within limits of time, size and number. Only whole requests reach the
threads, which run Django; granian sends their answers, and files, without them. What is refused before Django
sees it is refused in the contract's shape, and neither the answer nor the log repeats what was sent.
"""

import asyncio
import logging
import sys
import uuid
from contextlib import suppress
from io import BytesIO
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from granian.rsgi import HTTPProtocol  # type: ignore[attr-defined]  # public, but not marked so

from acommerce_status.errors import shape_at
from acommerce_status.requests import MAX_BODIES, TIMEOUT_BODY, WITH_BODY, Refused, Scope, environ_of
from acommerce_status.wsgi import application as django
from stores.writer import writer
from wire.problem import INTERNAL_ERROR, Problem, respond, unavailable

logger = logging.getLogger(__name__)

Job = tuple[dict[str, Any], HTTPProtocol, asyncio.Future[None]]


class File:
    """What Django answers with instead of a stream: a file that granian sends by its name (PEP 3333)."""

    def __init__(self, file: IO[bytes], block_size: int = 0) -> None:
        self.name = file.name
        self.close = file.close


class Front:
    """The application of one process."""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.bodies = 0
        self.jobs: SimpleQueue[Job] = SimpleQueue()
        for number in range(settings.WEB_THREADS):
            Thread(target=self._work, name=f"django-{number}", daemon=True).start()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what was gathered: granian's processes run no function of atexit."""
        writer.flush()

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        """Answer one request."""
        try:
            environ = environ_of(scope)
            length = int(environ.get("CONTENT_LENGTH", "0"))
            body = await self._body(proto, length) if length and scope.method in WITH_BODY else b""
        except Refused as refusal:
            _refuse(scope.path, proto, refusal)
            return
        environ["CONTENT_LENGTH"] = str(len(body))
        environ |= {"wsgi.input": BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.file_wrapper": File}
        done = self.loop.create_future()
        self.jobs.put((environ, proto, done))
        await done

    async def _body(self, proto: HTTPProtocol, length: int) -> bytes:
        if self.bodies >= MAX_BODIES:
            raise Refused(503, "too many bodies at once")
        self.bodies += 1
        try:
            async with asyncio.timeout(TIMEOUT_BODY):
                body = b"".join([chunk async for chunk in proto])
        except TimeoutError:
            raise Refused(408, "body too slow") from None
        finally:
            self.bodies -= 1
        if len(body) != length:  # the client is gone
            raise Refused(400, "body cut off")
        return body

    def _work(self) -> None:
        while True:
            environ, proto, done = self.jobs.get()
            try:
                _answer(environ, proto)
            except Exception:
                request_id = uuid.uuid4().hex
                logger.exception("failed outside Django, id=%s", request_id)
                with suppress(RuntimeError):  # granian's: it has an answer, or the client is gone
                    _send(proto, _problem(environ["PATH_INFO"], INTERNAL_ERROR, request_id))
            self.loop.call_soon_threadsafe(_finish, done)


def _answer(environ: dict[str, Any], proto: HTTPProtocol) -> None:
    """Run Django and give its answer to granian. Runs in a thread, and waits for no client."""
    status, headers = 500, list[tuple[str, str]]()

    def start_response(line: str, fields: list[tuple[str, str]], exc_info: Any = None) -> None:
        nonlocal status, headers
        status, headers = int(line[:3]), fields

    result = django(environ, start_response)  # type: ignore[arg-type]  # Django never calls the old `write`
    try:
        if isinstance(result, File):
            proto.response_file(status, headers, result.name)
        else:
            proto.response_bytes(status, headers, b"".join(result))
    finally:
        result.close()


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _refuse(path: str, proto: HTTPProtocol, refusal: Refused) -> None:
    request_id = uuid.uuid4().hex
    logger.warning("refused: %s id=%s", refusal.reason, request_id)
    problem = Problem(
        refusal.status, "BAD_REQUEST", "The request was not accepted, and not read any further."
    )
    if refusal.status == 503:
        problem = unavailable("Too many requests are being received. Ask again.")
    response = _problem(path, problem, request_id)
    response["Connection"] = "close"  # what is left of the request is not read
    _send(proto, response)


def _problem(path: str, problem: Problem, request_id: str) -> HttpResponse:
    request = HttpRequest()
    request.path = path
    request.META["HTTP_HOST"] = ""  # no link is made from what a refused request says
    request.request_id = request_id  # type: ignore[attr-defined]  # ours, as in AccessMiddleware
    response = respond(request, problem, shape_at(path))
    response["X-Request-ID"] = request_id
    return response


def _send(proto: HTTPProtocol, response: HttpResponse) -> None:
    proto.response_bytes(response.status_code, [*response.items()], response.content)


application = Front()
