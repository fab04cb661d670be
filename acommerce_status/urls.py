"""All paths. Errors outside views have the shape of the wire they happen on."""

from django.urls import include, path

from acommerce_status import health, html_pages, recipient_pages, static_files
from acommerce_status.errors import shaped_by_path
from acommerce_status.openapi.views import document
from delivery.urls import hook_paths

urlpatterns = [
    path("", include("delivery.urls")),
    *hook_paths(shaped_by_path),
    path("v3/", include("orders.v3.urls")),
    path("v2/", include("orders.v2.urls")),
    path("", include("orders.v2.urls")),  # the platform's existing clients send no prefix
    path("", include("callers.urls")),
    path("", include("orders.polling.urls")),
    path("", html_pages.index),
    path("docs", html_pages.swagger),
    path("docs/polling", html_pages.guide("polling.md", "Polling the feed")),
    path("docs/webhooks", html_pages.guide("webhooks.md", "Webhooks")),
    path("docs/email", html_pages.guide("email.md", "Files by e-mail")),
    path("docs/files", html_pages.guide("files.md", "Files")),
    path("docs/problems", html_pages.problems),
    path("docs/v2-to-v3", html_pages.migration),
    path("subscriptions/confirm/<str:token>", recipient_pages.confirm),
    path("subscriptions/stop/<str:token>", recipient_pages.stop),
    path("subscriptions/never/<str:token>", recipient_pages.never),
    path("redoc", html_pages.redoc),
    path("redoc/standalone.js", html_pages.redoc_script),
    path("schema/v3", document("v3")),
    path("schema/v2", document("v2")),
    path("schema/subscriptions", document("subscriptions")),
    path("static/<path:name>", static_files.serve),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]

handler400 = "acommerce_status.errors.bad_request"
handler404 = "acommerce_status.errors.not_found"
handler500 = "acommerce_status.errors.server_error"
