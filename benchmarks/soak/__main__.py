"""`make soak`: minutes of mixed polling and publishing, and what they leave behind."""

import argparse
import os
import secrets
import sys

import django
from cryptography.fernet import Fernet

NOBODY = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
"""For this process, which asks no database itself."""


def main() -> int:
    """0 when every answer was one that is due, memory was flat, and no connection was left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    secret = {"SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "off"}
    secret["DELIVERY_KEYS"] = Fernet.generate_key().decode()
    os.environ |= {**NOBODY, **secret, "LOG_LEVEL": "WARNING"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "acommerce_status.settings"
    django.setup(set_prefix=False)
    from benchmarks.soak.run import soak  # noqa: PLC0415 - it imports models, which want Django set up

    report = soak(options.minutes)
    print(report.text())
    problems = list(report.problems())
    print("\n".join(problems) if problems else "Nothing was wrong.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
