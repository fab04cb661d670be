"""The paths of the operators' server."""

from django.urls import include, path

from acommerce_status import health, static_files

urlpatterns = [
    path("static/<path:name>", static_files.serve_to_operators),
    path("healthz", health.healthz),
    path("", include("operators.urls")),
]

handler403 = "operators.errors.forbidden"
handler404 = "operators.errors.not_found"
handler500 = "operators.errors.server_error"
