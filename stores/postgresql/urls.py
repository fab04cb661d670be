"""What a URL says of a PostgreSQL, as libpq reads it. What we would not honour is refused, never dropped.

Every function raises ImproperlyConfigured with a sentence for `name`, the variable that holds the URL. No
sentence repeats a value, because the password is one.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError, pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

Parameters = dict[str, str]

URL_FORM = "postgres://user:password@host:5432/name"
MAX_CONNECT_SECONDS = 60
REFUSED = {
    "client_encoding": "it is always UTF-8",
    "hostaddr": "write the address as the host",
    "replication": "it is not for queries",
    "service": "write into the URL what the service says",
}
_NOWHERE = "/nowhere"


def read_url(name: str, url: str, *, our_settings: Iterable[str]) -> Parameters:
    """The parameters of libpq in `url`; its `options` must leave `our_settings` of PostgreSQL alone."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must look like {URL_FORM}.")
    try:
        _refuse_unknown(name, url)
        found: Parameters = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except (ProgrammingError, ValueError):
        raise ImproperlyConfigured(f"{name} must look like {URL_FORM}, with %XX for special signs.") from None
    if not found.get("dbname"):
        raise ImproperlyConfigured(f"{name} names no database: it must look like {URL_FORM}.")
    _refuse_ours(name, found, our_settings)
    _refuse_bad_values(name, found)
    return found


def refuse_differences(primary: Parameters, replicas: Sequence[Parameters]) -> None:
    """Refuse replicas whose URLs say more than where they are, because the primary's parameters are used."""
    for replica in replicas:
        for key in replica.keys() - {"host", "port"}:
            if replica[key] != primary.get(key):
                hint = "what DATABASE_URL says is used for replicas too"
                raise ImproperlyConfigured(f"DATABASE_REPLICA_URLS differs in {key}: {hint}.")


def _refuse_unknown(name: str, url: str) -> None:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - REFUSED.keys()
    for key, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if key not in known:
            reason = REFUSED.get(key, "libpq does not know it")
            raise ImproperlyConfigured(f"{name} must be without the parameter {key}: {reason}.")


def _refuse_ours(name: str, found: Parameters, our_settings: Iterable[str]) -> None:
    options = found.get("options", "").lower().replace("-", "_")
    for setting in our_settings:
        if re.search(rf"{setting}\s*=", options):
            raise ImproperlyConfigured(f"{name} must not set {setting} in its options, because we set it.")


def _refuse_bad_values(name: str, found: Parameters) -> None:
    """libpq judges values itself, before it connects; here it is told to connect to nowhere."""
    seconds = found.get("connect_timeout", "2")
    if not seconds.isdecimal() or not 1 <= int(seconds) <= MAX_CONNECT_SECONDS:
        raise ImproperlyConfigured(f"{name} must have a connect_timeout from 1 to {MAX_CONNECT_SECONDS}.")
    hosts = ",".join([_NOWHERE] * (1 + found.get("host", "").count(",")))
    attempt = pq.PGconn.connect_start(make_conninfo(**{**found, "host": hosts}).encode())
    message = attempt.error_message.decode()
    attempt.finish()
    if _NOWHERE not in message:
        culprit = next((key for key in found if key in message), "host")
        raise ImproperlyConfigured(f"{name} has a value that libpq does not take: its {culprit}.")
