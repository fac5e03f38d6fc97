from __future__ import annotations

from django.apps import AppConfig


class MailboxConfig(AppConfig):
    name = "otklik.flow.channels.mailbox"
    label = "mailbox"
    verbose_name = "Входящая почта"
