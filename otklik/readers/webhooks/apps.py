from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "otklik.readers.webhooks"
    label = "webhooks"
    verbose_name = "Подписки других систем"
