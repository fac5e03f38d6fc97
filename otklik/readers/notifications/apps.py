from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "otklik.readers.notifications"
    label = "notifications"
    verbose_name = "Уведомления"
