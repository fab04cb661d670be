"""By Celery on Redis: greenlets of gevent, as its documentation recommends for what waits for the network."""

import os
import time
from functools import cache

import django
import requests
from celery import Celery
from gevent.pool import Pool
from psycopg_pool import ConnectionPool
from redis import Redis

django.setup(set_prefix=False)

from benchmarks.peers.queues import messages  # noqa: E402 - after setup, as the next
from benchmarks.peers.queues.messages import Order, Subscription  # noqa: E402

REDIS = os.environ["REDIS_URL"]
LOCK_SECONDS = 600

app = Celery("deliveries", broker=REDIS.replace("unix://", "redis+socket://").partition("?")[0])
app.conf.update(task_ignore_result=True, task_acks_late=True, broker_connection_retry_on_startup=True)


@cache
def _pool() -> ConnectionPool:
    return ConnectionPool(os.environ["DATABASE_URL"], min_size=4, max_size=8)


@cache
def _session() -> requests.Session:
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_connections=2_000, pool_maxsize=100))
    return session


@cache
def _locks() -> Redis:
    return Redis.from_url(REDIS)


@app.task(name="deliver")
def deliver(subscription: int, channel: str, order: str) -> None:
    """One job a delivery."""
    with _pool().connection() as connection:
        row = connection.execute(messages.OF_ONE, [subscription]).fetchone()
        found = connection.execute(messages.ORDER, [channel, order]).fetchone()
    if row and found:
        values = _send(Subscription(*row), Order(*found))
        with _pool().connection() as connection:
            connection.execute(messages.KEEP, values)


@app.task(name="drain")
def drain(subscription: int) -> None:
    """One job a wake-up, one at a time by a lock in Redis as Celery's cookbook has it."""
    lock = f"drain {subscription}"
    if not _locks().set(lock, 1, nx=True, ex=LOCK_SECONDS):
        return
    try:
        while _page(subscription):
            pass
    finally:
        _locks().delete(lock)


def _page(subscription: int) -> bool:
    """Send a page; whether there was one."""
    with _pool().connection() as connection:
        row = connection.execute(messages.OF_ONE, [subscription]).fetchone()
        assert row
        of = Subscription(*row)
        found = connection.execute(messages.NEXT, [of.identifier, of.position]).fetchall()
    if not found:
        return False
    values = Pool(messages.CONCURRENCY).map(lambda order: _send(of, Order(*order)), found)
    with _pool().connection() as connection, connection.cursor() as cursor:
        cursor.executemany(messages.KEEP, values)
        cursor.execute(messages.MOVE, [found[-1][2], of.id])
    return True


def _send(of: Subscription, order: Order) -> tuple[object, ...]:
    headers, body = messages.message(of, order)
    began = time.monotonic()
    answer = _session().post(of.url, data=body, headers=headers, allow_redirects=False, timeout=15)
    return messages.attempt(of, order, answer.status_code, began)
