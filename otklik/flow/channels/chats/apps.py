from __future__ import annotations

from django.apps import AppConfig


class ChatsConfig(AppConfig):
    name = "otklik.flow.channels.chats"
    label = "chats"
    verbose_name = "Чаты"
