"""Versions of the classifier: seen with their scores, put to work with one button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from otklik.flow.triage import commands
from otklik.flow.triage.models import ClassifierVersion
from otklik.ground.accounts.queries import official_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    Admin = admin.ModelAdmin[ClassifierVersion]
else:
    Admin = admin.ModelAdmin


def _share(version: ClassifierVersion, name: str) -> str:
    found = version.scores.get(name) or {}
    if not found.get("checked"):
        return "–"
    return f"{found['top1']:.0%} / {found['top3']:.0%} ({found['checked']})"


@admin.register(ClassifierVersion)
class ClassifierVersionAdmin(Admin):
    """Only looked at and chosen: versions are made by training and kept for ever."""

    list_display = (
        "number", "made_at", "in_use", "pinned", "corrections", "embeddings", "on_phrases",
        "on_corrections",
    )  # fmt: skip
    actions = ("put_to_work", "release")

    @admin.display(description=gettext_lazy("на фразах: первая / из трёх"))
    def on_phrases(self, version: ClassifierVersion) -> str:
        """Show the quality on our own phrases."""
        return _share(version, "phrases")

    @admin.display(description=gettext_lazy("на исправлениях: первая / из трёх"))
    def on_corrections(self, version: ClassifierVersion) -> str:
        """Show the quality on messages that officials judged."""
        return _share(version, "corrections")

    @admin.action(
        description=gettext_lazy("Включить эту версию и закрепить"), permissions=["choose"]
    )
    def put_to_work(self, request: HttpRequest, chosen: QuerySet[ClassifierVersion]) -> None:
        """Put one version to work; training does not replace it until it is released."""
        if chosen.count() != 1:
            self.message_user(request, gettext("Выберите одну версию"), messages.ERROR)
            return
        number = chosen.get().number
        try:
            commands.choose_version(number, by=official_of(request.user), now=timezone.now())
        except OSError:
            said = gettext("Файла версии %(number)s нет, или он изменён") % {"number": number}
            self.message_user(request, said, messages.ERROR)
            return
        self.message_user(request, gettext("Включена версия № %(number)s") % {"number": number})

    @admin.action(
        description=gettext_lazy("Открепить: новая, если не хуже, заменит"), permissions=["choose"]
    )
    def release(self, request: HttpRequest, _chosen: QuerySet[ClassifierVersion]) -> None:
        """Let training replace the version at work again."""
        commands.release_version(by=official_of(request.user), now=timezone.now())
        self.message_user(request, gettext("Версия откреплена"))

    def has_choose_permission(self, request: HttpRequest) -> bool:
        """Whoever may change versions may choose among them."""
        return request.user.has_perm("triage.change_classifierversion")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """No version is made by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """No score is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Every version is kept."""
        return False
