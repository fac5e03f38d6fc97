"""Reading devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from otklik.flow.channels.push.models import Device
from otklik.flow.channels.push.outbound import public_key
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from collections.abc import Collection

    from otklik.ground.accounts.models import Person


def devices_of(person: Person) -> list[Device]:
    """Return the devices of a person, newest first."""
    return list(Device.objects.filter(region=region(), person=person))


def devices_by_person(people: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of devices by their persons."""
    found: dict[int, list[int]] = {}
    for person, device in Device.objects.filter(region=region(), person__in=people).values_list(
        "person_id", "pk"
    ):
        found.setdefault(person, []).append(device)
    return found


def device(device_id: int) -> Device | None:
    """Return a device; None for one that is gone."""
    return Device.objects.filter(pk=device_id, person__is_active=True).first()


def key_for_browsers() -> str:
    """Return the public key with which a browser subscribes; empty where there are no notices."""
    return public_key(settings.VAPID_KEY) if settings.VAPID_KEY else ""
