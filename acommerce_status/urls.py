"""All paths. Errors outside views have the shape of the wire they happen on."""

from django.urls import include, path

from acommerce_status import health

urlpatterns = [
    path("", include("callers.urls")),
    path("v3/", include("orders.v3.urls")),
    path("v2/", include("orders.v2.urls")),
    path("", include("orders.v2.urls")),  # the platform's existing clients send no prefix
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]

handler400 = "acommerce_status.errors.bad_request"
handler404 = "acommerce_status.errors.not_found"
handler500 = "acommerce_status.errors.server_error"
