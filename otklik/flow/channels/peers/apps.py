from __future__ import annotations

from django.apps import AppConfig


class PeersConfig(AppConfig):
    name = "otklik.flow.channels.peers"
    label = "peers"
    verbose_name = "Передача в другие системы"
