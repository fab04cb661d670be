"""The WSGI application. It checks the settings before it answers its first request."""

import os
from io import StringIO

import django
from django.core.cache import close_caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections, reset_queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")

django.setup(set_prefix=False)
call_command("check", databases=["default"], fail_level="ERROR", stdout=StringIO())
connections.close_all()  # the check's goes back to the pool; this thread answers no request

# A tenth of an idle poll, for nothing: there is no log of queries, our caches are not closed, and connections
# are given back after every request.
request_started.disconnect(reset_queries)
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)

application = WSGIHandler()
