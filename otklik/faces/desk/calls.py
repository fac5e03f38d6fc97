"""The hotline's workplace: a call becomes a message, by keyboard, in the order of the talk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.flow.calls import commands, queries, rules
from otklik.flow.cases.queries import case_for, public_case, role_on
from otklik.flow.cases.rules import OPEN
from otklik.flow.cases.rules import Refused as CaseRefused
from otklik.flow.intake import rules as intake_rules
from otklik.flow.problems.queries import known_near, public_problem
from otklik.flow.triage.queries import FactSuggestion, Suggestion, suggest
from otklik.ground.accounts.commands import note_look
from otklik.ground.topics.queries import directory, fact, label, topics

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, QueryDict

    from otklik.flow.calls.models import Call, Callback
    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

MAY = "create_on_behalf"
CHANNELS = ("hotline", "reception", "governor")
FIELDS = (
    "phone", "name", "text", "topic", "other", "address", "public", "channel", "call", "callback",
    "when", "who", "why", "idempotency_key", "number",
)  # fmt: skip
WHENS = (
    ("15", _l("через 15 минут")), ("30", _l("через полчаса")), ("60", _l("через час")),
    ("120", _l("через два часа")), ("morning", _l("завтра утром")),
)  # fmt: skip
TABS = (
    ("mine", _l("Мои и ничьи")), ("late", _l("Пора было")), ("all", _l("Все")),
    ("closed", _l("Закрытые")),
)  # fmt: skip
FEWEST = 6
"""So many letters of a caller's words are enough to guess from."""
SHOWN = 200


@dataclass
class CallForm:
    """What the operator typed, and what is wrong beside each field."""

    values: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def posted(cls, data: QueryDict) -> CallForm:
        """Return the form as it was sent."""
        values = {name: data.get(name, "") for name in FIELDS}
        values["idempotency_key"] = values["idempotency_key"] or str(uuid.uuid4())
        return cls(values)

    @classmethod
    def fresh(cls, call: Call | None = None, callback: Callback | None = None) -> CallForm:
        """Return an empty form, with what is known of the one who calls or is called."""
        values = dict.fromkeys(FIELDS, "")
        values |= {"idempotency_key": str(uuid.uuid4()), "public": "on", "channel": CHANNELS[0],
                   "when": "60"}  # fmt: skip
        if call is not None:
            values |= {"call": str(call.pk), "phone": call.phone}
        if callback is not None:
            values |= {"callback": str(callback.pk), "phone": callback.phone, "name": callback.name}
        return cls(values)

    @property
    def call_id(self) -> int | None:
        """The call of the telephone system that this is about, if any."""
        return int(self.values["call"]) if self.values["call"].isdecimal() else None

    @property
    def topic(self) -> str:
        """The fact that the operator chose: one of the suggested, else from the whole list."""
        return self.values["topic"] or self.values["other"]

    def report(self) -> intake_rules.NewReport:
        """Return the message to be received."""
        said = self.values
        channel = said["channel"] if said["channel"] in CHANNELS else CHANNELS[0]
        return intake_rules.NewReport(
            text=said["text"], channel=channel, idempotency_key=said["idempotency_key"],
            topic=self.topic, place="address" if said["address"].strip() else "unknown",
            address=said["address"], contact="phone" if said["phone"].strip() else "none",
            phone=said["phone"], wants_public=said["public"] == "on",
        )  # fmt: skip

    def promise(self, official: Official, now: datetime) -> commands.Promise | None:
        """Return the callback that was promised, if one was."""
        if not self.values["why"].strip():
            return None
        mine = official if self.values["who"] == "me" else None
        return commands.Promise(_due(self.values["when"], now), self.values["why"], mine)

    def refuse(self, refusal: Exception) -> None:
        """Put what was refused beside its field."""
        if isinstance(refusal, intake_rules.Refused):
            for problem in refusal.problems:
                name = "address" if problem.field == "place" else problem.field
                name = "phone" if name == "contact" else name
                self.errors.setdefault(name, []).append(problem.ru)
        elif isinstance(refusal, rules.Refused | CaseRefused):
            name = getattr(refusal, "field", "") or "__all__"
            self.errors.setdefault(name, []).append(refusal.ru)


def _due(when: str, now: datetime) -> datetime | None:
    if when == "morning":
        day = timezone.localtime(now) + timedelta(days=1)
        return day.replace(hour=9, minute=30, second=0, microsecond=0)
    return now + timedelta(minutes=int(when)) if when.isdecimal() else None


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """Show the empty card, or do what the operator pressed and make the next card ready."""
    official = access.official_or_404(request, MAY)
    if request.method == "GET":
        return _page(request, official, _opened(request, official))
    form = CallForm.posted(request.POST)
    verb, _colon, what = request.POST.get("do", "save").partition(":")
    if verb in {"help", "find"}:
        return _page(request, official, form)
    try:
        request.session["taken"] = _take(request, official, form, verb, what)
    except (intake_rules.Refused, rules.Refused, CaseRefused) as refusal:
        form.refuse(refusal)
        return _page(request, official, form, status=422)
    return redirect("/desk/call/?done=1")


def _opened(request: HttpRequest, official: Official) -> CallForm:
    try:
        if (key := request.GET.get("call", "")).isdecimal():
            return CallForm.fresh(call=queries.call_for(official, int(key)))
        if (key := request.GET.get("callback", "")).isdecimal():
            return CallForm.fresh(callback=queries.callback(int(key)))
    except ObjectDoesNotExist:
        raise Http404 from None
    return CallForm.fresh()


def _take(
    request: HttpRequest, official: Official, form: CallForm, verb: str, what: str
) -> dict[str, Any]:
    """Do what was pressed; return what the operator says aloud."""
    now, phone = timezone.now(), form.values["phone"]
    wants_sms = request.POST.get("sms") == "1" and intake_rules.phone_of(phone) is not None
    if verb == "join" and what.isdecimal():
        problem = _problem_or_404(int(what))
        commands.join_caller(
            problem.pk, phone, sms=wants_sms, call_id=form.call_id, by=official, now=now
        )
        until = problem.expected_at.isoformat() if problem.expected_at else ""
        return {"kind": "joined", "title": problem.title, "until": until, "sms": wants_sms}
    if verb == "support":
        case = _case_or_404(what)
        commands.support_caller(
            case.number, phone, sms=wants_sms, call_id=form.call_id, by=official, now=now
        )
        _reached(form, official, now)
        return {"kind": "supported", "number": case.spoken, "sms": wants_sms}
    if verb == "callback":
        promise = form.promise(official, now) or commands.Promise(None, "")
        commands.plan_callback(
            phone, promise, name=form.values["name"], call_id=form.call_id, by=official, now=now
        )
        return {"kind": "callback"}
    if verb == "close" and form.call_id is not None:
        commands.close_call(form.call_id, by=official, now=now)
        return {"kind": "closed"}
    receipt = commands.record_call(
        form.report(), name=form.values["name"], sms=wants_sms, call_id=form.call_id,
        promise=form.promise(official, now), by=official, now=now,
    )  # fmt: skip
    _reached(form, official, now)
    return {"kind": "report", "number": receipt.spoken, "aloud": rules.aloud(receipt.number),
            "secret": receipt.secret, "sms": wants_sms}  # fmt: skip


def _problem_or_404(problem_id: int) -> Any:
    try:
        return public_problem(problem_id)
    except ObjectDoesNotExist:
        raise Http404 from None


def _case_or_404(number: str) -> Any:
    try:
        return public_case(number)
    except ObjectDoesNotExist:
        raise Http404 from None


def _reached(form: CallForm, official: Official, now: datetime) -> None:
    """A message written while calling somebody back says that they were reached."""
    if form.values["callback"].isdecimal():
        commands.try_callback(int(form.values["callback"]), reached=True, by=official, now=now)


def _page(
    request: HttpRequest, official: Official, form: CallForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    taken = request.session.get("taken") if request.GET.get("done") else None
    context = {
        "form": form.values, "errors": form.errors, "taken": taken, "whens": WHENS,
        "topic_groups": show.topic_groups(topics(), "ru"),
        "channels": [directory("channels")[code] for code in CHANNELS
                     if code in directory("channels")],
        "counts": queries.callback_counts(official, now),
        **_help(form, now), **_caller(official, form.values["phone"], now),
        **_told(official, form.values["number"]),
    }  # fmt: skip
    return render(request, "desk/call.html", context, status=status)


@never_cache
@login_required
@require_POST
def help_call(request: HttpRequest) -> HttpResponse:
    """Give what helps the talk now: who calls, what it is about, what is known, what to ask."""
    official = access.official_or_404(request, MAY)
    form, now = CallForm.posted(request.POST), timezone.now()
    context = _help(form, now)
    if request.POST.get("changed") == "phone":
        context |= _caller(official, form.values["phone"], now)
    return render(request, "desk/_call_help.html", context)


def _help(form: CallForm, now: datetime) -> dict[str, Any]:
    said = form.values
    chosen = fact(form.topic) if form.topic else None
    text = said["text"][:2000]
    found = Suggestion()
    if len(text.strip()) >= FEWEST or chosen:
        found = suggest(text or (chosen.title_ru if chosen else ""), address=said["address"][:300])
    facts = found.facts
    if chosen:
        found = replace(found, facts=[FactSuggestion(chosen, 1.0, [])])
    about = chosen or (facts[0].topic if facts else None)
    return {
        "form": said,
        "facts": [(place, each) for place, each in enumerate(facts, 1)],
        "certain": found.certain,
        "chosen": chosen,
        "about": about,
        "script": queries.script_for(about),
        "warned": queries.danger_in(text),
        "known": known_near(found, now) if text.strip() or chosen else [],
        "territory": found.territory,
        "bodies": found.bodies[:1],
        "twins": [show.twin(twin, "ru") for twin in found.twins],
        "phone_known": intake_rules.phone_of(said["phone"]) is not None,
        "now": now,
    }


def _told(official: Official, number: str) -> dict[str, Any]:
    """Return the message whose number a caller says, or what is wrong with the number."""
    if not number.strip():
        return {}
    if intake_rules.misheard(number):
        said = _("В номере ошибка: такой номер не мог быть выдан. Попросите повторить по цифрам")
        return {"number_error": said}
    try:
        return {"told": _line(case_for(official, number))}
    except ObjectDoesNotExist:
        return {"number_error": _("Такого сообщения нет или вам его не видно")}


def _line(case: Case) -> dict[str, Any]:
    return {
        "spoken": case.spoken, "topic": show.title(case.topic, "ru"),
        "status": label("statuses", case.status), "received_at": case.received_at,
        "due": case.due, "open": case.status in OPEN,
    }  # fmt: skip


def _caller(official: Official, phone: str, now: datetime) -> dict[str, Any]:
    """Return what is known of a phone's owner; that it was looked at is on record."""
    found = queries.cases_by_phone(official, phone)
    for case in found:
        note_look(official, subject=case.ref, what="contact", role=role_on(official, case), now=now)
    earlier = [_line(case) for case in found]
    return {"earlier": earlier, "caller": queries.name_by_phone(found), "looked_up": True}


@never_cache
@login_required
@require_GET
def ringing(request: HttpRequest) -> HttpResponse:
    """Tell the open card that a call rings at the operator's place; 204 when none does."""
    official = access.official_or_404(request, MAY)
    found = queries.ringing_for(official, timezone.now())
    if found is None:
        return HttpResponse(status=204)
    return JsonResponse({"call": found.pk, "phone": found.phone, "state": found.state})


@never_cache
@login_required
@require_GET
def callbacks(request: HttpRequest) -> HttpResponse:
    """List whom to call back: due first, with the tries made."""
    official = access.official_or_404(request, MAY)
    return _callbacks(request, official)


def _callbacks(request: HttpRequest, official: Official, *, error: str = "") -> HttpResponse:
    now = timezone.now()
    which = request.GET.get("which", "mine")
    which = which if which in dict(TABS) else "mine"
    counts = queries.callback_counts(official, now)
    context = {
        "found": queries.callbacks_for(official, which=which, now=now)[:SHOWN],
        "tabs": [(code, title, counts.get(code)) for code, title in TABS],
        "which": which, "now": now, "error": error,
    }  # fmt: skip
    return render(request, "desk/callbacks.html", context, status=422 if error else 200)


@login_required
@require_POST
def act_on_callback(request: HttpRequest, callback_id: int, verb: str) -> HttpResponse:
    """Write down a try to reach somebody, or that nobody needs to."""
    official = access.official_or_404(request, MAY)
    now, note = timezone.now(), request.POST.get("note", "")
    try:
        if verb in {"reached", "missed"}:
            reached = verb == "reached"
            commands.try_callback(callback_id, reached=reached, note=note, by=official, now=now)
        elif verb == "drop":
            commands.drop_callback(callback_id, by=official, now=now)
        else:
            raise Http404
    except ObjectDoesNotExist:
        raise Http404 from None
    except rules.Refused as refusal:
        return _callbacks(request, official, error=refusal.ru)
    notices.success(request, _("Записано"))
    return redirect("desk:callbacks")
