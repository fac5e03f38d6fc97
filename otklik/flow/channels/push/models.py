"""Devices on which people want to hear how their messages go."""

from __future__ import annotations

from django.db import models

from otklik.ground.accounts.models import Person
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.territories.models import Region


class Device(models.Model):
    """One browser of one person: its address at its push service, and the keys that seal for it."""

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(Person, models.CASCADE, related_name="devices")
    print = models.CharField("отпечаток адреса", max_length=32)
    endpoint = SealedCharField("адрес", max_length=1000)
    p256dh = SealedCharField("ключ", max_length=100)
    auth = SealedCharField("секрет", max_length=40)
    name = models.CharField("устройство", max_length=60, blank=True)
    added_at = models.DateTimeField("добавлено")

    class Meta:
        verbose_name = "устройство"
        verbose_name_plural = "устройства для уведомлений"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["region", "print"], name="device_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.name}"
