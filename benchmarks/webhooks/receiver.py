"""A process with many receivers of webhooks, each on an address of its own, that do next to nothing.

`python -m benchmarks.webhooks.receiver COUNT [--record]`. It prints its port. A line of standard input is a
question: `count` asks how many POSTs came, `take` for what was recorded since the last time: receiver, order
and the second on the monotonic clock that all processes share.
"""

import asyncio
import json
import socket
import sys
import time

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
LENGTH, ORDER = b"\r\nContent-Length: ", b'"orderId":"'

count = 0
recorded: list[tuple[int, str, float]] = []


class Receiver(asyncio.Protocol):
    """One connection. Requests have a length and come one after the other."""

    def __init__(self, number: int, *, record: bool) -> None:
        self.number, self.record = number, record
        self.read = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        head = self.read.find(b"\r\n\r\n")
        if head < 0:
            return
        start = self.read.index(LENGTH) + len(LENGTH)
        end = head + 4 + int(self.read[start : self.read.index(b"\r\n", start)])
        if len(self.read) >= end:
            self._take(self.read[head + 4 : end])
            self.read = self.read[end:]

    def _take(self, body: bytes) -> None:
        global count  # noqa: PLW0603 - the one number of this process
        count += 1
        if self.record:
            order = body[body.index(ORDER) + len(ORDER) :].split(b'"', 1)[0].decode()
            recorded.append((self.number, order, time.monotonic()))
        assert self.transport
        self.transport.write(ANSWER)


def address_of(number: int) -> str:
    """The loopback address of a receiver."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


async def main(receivers: int, *, record: bool) -> None:
    """Receive until the input ends."""
    loop = asyncio.get_running_loop()
    port = 0
    for number in range(receivers):
        listener = socket.create_server((address_of(number), port), backlog=100)
        port = listener.getsockname()[1]

        def protocol(number: int = number) -> Receiver:
            return Receiver(number, record=record)

        await loop.create_server(protocol, sock=listener)
    print(port, flush=True)
    while question := await loop.run_in_executor(None, sys.stdin.readline):
        if question == "take\n":
            answer = json.dumps(recorded)
            recorded.clear()
        else:
            answer = str(count)
        print(answer, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), record="--record" in sys.argv))
