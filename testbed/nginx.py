"""A real nginx in front of a server, as deploy/nginx.conf sets it up, but without TLS."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from testbed.servers import ROOT, Server
from testbed.services.server import die_with_parent

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TIMEOUT = 10  # seconds to start and to end in; it takes a tenth

MAIN = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log crit;
worker_processes 2;
worker_rlimit_nofile 8192;
{user}
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


@contextmanager
def proxied(server: Server, folder: Path) -> Iterator[Server]:
    """nginx in front of `server`, until the block ends. Its log has the lines of nginx only."""
    assert NGINX, "nginx is not installed"
    folder.mkdir(exist_ok=True)
    log = folder / "log"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "nginx.conf").write_text(_configuration(server, folder, port, log))
    with (folder / "stderr").open("wb") as output:
        process = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")],
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
    try:
        proxy = Server(port, log, process.pid)
        deadline = time.monotonic() + TIMEOUT
        while not _answers(proxy):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nginx did not start:\n{(folder / 'stderr').read_text()}")
            time.sleep(0.02)
        yield proxy
    finally:
        process.terminate()
        process.wait(TIMEOUT)


def _configuration(server: Server, folder: Path, port: int, log: Path) -> str:
    """deploy/nginx.conf with our addresses and files, and plain HTTP."""
    site = (ROOT / "deploy/nginx.conf").read_text()
    for pattern, ours in {
        r"server 127\.0\.0\.1:8000 ": f"server 127.0.0.1:{server.port} ",
        r"listen 80 default_server;": f"listen 127.0.0.1:{port} default_server;",
        r"listen 443 .*;|ssl_\w+ .*;": "",
        r"/var/log/nginx/acommerce.log": str(log),
        r"/var/log/nginx/acommerce-error.log": str(folder / "error.log"),
    }.items():
        site, count = re.subn(pattern, ours, site)
        assert count, f"deploy/nginx.conf has no {pattern}"
    user = "user root;" if os.geteuid() == 0 else ""
    return MAIN.format(folder=folder, site=site, user=user)


def _answers(proxy: Server) -> bool:
    with suppress(OSError), proxy.connect():
        return True
    return False
