"""What was measured: versions, and the machine."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psycopg

from benchmarks.load import wrk_version
from benchmarks.stage import Stage

PACKAGES = [
    "Django",
    "djangorestframework",
    "psycopg",
    "granian",
    "gunicorn",
    "fastapi",
    "uvicorn",
    "uvloop",
    "asyncpg",
    "aiohttp",
    "procrastinate",
    "celery",
]
POSTGREST = "PostgREST 12.0.2"


def sentence(stage: Stage) -> str:
    """One line of versions."""
    with psycopg.connect(stage.postgres.url) as connection:
        server = connection.info.server_version
    names = [f"{name} {version(name)}" for name in PACKAGES]
    postgres = f"PostgreSQL {server // 10000}.{server % 10000}"
    names = [f"Python {platform.python_version()}", *names, postgres, POSTGREST, f"wrk {wrk_version()}"]
    return f"{os.cpu_count()} cores of {_processor()}; {', '.join(names)}."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor() or platform.machine()
