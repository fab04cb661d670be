"""By procrastinate: jobs in PostgreSQL, coroutines on one event loop, locks by its own."""

import asyncio
import os
import time

import aiohttp
import django
import procrastinate
from psycopg_pool import AsyncConnectionPool

django.setup(set_prefix=False)

from benchmarks.peers.queues import messages  # noqa: E402 - after setup, as the next
from benchmarks.peers.queues.messages import Order, Subscription  # noqa: E402

URL = os.environ["DATABASE_URL"]
JOBS = 50
"""At once."""

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=URL))


class Tools:
    """Of the worker: a session and a pool."""

    session: aiohttp.ClientSession
    pool: AsyncConnectionPool


@app.task(name="deliver")
async def deliver(subscription: int, channel: str, order: str) -> None:
    """One job a delivery."""
    async with Tools.pool.connection() as connection:
        row = await (await connection.execute(messages.OF_ONE, [subscription])).fetchone()
        found = await (await connection.execute(messages.ORDER, [channel, order])).fetchone()
    if row and found:
        values = await _send(Subscription(*row), Order(*found))
        async with Tools.pool.connection() as connection:
            await connection.execute(messages.KEEP, values)


@app.task(name="drain")
async def drain(subscription: int) -> None:
    """One job a wake-up: send what is there, a page at a time."""
    while True:
        async with Tools.pool.connection() as connection:
            row = await (await connection.execute(messages.OF_ONE, [subscription])).fetchone()
            assert row
            of = Subscription(*row)
            found = await (await connection.execute(messages.NEXT, [of.identifier, of.position])).fetchall()
        if not found:
            return
        places = asyncio.Semaphore(messages.CONCURRENCY)
        values = await asyncio.gather(*(_in_turn(places, of, Order(*order)) for order in found))
        async with Tools.pool.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(messages.KEEP, values)
            await cursor.execute(messages.MOVE, [found[-1][2], of.id])


async def _in_turn(places: asyncio.Semaphore, of: Subscription, order: Order) -> tuple[object, ...]:
    async with places:
        return await _send(of, order)


async def _send(of: Subscription, order: Order) -> tuple[object, ...]:
    headers, body = messages.message(of, order)
    began = time.monotonic()
    async with Tools.session.post(of.url, data=body, headers=headers, allow_redirects=False) as response:
        return messages.attempt(of, order, response.status, began)


async def work() -> None:
    """The worker, until it is ended."""
    connector = aiohttp.TCPConnector(limit=0)
    pool = AsyncConnectionPool(URL, open=False, min_size=4, max_size=8)
    async with aiohttp.ClientSession(connector=connector) as session, pool, app.open_async():
        Tools.session, Tools.pool = session, pool
        await app.run_worker_async(concurrency=JOBS, delete_jobs="always")


if __name__ == "__main__":
    import logging

    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    asyncio.run(work())
