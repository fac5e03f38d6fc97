"""One page for all that people are asked: what runs now, and where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from otklik.participation.projects.queries import running_now

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

WAYS = (
    ("site:votes", _("Голосования"), _("Выбрать из вариантов; подсчёт проверит любой")),
    ("site:surveys", _("Опросы"), _("Ответить на вопросы и поставить точку на карте")),
    ("site:discussions", _("Обсуждения и слушания"), _("Поправить проект у самого абзаца")),
    ("site:conversations", _("Мнения"), _("Согласиться или нет с тем, что говорят соседи")),
    ("site:petitions", _("Петиции"), _("Подписать просьбу: по порогу орган обязан ответить")),
    ("site:projects", _("Проекты"), _("О чём регион советуется, шаг за шагом")),
    ("site:new_proposal", _("Предложить своё"), _("Ваша тема для голосования или петиции")),
    ("site:outcomes", _("Что сделано по итогам"), _("Решения, обещания и их сроки")),
)


@require_GET
def taking_part(request: HttpRequest) -> HttpResponse:
    """Show what is asked now, the soonest end first, and every kind of it."""
    context = {"running": running_now(timezone.now()), "ways": WAYS}
    return render(request, "site/taking_part.html", context)
