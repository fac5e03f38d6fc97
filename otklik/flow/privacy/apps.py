from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "otklik.flow.privacy"
    label = "privacy"
    verbose_name = "Личные данные: выгрузки, стирание, сроки хранения"
