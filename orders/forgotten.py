"""How far each feed was forgotten: who has not read up to there may miss a change (contract, section 8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from django.db import models

from callers.models import Scope
from wire.refusals import Refusal
from wire.times import EARLIEST


class ForgottenQuerySet(models.QuerySet["Forgotten"]):
    """Reading and moving marks."""

    def of(self, scope: Scope) -> Self:
        """The mark of one channel or partner, if it has one."""
        return self.filter(kind=scope.kind, identifier=scope.identifier)

    def after(self, scope: Scope, time: datetime) -> datetime | None:
        """The mark of a feed, where it is later than `time`. None too for the beginning. One query.

        Whoever begins at the beginning misses nothing.
        """
        if time <= EARLIEST:
            return None
        return self.of(scope).filter(updated_time__gt=time).values_list("updated_time", flat=True).first()

    def move(self, newest: Mapping[Scope, datetime]) -> None:
        """Move marks on, never back; they stay locked until commit. Three queries."""
        scopes = sorted(newest, key=lambda scope: (scope.kind, scope.identifier))
        self.bulk_create(
            [Forgotten(kind=each.kind, identifier=each.identifier, updated_time=EARLIEST) for each in scopes],
            ignore_conflicts=True,
        )
        names = models.Q()
        for kind in {scope.kind for scope in scopes}:
            identifiers = [scope.identifier for scope in scopes if scope.kind == kind]
            names |= models.Q(kind=kind, identifier__in=identifiers)
        marks = list(self.select_for_update().filter(names).order_by("kind", "identifier"))
        for mark in marks:
            mark.updated_time = max(mark.updated_time, newest[mark.scope])
        self.bulk_update(marks, ["updated_time"])


class Forgotten(models.Model):
    """The newest `updatedTime` that was forgotten in one channel, or of one partner.

    All orders of the feed up to it are gone. It is moved in the transaction that removes them.
    """

    kind = models.CharField(max_length=10)
    identifier = models.CharField(max_length=100)
    updated_time = models.DateTimeField()

    objects = ForgottenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "identifier"], name="one_mark_per_scope"),
        ]

    @property
    def scope(self) -> Scope:
        """Whose feed it is."""
        return Scope(self.kind, self.identifier)


class ResyncRequired(Refusal):
    """410: changes later than the time that was asked from are not kept any more."""

    status_code = 410
    code = "RESYNC_REQUIRED"
    default_detail = "Changes since then are not kept any more, and may be missing. Begin again."
