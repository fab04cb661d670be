"""Paths of identity."""

from django.urls import path

from callers.views import TokenView

urlpatterns = [path("identity/token", TokenView.as_view())]
