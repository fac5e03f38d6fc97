"""Other Open311 servers, edited; what went there and what came back, looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from otklik.flow.channels.peers import rules
from otklik.flow.channels.peers.models import Forward, Peer, Piece
from otklik.ground.accounts.models import ApiKey
from otklik.ground.kit.administration import Edited, Shown
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Iterable

LONG = {"size": 10}


class PeerForm(forms.ModelForm):
    """A peer's fields; its key is typed and never shown: left empty, the old one stays."""

    key = forms.CharField(
        label="ключ api_key", required=False, max_length=200,
        help_text="Показан не будет. Пусто — оставить прежний.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    bodies = forms.MultipleChoiceField(
        label="организации", required=False, widget=forms.SelectMultiple(LONG),
        help_text="Передаётся то, что подходит по всем заполненным спискам; нужен хоть один.",
    )  # fmt: skip
    topics = forms.MultipleChoiceField(
        label="темы", required=False, widget=forms.SelectMultiple(LONG)
    )
    territories = forms.MultipleChoiceField(
        label="территории", required=False, widget=forms.SelectMultiple(LONG)
    )
    shares = forms.MultipleChoiceField(
        label="что из персональных данных передавать", required=False,
        choices=[(code, words[0]) for code, words in rules.SHARES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="Ничего не отмечено — уходят текст без имён и телефонов, место до 100 м и первый"
        " снимок, видимый всем. Автору говорится, что передано.",
    )  # fmt: skip

    class Meta:
        model = Peer
        fields = ("title", "url", "key", "jurisdiction", "bodies", "topics", "territories",
                  "codes", "shares", "remembers", "brings", "every", "active")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("bodies", organisations().values(), "short_ru")
        self._offer("topics", topics().by_code.values(), "title_ru")
        self._offer("territories", territories().values(), "title_ru")
        keys = ApiKey.objects.filter(region=region())
        self.fields["brings"].queryset = keys  # type: ignore[attr-defined]

    def _offer(self, name: str, found: Iterable[Any], title: str) -> None:
        rows = sorted((str(getattr(each, title)), each.code) for each in found)
        self.fields[name].choices = [(code, words) for words, code in rows]  # type: ignore[attr-defined]

    def clean_key(self) -> str:
        """Keep the old key where none was typed."""
        return str(self.cleaned_data["key"]) or str(self.instance.key)

    def clean_codes(self) -> str:
        """Refuse a line that is no pair."""
        said = str(self.cleaned_data["codes"])
        try:
            rules.codes_of(said)
        except ValueError as wrong:
            raise forms.ValidationError(f"Нужно «наш код = их код», а здесь: {wrong}") from None
        return said

    def clean(self) -> dict[str, Any]:
        """Refuse a peer to which nothing would ever go."""
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("bodies", "topics", "territories")):
            self.add_error("bodies", "Выберите организации, темы или территории")
        return cleaned


@admin.register(Peer)
class PeerAdmin(Edited):
    """Where cases go beside our own bodies."""

    form = PeerForm
    list_display = ("title", "url", "active", "asked_at")
    list_filter = ("active",)


@admin.register(Forward)
class ForwardAdmin(Shown):
    """What went where, its number there, how it stands."""

    list_display = ("created_at", "peer", "case", "state", "number", "status", "tries", "note")
    list_filter = ("state", "peer")
    list_select_related = ("peer", "case")


@admin.register(Piece)
class PieceAdmin(Shown):
    """What news came."""

    list_display = ("at", "forward", "number", "status")
    list_select_related = ("forward__peer", "forward__case")
