"""The page behind the link of an invitation: an official sets a password and comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from otklik.ground.accounts.commands import accept_invitation
from otklik.ground.accounts.queries import invitation_by

if TYPE_CHECKING:
    from django.http import HttpRequest


class JoinForm(forms.Form):
    """Who it is, and their password."""

    last = forms.CharField(label=_l("Фамилия"), max_length=150)
    first = forms.CharField(label=_l("Имя"), max_length=150)
    patronymic = forms.CharField(label=_l("Отчество"), max_length=150, required=False)
    password = forms.CharField(
        label=_l("Пароль"), max_length=128, validators=[validate_password],
        help_text=_l("Не короче восьми знаков"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_l("Пароль ещё раз"), max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean(self) -> None:
        """Refuse two different passwords."""
        if self.cleaned_data.get("password") != self.cleaned_data.get("again"):
            self.add_error("again", _("Пароли не совпали"))


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited official in; one who has an account signs in first."""
    try:
        invitation = invitation_by(token)
    except ObjectDoesNotExist:
        raise Http404 from None
    person = invitation.official.person
    known = person.has_usable_password()
    if known and request.user != person:
        notices.warning(request, _("У вас уже есть кабинет: войдите в него, чтобы принять"))
        return redirect(f"/accounts/login/?next={request.path}")
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (known or form.is_valid()):
        told = {} if known else form.cleaned_data
        accept_invitation(
            invitation, first=told.get("first", ""), last=told.get("last", ""),
            patronymic=told.get("patronymic", ""), password=told.get("password", ""),
            now=timezone.now(),
        )  # fmt: skip
        notices.success(request, _("Готово: войдите и начинайте работу"))
        return redirect("enter" if known else "account_login")
    context = {"invitation": invitation, "form": form, "known": known}
    status = 422 if request.method == "POST" else 200
    return render(request, "join.html", context, status=status)
