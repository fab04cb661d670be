"""How mails are sent, from EMAIL_URL to the settings of Django, in the form of django-environ."""

import importlib.util
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

FORM = "smtp+tls://user:password@mail.example.com:587"
SMTP = {"smtp": ("plain", 25), "smtp+tls": ("tls", 587), "smtps": ("ssl", 465), "smtp+ssl": ("ssl", 465)}
ANYMAIL = "anymail+"


def mail_settings(name: str, url: str) -> dict[str, Any]:
    """Django's settings for this url; none for an empty one. Raises ImproperlyConfigured.

    `smtp+tls` is STARTTLS, `smtps` (or `smtp+ssl`) TLS from the first byte, `smtp` neither. `filemail:///folder`
    writes files, `consolemail://` prints, `anymail+PROVIDER://?NAME=VALUE` is one of django-anymail's.
    """
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        if parts.scheme in SMTP:
            return _smtp(parts)
        if parts.scheme == "filemail" and parts.path.startswith("/") and not parts.netloc:
            return {"EMAIL_BACKEND": "delivery.mail.folder.Backend", "EMAIL_FILE_PATH": unquote(parts.path)}
        if parts.scheme == "consolemail":
            return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
        if parts.scheme.startswith(ANYMAIL):
            return _anymail(name, parts)
    except ValueError:
        pass
    raise ImproperlyConfigured(f"{name} must look like {FORM}. docs/running.md lists other forms.")


def _smtp(parts: SplitResult) -> dict[str, Any]:
    encryption, port = SMTP[parts.scheme]
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.port == 0:
        raise ValueError
    return {
        "EMAIL_BACKEND": "delivery.mail.smtp.Backend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": encryption == "tls",
        "EMAIL_USE_SSL": encryption == "ssl",
    }


def _anymail(name: str, parts: SplitResult) -> dict[str, Any]:
    provider = parts.scheme.removeprefix(ANYMAIL)
    if not provider.isidentifier() or parts.netloc or parts.path:
        raise ValueError
    if importlib.util.find_spec("anymail") is None:
        raise ImproperlyConfigured(f"{name} needs django-anymail: pip install django-anymail.")
    if importlib.util.find_spec(f"anymail.backends.{provider}") is None:
        raise ImproperlyConfigured(f"{name} names a provider that django-anymail does not have.")
    given = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    return {
        "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend",
        "ANYMAIL": {f"{provider}_{key}".upper(): value for key, value in given},
    }
