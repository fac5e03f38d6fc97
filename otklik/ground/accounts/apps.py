from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "otklik.ground.accounts"
    label = "accounts"
    verbose_name = "Люди и роли"
