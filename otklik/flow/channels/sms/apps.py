from __future__ import annotations

from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "otklik.flow.channels.sms"
    label = "sms"
    verbose_name = "СМС"
