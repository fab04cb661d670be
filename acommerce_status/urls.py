"""All paths. Errors outside views have the shape of the wire they happen on."""

from django.urls import include, path

from acommerce_status import health, pages, schema

urlpatterns = [
    path("v3/", include("orders.v3.urls")),
    path("v2/", include("orders.v2.urls")),
    path("", include("orders.v2.urls")),  # the platform's existing clients send no prefix
    path("", include("callers.urls")),
    path("", pages.index),
    path("docs", pages.swagger),
    path("docs/problems", pages.problems),
    path("docs/v2-to-v3", pages.migration),
    path("redoc", pages.redoc),
    path("redoc/standalone.js", pages.redoc_script),
    path("schema/v3", schema.v3_document),
    path("schema/v2", schema.v2_document),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]

handler400 = "acommerce_status.errors.bad_request"
handler404 = "acommerce_status.errors.not_found"
handler500 = "acommerce_status.errors.server_error"
