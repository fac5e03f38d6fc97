from __future__ import annotations

from django.apps import AppConfig


class PushConfig(AppConfig):
    name = "otklik.flow.channels.push"
    label = "push"
    verbose_name = "уведомления на устройства"
