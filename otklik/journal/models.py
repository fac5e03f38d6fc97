"""The journal's two tables.  Nobody outside this app imports them."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from otklik.journal import facts


class Entry(models.Model):
    """One fact as it is kept.  The database refuses every change but the giving of a position.

    `id` is the order of writing and exists at once; `position` is the order of the journal, without
    holes, and is given by `journal_number` soon after the commit.  Readers follow positions only.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField(null=True, editable=False)
    region = models.CharField()
    kind = models.CharField()
    subject = models.CharField()
    actor = models.CharField()
    data: models.JSONField[Any, Any] = models.JSONField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[models.Manager[Entry]] = models.Manager()

    class Meta:
        constraints = [
            # Partial, so that an entry without a position costs this index nothing.
            models.UniqueConstraint(
                fields=["position"],
                condition=models.Q(position__isnull=False),
                name="journal_entry_position",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(position=None), name="journal_entry_waiting"
            ),
            models.Index(fields=["subject", "id"], name="journal_entry_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.position or '…'} {self.kind} {self.subject}"

    @cached_property
    def fact(self) -> facts.Fact:
        """The fact itself, as its class knows it."""
        return facts.load(
            self.kind,
            self.data,
            subject=self.subject,
            actor=self.actor,
            region=self.region,
            at=self.at,
        )


class Cursor(models.Model):
    """How far one follower has read, why it stopped, and which process runs it."""

    name = models.CharField(primary_key=True)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)
    stopped_reason = models.TextField(blank=True, default="")
    held_by = models.CharField(blank=True, default="")
    held_until = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager[Cursor]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"
