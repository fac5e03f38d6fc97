"""What is told of devices: whose and that, never where they take notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DeviceAdded(Fact):
    """A person wants to hear on one more device."""

    kind: ClassVar[str] = "device.added"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Включены уведомления на устройстве", "en": "Notices were turned on on a device",
    }  # fmt: skip

    device: int


@dataclass(frozen=True, kw_only=True)
class DeviceRemoved(Fact):
    """Notices to a device ended: its owner said so, or it is no more."""

    kind: ClassVar[str] = "device.removed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Уведомления на устройстве выключены", "en": "Notices to a device were turned off",
    }  # fmt: skip

    device: int
