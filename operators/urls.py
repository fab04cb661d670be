"""Paths of what operators see; every one but /metrics needs a login."""

from django.urls import path

from operators.metrics import metrics
from operators.site import site

urlpatterns = [
    path("metrics", metrics),
    path("", site.urls),
]
