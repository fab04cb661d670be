"""The settings of the second server, for operators: those of the first, with sessions and other paths on top.

`manage.py serve_operators` starts it. It reads nothing from the environment itself.
"""

from django.core.exceptions import ImproperlyConfigured

from acommerce_status import operators_address
from acommerce_status.settings import *  # noqa: F403 - all of them but what follows
from acommerce_status.settings import HTTPS, OPERATORS_ALLOWED_HOSTS, OPERATORS_BIND, SILENCED_SYSTEM_CHECKS

IS_PUBLIC = not operators_address.is_private(OPERATORS_BIND)
"""Whether others than this machine's users can reach it."""

if IS_PUBLIC and not (OPERATORS_ALLOWED_HOSTS and HTTPS):
    raise ImproperlyConfigured(
        "OPERATORS_BIND is not an address of this machine alone: set OPERATORS_ALLOWED_HOSTS to the names"
        " that operators use, and HTTPS=on behind a proxy that ends TLS; or bind to 127.0.0.1 and use a"
        " tunnel."
    )

ROOT_URLCONF = "acommerce_status.operators_urls"
ALLOWED_HOSTS = [*OPERATORS_ALLOWED_HOSTS, *([] if IS_PUBLIC else [".localhost", "127.0.0.1", "[::1]"])]
MIDDLEWARE = [
    "acommerce_status.middleware.AccessMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "operators.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# -- Cookies, which exist on this server only
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PUBLIC
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "acommerce_operator", "acommerce_operator_csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DATETIME_FORMAT = "Y-m-d H:i:s"  # in UTC
CSRF_FAILURE_VIEW = "operators.errors.forged"
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
NEEDED_HERE = ("admin.", "security.W003", "security.W010")
SILENCED_SYSTEM_CHECKS = [check for check in SILENCED_SYSTEM_CHECKS if not check.startswith(NEEDED_HERE)]
