"""All settings: the only reader of the environment. docs/running.md explains each variable.

Two profiles. *Production* is on as soon as one of SECRET_KEY, DATABASE_URL, REDIS_URL and ALLOWED_HOSTS
is set; then all four are required. *Embedded* is on when none is set: an SQLite file, counters in
this process, loopback hosts only.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from acommerce_status.embedded import secret_key as embedded_secret_key
from stores import databases

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

REQUIRED = {
    "SECRET_KEY": "a random text of at least 50 characters, the same on every server",
    "DATABASE_URL": databases.URL_FORM,
    "REDIS_URL": "redis://host:6379/0",
    "ALLOWED_HOSTS": "the host names this server answers to, separated by commas",
}
MISSING = [name for name in REQUIRED if not os.environ.get(name, "").strip()]
EMBEDDED = len(MISSING) == len(REQUIRED)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

if MISSING and not EMBEDDED:
    raise ImproperlyConfigured(
        " ".join(f"{name} is missing: set it to {REQUIRED[name]}." for name in MISSING)
        + f" (To run the embedded profile, unset {', '.join(REQUIRED.keys() - MISSING)}.)"
    )


def _instant(name: str, default: str) -> datetime:
    """The aware time in the variable `name`; a naive or impossible one stops the start."""
    text = env.str(name, default=default)
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a time: write it like {default}.") from error
    if value.tzinfo is None:
        raise ImproperlyConfigured(f"{name} has no zone: write it like {default}.")
    return value


def _count(name: str, default: int) -> int:
    """The whole number, 1 or more, in the variable `name`."""
    text = env.str(name, default=str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ImproperlyConfigured(f"{name} must be a whole number, 1 or more, such as {default}.")
    return int(text)


def _seconds(name: str, default: int) -> int:
    """The whole number of seconds, 1 or more, in the variable `name`."""
    try:
        value = int(env.str(name, default=str(default)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number of seconds, such as {default}.") from error
    if value < 1:
        raise ImproperlyConfigured(f"{name} must be 1 or more, such as {default}.")
    return value


# -- What is secret, and who may ask us under which name
DEBUG = False  # there is no debug mode: its pages would show settings and data
SECRET_KEY = embedded_secret_key(VAR_DIR) if EMBEDDED else env.str("SECRET_KEY")
ALLOWED_HOSTS: list[str] = [".localhost", "127.0.0.1", "[::1]"] if EMBEDDED else env.list("ALLOWED_HOSTS")
HTTPS = env.bool("HTTPS", default=not EMBEDDED)
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
BIND = env.str("BIND", default="127.0.0.1:8000")
WEB_CONCURRENCY = _count("WEB_CONCURRENCY", 1)
WEB_THREADS = _count("WEB_THREADS", 2)

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
USE_X_FORWARDED_HOST = TRUST_PROXY

# -- Rooms
ROOT_URLCONF = "acommerce_status.urls"
WSGI_APPLICATION = "acommerce_status.wsgi.application"
INSTALLED_APPS = [
    "acommerce_status",
    "demo",
    "orders",
    "callers",
    "django_filters",
    "django_ratelimit",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "acommerce_status.middleware.AccessMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "acommerce_status.middleware.GzipMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {}},
]
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"

# -- Status columns of orders, each with the function of the document that fills it
FILED_STATUSES = {
    "order_status": "orders.documents.order_status",
    "v2_status": "orders.v2.legacy.legacy_status",
}

# -- Time and language
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

# -- PostgreSQL, or an SQLite file
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=8)
STATEMENT_TIMEOUT_SECONDS = _seconds("STATEMENT_TIMEOUT_SECONDS", 3)


def _postgresql(name: str, url: str) -> databases.Config:
    return databases.postgresql(
        name, url, pool_size=DATABASE_POOL_SIZE, statement_seconds=STATEMENT_TIMEOUT_SECONDS
    )


DATABASE_REPLICA_URLS: list[str] = env.list("DATABASE_REPLICA_URLS", default=[])
FEED_DATABASE = "replica" if DATABASE_REPLICA_URLS else "default"
DATABASES: dict[str, databases.Config] = {
    "default": databases.sqlite(VAR_DIR / "db.sqlite3")
    if EMBEDDED
    else _postgresql("DATABASE_URL", env.str("DATABASE_URL")),
}
if DATABASE_REPLICA_URLS:
    replicas = [_postgresql("DATABASE_REPLICA_URLS", url) for url in DATABASE_REPLICA_URLS]
    DATABASES["replica"] = databases.any_replica(
        DATABASES["default"], replicas, retry_seconds=_seconds("REPLICA_RETRY_SECONDS", 60)
    )

FEED_MEMORY_MILLISECONDS = env.int("FEED_MEMORY_MILLISECONDS", default=50)

# -- Counters of the limits: shared through Redis, failing open (docs/decisions/failing-open.md)
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}
    if EMBEDDED
    else {
        "BACKEND": "stores.counters.CounterStore",
        "LOCATION": env.str("REDIS_URL"),
        "KEY_PREFIX": "acommerce",
    },
}
RATELIMIT_USE_CACHE = "limits"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # no form is posted to us, and acommerce_status.html_pages forbids framing on its own
    "security.W003",  # no cookie is ever set, so there is nothing to forge with
    "django_ratelimit.W001",  # stores.counters counts atomically, and a test says so
    *(["django_ratelimit.E003"] if EMBEDDED else []),  # one process, so one counter
]

CALLER_RATE = env.str("CALLER_RATE", default="600/m")
ORDER_RATE = env.str("ORDER_RATE", default="6/m")
GUESS_RATE = env.str("GUESS_RATE", default="30/m")
TOKEN_LIFETIME_SECONDS = _seconds("TOKEN_LIFETIME_SECONDS", 3600)
CALLER_CACHE_SECONDS = env.int("CALLER_CACHE_SECONDS", default=9)

# -- The deprecated wire
V2_DEPRECATED_SINCE = _instant("V2_DEPRECATED_SINCE", "2026-11-01T00:00:00Z")
V2_SUNSET = _instant("V2_SUNSET", "2027-11-01T00:00:00Z")

# -- Django REST framework: every seam has one class of ours
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["callers.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["callers.permissions.GrantedScope"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "wire.negotiation.OneRepresentation",
    "DEFAULT_RENDERER_CLASSES": ["wire.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "wire.problem.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "CAMELIZE_NAMES": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": [],  # theirs closes lists of words; ours stay open
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # `schema_snapshots --check` looks closer
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"level": "CRITICAL"},  # a strange Host and its like: the access line tells them
    },
}
