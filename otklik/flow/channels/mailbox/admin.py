"""Mailboxes, edited; letters that came, looked at: what each was, never its words."""

from __future__ import annotations

from django import forms
from django.contrib import admin

from otklik.flow.channels.mailbox.models import Incoming, Mailbox
from otklik.ground.kit.administration import Edited, Shown


class MailboxForm(forms.ModelForm):
    """A mailbox's fields; its password is typed and never shown: left empty, the old one stays."""

    password = forms.CharField(
        label="пароль", required=False, max_length=200,
        help_text="Показан не будет. Пусто — оставить прежний.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    class Meta:
        model = Mailbox
        fields = ("address", "host", "port", "tls", "login", "password", "folder", "active")

    def clean_password(self) -> str:
        """Keep the old password where none was typed."""
        return str(self.cleaned_data["password"]) or str(self.instance.password)


@admin.register(Mailbox)
class MailboxAdmin(Edited):
    """Where replies to our letters come."""

    form = MailboxForm
    list_display = ("address", "host", "active")


@admin.register(Incoming)
class IncomingAdmin(Shown):
    """What came and where it landed."""

    list_display = ("at", "mailbox", "kind", "case")
    list_filter = ("kind", "mailbox")
    list_select_related = ("mailbox", "case")
    fields = ("at", "mailbox", "kind", "case", "tries")
