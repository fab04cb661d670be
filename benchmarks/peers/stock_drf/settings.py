"""Django as lean as its documentation recommends for an API: no middleware, pooled connections, JSON only."""

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

SECRET_KEY = "of a benchmark"  # noqa: S105 - it guards nothing
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.peers.stock_drf.api"
INSTALLED_APPS = ["callers", "orders", "rest_framework"]
MIDDLEWARE: list[str] = []
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PLACE = conninfo_to_dict(os.environ["DATABASE_URL"])
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": PLACE["dbname"],
        "USER": PLACE.get("user", ""),
        "PASSWORD": PLACE.get("password", ""),
        "HOST": PLACE.get("host", ""),
        "PORT": PLACE.get("port", ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}},
    }
}
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
