"""The WSGI application. It checks the settings before it answers its first request."""

import os
from io import StringIO

import django
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")

django.setup(set_prefix=False)
call_command("check", databases=["default"], fail_level="ERROR", stdout=StringIO())
connections.close_all()  # the check's goes back to the pool; this thread answers no request
application = WSGIHandler()
