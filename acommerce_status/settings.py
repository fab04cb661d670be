"""All settings: the only reader of the environment. docs/running.md explains each variable.

Two profiles. *Production* is on as soon as one of SECRET_KEY, DATABASE_URL, REDIS_URL and ALLOWED_HOSTS
is set; then all four are required. *Embedded* is on when none is set: an SQLite file, counters in
this process, loopback hosts only.
"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from acommerce_status import email_url, embedded, environment
from stores import counters, databases
from stores.postgresql import urls as postgresql_urls

BASE_DIR = Path(__file__).resolve().parent.parent

REQUIRED = {
    "SECRET_KEY": "a random text of at least 50 characters, the same on every server",
    "DATABASE_URL": postgresql_urls.URL_FORM,
    "REDIS_URL": counters.URL_FORM,
    "ALLOWED_HOSTS": "the host names this server answers to, separated by commas",
}
MISSING = [name for name in REQUIRED if not environment.text(name)]
EMBEDDED = len(MISSING) == len(REQUIRED)
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))

if MISSING and not EMBEDDED:
    raise ImproperlyConfigured(
        " ".join(f"{name} is missing: set it to {REQUIRED[name]}." for name in MISSING)
        + f" (To run the embedded profile, unset {', '.join(REQUIRED.keys() - MISSING)}.)"
    )


# -- What is secret, and who may ask us under which name
DEBUG = False  # there is no debug mode: its pages would show settings and data
SECRET_KEY = embedded.secret_key(VAR_DIR) if EMBEDDED else environment.text("SECRET_KEY")
ALLOWED_HOSTS = [".localhost", "127.0.0.1", "[::1]"] if EMBEDDED else environment.words("ALLOWED_HOSTS")
HTTPS = environment.switch("HTTPS", default=not EMBEDDED)
HSTS_SUBDOMAINS = environment.switch("HSTS_SUBDOMAINS", default=False)
HSTS_PRELOAD = environment.switch("HSTS_PRELOAD", default=False)
TRUST_PROXY = environment.switch("TRUST_PROXY", default=False)
BIND = environment.text("BIND", "127.0.0.1:8000")
WEB_CONCURRENCY = environment.whole("WEB_CONCURRENCY", 1, 1, 256)
WEB_THREADS = environment.whole("WEB_THREADS", 2, 1, 256)
OPERATORS_BIND = environment.text("OPERATORS_BIND", "127.0.0.1:8001")
OPERATORS_ALLOWED_HOSTS = environment.words("OPERATORS_ALLOWED_HOSTS")
PUBLISHER_QUIET_SECONDS = environment.whole("PUBLISHER_QUIET_SECONDS", 60, 1, 604_800)

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS
SECURE_HSTS_PRELOAD = HSTS_PRELOAD
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
USE_X_FORWARDED_HOST = TRUST_PROXY

# -- Rooms. The operators' server replaces some of these (acommerce_status.operators_settings)
ROOT_URLCONF = "acommerce_status.urls"
WSGI_APPLICATION = "acommerce_status.wsgi.application"
INSTALLED_APPS = [
    "acommerce_status",
    "operators",
    "demo",
    "delivery",
    "orders",
    "callers",
    "stores",
    "django_filters",
    "django_ratelimit",
    "drf_spectacular_sidecar",
    "django.contrib.staticfiles",
    # What the operators' server stands on, here so that `migrate` makes its tables
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
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

# -- Delivery: who is told instead of asking
WEBHOOK_FORMATS = {
    "SALES_ORDER_STATUS_V3": "orders.v3.webhook.v3_body",
    "SALES_ORDER_STATUS": "orders.v2.webhook.legacy_body",
}
DELIVERY_NETWORKS = environment.networks("DELIVERY_NETWORKS")
DELIVERY_DENY = environment.networks("DELIVERY_DENY")
DELIVERY_ALLOW = environment.some_of("DELIVERY_ALLOW", ["http", "ftp"])
DELIVERY_ADDRESSES = environment.networks("DELIVERY_ADDRESSES")
DELIVERY_KEYS = environment.fernet_keys("DELIVERY_KEYS") or (
    [embedded.delivery_key(SECRET_KEY)] if EMBEDDED else []
)
DELIVERY_FOLDER = environment.folder("DELIVERY_FOLDER", str(VAR_DIR / "outbox") if EMBEDDED else "")
PUBLIC_URL = environment.server_url("PUBLIC_URL", "http://127.0.0.1:8000" if EMBEDDED else "")
MAX_SUBSCRIPTIONS_OF_SCOPE = environment.whole("MAX_SUBSCRIPTIONS_OF_SCOPE", 50, 1, 10_000)
MAX_SUBSCRIPTIONS = environment.whole("MAX_SUBSCRIPTIONS", 500, 1, 100_000)
CREATION_RATE, REPLAY_RATE, ROTATION_RATE, TEST_RATE = "60/h", "6/h", "6/h", "6/m"

# -- Mails: as files in the embedded profile. EMAIL_URL is taken apart into Django's own settings
EMAIL_URL = environment.text("EMAIL_URL", embedded.mail_url(VAR_DIR) if EMBEDDED else "")
globals().update(email_url.mail_settings("EMAIL_URL", EMAIL_URL))
DELIVERY_FROM = environment.sender("DELIVERY_FROM", "Order status <orders@localhost>" if EMBEDDED else "")

# -- Time and language
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

# -- PostgreSQL, or an SQLite file
DATABASE_POOL_SIZE = environment.whole("DATABASE_POOL_SIZE", 8, 1, 500)
STATEMENT_TIMEOUT_SECONDS = environment.whole("STATEMENT_TIMEOUT_SECONDS", 3, 1, 60)


def _postgresql(name: str, url: str) -> databases.Config:
    return databases.postgresql(
        name, url, pool_size=DATABASE_POOL_SIZE, statement_seconds=STATEMENT_TIMEOUT_SECONDS
    )


DATABASE_REPLICA_URLS = environment.words("DATABASE_REPLICA_URLS")
REPLICA_RETRY_SECONDS = environment.whole("REPLICA_RETRY_SECONDS", 60, 1, 86_400)
FEED_DATABASE = "replica" if DATABASE_REPLICA_URLS else "default"
DATABASES: dict[str, databases.Config] = {
    "default": databases.sqlite(embedded.database_file(VAR_DIR))
    if EMBEDDED
    else _postgresql("DATABASE_URL", environment.text("DATABASE_URL")),
}
if DATABASE_REPLICA_URLS:
    replicas = [_postgresql("DATABASE_REPLICA_URLS", url) for url in DATABASE_REPLICA_URLS]
    DATABASES["replica"] = databases.any_replica(
        DATABASES["default"], replicas, retry_seconds=REPLICA_RETRY_SECONDS
    )

FEED_MEMORY_MILLISECONDS = environment.whole("FEED_MEMORY_MILLISECONDS", 50, 0, 1_000)

# -- Counters of the limits: shared through Redis, failing open (docs/decisions/failing-open.md)
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}
    if EMBEDDED
    else {
        "BACKEND": "stores.counters.CounterStore",
        "LOCATION": counters.checked_url("REDIS_URL", environment.text("REDIS_URL")),
        "KEY_PREFIX": "acommerce",
    },
}
RATELIMIT_USE_CACHE = "limits"

# -- What processes gather about polls: in the same Redis, in the embedded profile in a table
NOTES_URL = "" if EMBEDDED else environment.text("REDIS_URL")
NOTES_SECONDS = 4

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # no form is posted to us, and acommerce_status.html_pages forbids framing on its own
    *("security.W003", "security.W010"),  # no cookie is ever set, so there is nothing to forge with
    "security.W005",  # whether HSTS_SUBDOMAINS and HSTS_PRELOAD are right is for the domain's owner to say
    "security.W021",  # as above
    *(f"admin.E40{number}" for number in (2, 3, 4, 8, 9)),  # the admin is on the operators' server alone
    "admin.E410",
    "django_ratelimit.W001",  # stores.counters counts atomically, and a test says so
    *(["django_ratelimit.E003"] if EMBEDDED else []),  # one process, so one counter
]

CALLER_RATE = environment.text("CALLER_RATE", "600/m")
ORDER_RATE = environment.text("ORDER_RATE", "6/m")
GUESS_RATE = environment.text("GUESS_RATE", "30/m")
TOKEN_LIFETIME_SECONDS = environment.whole("TOKEN_LIFETIME_SECONDS", 3600, 1, 2_678_400)
CALLER_CACHE_SECONDS = environment.whole("CALLER_CACHE_SECONDS", 9, 0, 10)

# -- The deprecated wire
V2_DEPRECATED_SINCE = environment.instant("V2_DEPRECATED_SINCE", "2026-11-01T00:00:00Z")
V2_SUNSET = environment.instant("V2_SUNSET", "2027-11-01T00:00:00Z")

# -- Django REST framework: every seam has one class of ours
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["callers.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["callers.permissions.GrantedScope"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "wire.negotiation.OneRepresentation",
    "DEFAULT_RENDERER_CLASSES": ["wire.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_METADATA_CLASS": None,
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
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],  # theirs closes lists of words; ours stay open
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # `schema_snapshots --check` looks closer
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

# -- What operators watch
METRICS_DIR = environment.folder("METRICS_DIR", str(VAR_DIR.absolute() / "metrics"))
METRICS_TOKEN = environment.bearer_token("METRICS_TOKEN")

LOG_LEVEL = environment.one_of("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
LOG_FORMAT = environment.one_of("LOG_FORMAT", "text", ["text", "json"])
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "acommerce_status.log_format.JSONLines"},
    },
    "filters": {"routes": {"()": "acommerce_status.access_log.Routes"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["routes"]}
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"level": "CRITICAL"},  # a strange Host and its like: the access line tells them
        "paramiko": {"level": "CRITICAL"},  # what a receiver's server does: its attempts tell that
    },
}
