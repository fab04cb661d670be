"""How gunicorn serves us; `gunicorn acommerce_status.wsgi` reads this file. docs/running.md explains it."""

import os
import resource

import gunicorn.http.message

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "acommerce_status.worker.Worker"  # gthread, but a slow client holds no thread
threads = int(os.environ.get("WEB_THREADS", "2"))
reuse_port = workers > 1  # each worker has its own queue: without it, gthread workers share one unevenly

MOST_CONNECTIONS = 1_000
OTHER_FILES = 128
_limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
_files = MOST_CONNECTIONS + OTHER_FILES if _limit == resource.RLIM_INFINITY else _limit
worker_connections = min(MOST_CONNECTIONS, max(_files - OTHER_FILES, threads + 1))
"""Of each process; one more than it may open files for would end it. systemd allows 1,024 unless told."""

timeout = 30
graceful_timeout = 10
keepalive = 75  # longer than the idle time of common proxies, so that they close first

limit_request_line = gunicorn.http.message.MAX_REQUEST_LINE = 16_384
"""Bytes, so that ten-kilobyte parameters get our own error; unless told twice, gunicorn stops at 8190."""
limit_request_fields = 50
limit_request_field_size = 8_190

secure_scheme_headers: dict[str, str] = {}  # what a proxy says is for Django to judge, by TRUST_PROXY
forwarder_headers = ""

control_socket_disable = True
