"""How much each part of the network and each account may still do: one row a door and key."""

from __future__ import annotations

from django.db import models

from otklik.ground.territories.models import Region


class Bucket(models.Model):
    """Tokens left at a moment; they come back by themselves. The key is a print: no address."""

    region = models.ForeignKey(Region, models.PROTECT)
    door = models.CharField(max_length=20)
    key = models.CharField(max_length=32)
    tokens = models.FloatField()
    refused = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "предел"
        verbose_name_plural = "пределы"
        constraints = [
            models.UniqueConstraint(fields=["region", "door", "key"], name="bucket_once")
        ]
        indexes = [models.Index(fields=["at"], name="bucket_at")]

    def __str__(self) -> str:
        return f"{self.door}: {self.tokens}"
