"""asyncpg's pool, which prepares and keeps statements by itself."""

import os

import asyncpg


def pool() -> asyncpg.Pool:
    """Connections enough for every request that wrk has under way."""
    return asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8)
