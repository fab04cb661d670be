"""`/metrics`, for Prometheus: what all processes of this machine counted, and what the database says."""

import logging
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from operators import database_metrics
from stores.counting.metric import counting
from stores.counting.totals import merged

logger = logging.getLogger(__name__)

NOT_FOR_OTHERS = (
    "This server can be reached by others than its own machine, so metrics need a token: set METRICS_TOKEN,"
    " and have the scraper send it as Authorization: Bearer.\n"
)
WRONG_TOKEN = "Send METRICS_TOKEN as Authorization: Bearer.\n"  # noqa: S105 - a sentence


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """As text or OpenMetrics, as `Accept` asks; within some seconds, whatever is away."""
    return _refusal(request) or _answer(request)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if not settings.METRICS_TOKEN:
        is_public = getattr(settings, "IS_PUBLIC", True)  # of the settings of this server alone
        return HttpResponse(NOT_FOR_OTHERS, "text/plain", 403) if is_public else None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return None
    return HttpResponse(WRONG_TOKEN, "text/plain", 401, headers={"WWW-Authenticate": "Bearer"})


def _answer(request: HttpRequest) -> HttpResponse:
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(Everything()), content_type)


class Everything(Collector):
    """The metrics of this scrape."""

    def collect(self) -> Iterator[Metric]:
        yield from _of_processes()
        yield from database_metrics.collect()


def _of_processes() -> list[Metric]:
    counting.begin()
    try:
        return merged(Path(settings.METRICS_DIR)) if settings.METRICS_DIR else []
    except OSError as error:
        logger.error("metrics of processes are left out: METRICS_DIR: %s", error.strerror)
        return []
