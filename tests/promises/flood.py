"""A caller that does not wait: `python -m tests.promises.flood TOKEN URL...`, until it is killed.

It says `refused` once every URL has refused it, and goes on; if one does not refuse it soon, it ends.
"""

import os
import sys
from http.client import HTTPConnection
from itertools import count
from threading import Barrier, Thread
from urllib.parse import urlsplit

FEW = 20


def ask_for_ever(url: str, token: str, all_refused: Barrier) -> None:
    """One request after the other, over one connection."""
    place = urlsplit(url)
    connection = HTTPConnection(place.netloc, timeout=20)
    refused = False
    for number in count():
        connection.request("GET", place.path, headers={"X-Subject-Token": token})
        response = connection.getresponse()
        response.read()
        if response.status == 429 and not refused:
            refused = True
            all_refused.wait()
        if number > FEW and not refused:
            os._exit(1)


def main(token: str, *urls: str) -> None:
    """Ask all URLs at the same time."""
    all_refused = Barrier(len(urls), action=lambda: print("refused", flush=True))
    threads = [Thread(target=ask_for_ever, args=(url, token, all_refused)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
