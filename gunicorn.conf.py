"""How gunicorn serves us; `gunicorn acommerce_status.wsgi` reads this file. docs/running.md explains it."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
reuse_port = workers > 1  # each worker has its own queue: without it, gthread workers share one unevenly

timeout = 30
graceful_timeout = 10
keepalive = 75  # longer than the idle time of common proxies, so that they close first

limit_request_line = 16_384  # ten-kilobyte parameters get our own error
limit_request_fields = 50
limit_request_field_size = 8_190

control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112 - a heartbeat file; never on disk
