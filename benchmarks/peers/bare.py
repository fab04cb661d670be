"""The least that Django can do: a view that returns two bytes, without middleware."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])
django.setup(set_prefix=False)


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"[]", content_type="application/json")


urlpatterns = [path("orders", nothing)]
application = WSGIHandler()
