"""Paths of what operators see; every one but /metrics needs a login."""

from django.urls import path

from operators.site import site

urlpatterns = [
    path("", site.urls),
]
