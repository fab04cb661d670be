"""A private PostgreSQL and a private Redis: real servers out of wheels, for the length of a `with` block.

    with postgres() as primary, postgres(primary=primary) as standby, redis() as cache:
        primary.url, standby.url, cache.url  # for DATABASE_URL and REDIS_URL

They listen on unix sockets only, in temporary folders of their own: no port can be taken, and any number run
side by side. An exception, Ctrl-C included, takes the server and its folder away; a killed parent takes the
servers along.
"""

from testbed.services.postgres_server import Postgres, postgres
from testbed.services.redis_server import Redis, redis

__all__ = ["Postgres", "Redis", "postgres", "redis"]
