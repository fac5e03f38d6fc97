from __future__ import annotations

from django.apps import AppConfig


class WatchesConfig(AppConfig):
    name = "otklik.readers.notifications.watches"
    label = "watches"
    verbose_name = "Подписки на место, тему и сообщение"
