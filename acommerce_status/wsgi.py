"""The WSGI application. It checks the settings before it answers its first request."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")

django.setup(set_prefix=False)
call_command("check", fail_level="ERROR")
application = WSGIHandler()
