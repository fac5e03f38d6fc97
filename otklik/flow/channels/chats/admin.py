"""Bots, edited; talks and words on their way, looked at without what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext as _

from otklik.flow.channels.base import Outcome
from otklik.flow.channels.chats.commands import connect
from otklik.flow.channels.chats.models import Bot, ChatMessage
from otklik.ground.kit.administration import Edited, Shown

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class BotForm(forms.ModelForm):
    """A bot's fields; its key is typed and never shown again: left empty, the old one stays."""

    key = forms.CharField(
        label="ключ (токен) бота", required=False, max_length=300,
        help_text="Показан не будет. Пусто — оставить прежний.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    class Meta:
        model = Bot
        fields = ("kind", "title", "address", "secret", "key", "url", "settings", "active")

    def clean_key(self) -> str:
        """Keep the old key where none was typed."""
        return str(self.cleaned_data["key"]) or str(self.instance.key)


@admin.register(Bot)
class BotAdmin(Edited):
    """The region's bots: their keys, whether their doors are open."""

    form = BotForm
    list_display = ("title", "kind", "active")
    list_filter = ("kind", "active")
    actions = ("connect",)

    @admin.action(description="Подключить: назвать мессенджеру адрес событий")
    def connect(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Tell each messenger where its events go, and say what it answered."""
        for bot in chosen:
            sent = connect(bot)
            if sent.outcome == Outcome.DELIVERED:
                messages.success(request, _("%(bot)s: подключено") % {"bot": bot})
            else:
                words = _("%(bot)s: не вышло. %(note)s") % {"bot": bot, "note": sent.note}
                messages.error(request, words)


@admin.register(ChatMessage)
class MessageAdmin(Shown):
    """Whether words went, never the words."""

    list_display = ("created_at", "bot", "state", "tries", "note")
    list_filter = ("state", "bot")
    list_select_related = ("bot",)
    fields = ("created_at", "bot", "state", "tries", "note", "changed_at")
