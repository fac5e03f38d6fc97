"""The verbs of devices: add one, remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.channels.push import rules
from otklik.flow.channels.push.events import DeviceAdded, DeviceRemoved
from otklik.flow.channels.push.models import Device
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Person


@command
def add_device(
    person: Person, told: rules.Subscription, *, name: str, now: datetime
) -> Device:  # fmt: skip
    """Let a person hear on a device; another's notices to it end by that."""
    made, _ = Device.objects.update_or_create(
        region=region(), print=rules.print_of(told.endpoint),
        defaults={
            "person": person, "endpoint": told.endpoint, "p256dh": told.p256dh, "auth": told.auth,
            "name": name[:60], "added_at": now,
        },
    )  # fmt: skip
    own = Device.objects.filter(region=region(), person=person)
    own.filter(pk__in=list(own.values_list("pk", flat=True)[rules.MOST :])).delete()
    record(
        DeviceAdded(
            region=made.region_id, subject=person.ref, actor=person.ref, at=now, device=made.pk
        )
    )
    return made


@command
def remove_device(device: Device, *, by: str, now: datetime) -> None:
    """End the notices to a device."""
    pk, person = device.pk, device.person_id
    if Device.objects.filter(pk=pk).delete()[0]:
        record(
            DeviceRemoved(
                region=device.region_id, subject=f"person:{person}", actor=by, at=now, device=pk
            )
        )
