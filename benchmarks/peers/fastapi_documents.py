"""FastAPI and asyncpg, sending the stored documents as we do. No token, no limits, no headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request, Response

from benchmarks.peers.pool import pool

PAGE = """
SELECT document FROM orders_salesorder WHERE channel_id = $1 AND updated_time > $2
ORDER BY updated_time LIMIT 100
"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with pool() as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/orders/{channel}")
async def orders(request: Request, channel: str, since: datetime) -> Response:
    rows = await request.app.state.pool.fetch(PAGE, channel, since)
    return Response("[" + ",".join([row[0] for row in rows]) + "]", media_type="application/json")
