"""The room of those who run the installation, as a Django app."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "operators"
