"""The files below /static/."""

from wsgiref.headers import Headers

ALONE = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""A file that somebody opens as a page, such as one that Swagger UI brings along, may do nothing."""


def guard(headers: Headers, path: str, url: str) -> None:
    """WhiteNoise's seam for the headers of a file. Pages that load the file are not concerned."""
    headers["Content-Security-Policy"] = ALONE
