"""The state machine of a case and the arithmetic of its clock.

One table drives the buttons, the permissions, the commands and the tests. Labels of statuses and
results are an administrator's data; here are only their codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from otklik.ground.kit.clock import Counted, Roll, Unit, WorkingTime, before, counted, resumed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

STATUSES = (
    "submitted", "clarification", "rejected", "registered", "coordination", "assigned",
    "in_progress", "returned", "redirected", "approval", "rework", "interim", "extended",
    "answered", "disputed", "reopened", "resolved_confirmed", "closed", "withdrawn",
    "no_answer_legal", "merged", "contested",
)  # fmt: skip
RESULTS = ("solved", "planned", "explained", "refused", "not_confirmed", "not_competent")
FINAL = frozenset(
    {"rejected", "redirected", "resolved_confirmed", "closed", "withdrawn", "no_answer_legal",
     "merged"}
)  # fmt: skip
WORKING = frozenset({"assigned", "in_progress", "rework", "interim", "extended", "reopened"})
UNANSWERED = frozenset(STATUSES) - FINAL - {"answered"}
OPEN = frozenset(STATUSES) - FINAL
UNCOUNTED = frozenset({"rejected", "contested", "withdrawn"})
"""Nobody counts these: spam must not paint a place, nor second thoughts."""

STAGES: Mapping[str, str] = {
    "submitted": "moderation", "clarification": "moderation",
    "registered": "coordination", "coordination": "coordination", "returned": "coordination",
    "assigned": "execution", "in_progress": "execution", "rework": "execution",
    "interim": "execution", "extended": "execution", "reopened": "execution",
    "approval": "approval", "disputed": "verification",
    "contested": "refusal",
}  # fmt: skip

Actor = Literal["official", "author", "system"]


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """The case does not allow it; the reason is for the person who asked."""

    def __init__(self, code: str, ru: str, en: str) -> None:
        super().__init__(code)
        self.code, self.ru, self.en = code, ru, en


@dataclass(frozen=True)
class Transition:
    """One verb: from which statuses to which, by whom, with which permission.

    An empty target leaves the status as it is.
    """

    verb: str
    sources: frozenset[str]
    target: str
    actor: Actor
    permission: str = ""
    ru: str = ""
    en: str = ""


def _table(*rows: tuple[str, str, str, Actor, str, str, str]) -> tuple[Transition, ...]:
    return tuple(
        Transition(verb, frozenset(sources.split()), target, actor, permission, ru, en)
        for verb, sources, target, actor, permission, ru, en in rows
    )


_BEFORE_ANSWER = (
    "submitted clarification contested registered coordination assigned in_progress returned"
    " approval rework interim extended reopened"
)
_UNDER_WAY = "registered coordination assigned in_progress returned rework extended reopened"
_AT_WORK = (
    "registered coordination assigned in_progress returned approval rework interim extended"
    " answered disputed reopened"
)
_UNSHOWN = UNCOUNTED
_BEYOND_APPEAL = frozenset({"withdrawn", "merged", "redirected", "no_answer_legal"})

TRANSITIONS = _table(
    ("register", "submitted", "registered", "official", "moderate", "Принять", "Accept"),
    ("reject", "submitted", "rejected", "official", "moderate", "Отклонить", "Reject"),
    ("ask", "submitted", "clarification", "official", "moderate", "Уточнить у автора", "Ask"),
    ("clarify", "clarification", "submitted", "author", "", "Ответить на вопрос", "Answer"),
    ("contest", "rejected", "contested", "author", "", "Отказ неверен", "The refusal is wrong"),
    ("take_back", "contested", "registered", "official", "moderate",
     "Отказ неверен: принять к работе", "The refusal was wrong: take to work"),
    ("uphold_refusal", "contested", "rejected", "official", "moderate",
     "Отказ верен", "The refusal stands"),
    ("reverse", "rejected", "submitted", "system", "", "", ""),
    ("merge", "submitted registered coordination assigned in_progress returned", "merged",
     "official", "moderate", "Присоединить", "Merge"),
    ("divide", "submitted registered coordination assigned in_progress returned", "", "official",
     "moderate", "Разделить на сообщения", "Divide into messages"),
    ("retopic", "submitted contested registered coordination assigned in_progress returned", "",
     "official", "correct_topic", "Исправить тему", "Correct the topic"),
    ("coordinate", "registered", "coordination", "system", "", "", ""),
    ("assign", "registered coordination returned assigned", "assigned", "official", "assign",
     "Назначить", "Assign"),
    ("route", "registered coordination", "assigned", "system", "", "", ""),
    ("return", "assigned in_progress", "returned", "official", "return",
     "Вернуть: не наше", "Return"),
    ("redirect", "registered coordination returned assigned in_progress", "redirected",
     "official", "redirect", "Переслать по компетенции", "Redirect"),
    ("start", "assigned reopened interim", "in_progress", "official", "draft_answer",
     "Взять в работу", "Start"),
    ("submit", "assigned in_progress rework extended reopened", "approval", "official",
     "draft_answer", "На согласование", "Submit for approval"),
    ("send_back", "approval", "rework", "official", "approve_answer", "Вернуть", "Send back"),
    ("approve", "approval", "answered", "official", "approve_answer", "Отправить ответ",
     "Send the answer"),
    ("approve_interim", "approval", "interim", "official", "approve_answer",
     "Отправить промежуточный ответ", "Send the interim answer"),
    ("wake", "interim", "in_progress", "system", "", "", ""),
    ("extend", "assigned in_progress rework extended", "extended", "official", "extend",
     "Продлить срок", "Extend"),
    ("dispute", "answered", "disputed", "author", "", "Не решено", "Not solved"),
    ("confirm", "answered", "resolved_confirmed", "author", "", "Решено", "Solved"),
    ("verify", "answered", "resolved_confirmed", "official", "verify", "Подтвердить решение",
     "Confirm"),
    ("refute", "answered", "reopened", "official", "verify", "Не подтвердить: возобновить",
     "Not confirmed: reopen"),
    ("reopen", "disputed", "reopened", "official", "judge_dispute", "Автор прав: возобновить",
     "Reopen"),
    ("uphold", "disputed", "closed", "official", "judge_dispute", "Ответ верен: закрыть",
     "Close"),
    ("close", "answered", "closed", "system", "", "", ""),
    ("write", _AT_WORK, "", "official", "draft_answer", "Написать автору", "Write to the author"),
    ("write_back", _AT_WORK, "", "author", "", "Написать исполнителю", "Write to the executor"),
    ("withdraw", _BEFORE_ANSWER, "withdrawn", "author", "", "Отозвать", "Withdraw"),
    ("register_appeal", "submitted", "registered", "official", "register_appeals",
     "Зарегистрировать обращение", "Register the appeal"),
    ("make_appeal", " ".join(sorted(frozenset(STATUSES) - _BEYOND_APPEAL)), "submitted", "author",
     "", "Перевести в обращение", "Make it an appeal"),
    ("complain", " ".join(sorted(OPEN)), "", "official", "register_appeals",
     "Указать, на кого жалоба", "Say whom it complains about"),
    ("split", _UNDER_WAY, "", "official", "register_appeals", "Разделить на вопросы",
     "Split into questions"),
    ("redirect_appeal", "registered coordination returned assigned in_progress",
     "redirected", "official", "redirect", "Переслать обращение с уведомлением",
     "Redirect the appeal with notice"),
    ("extend_appeal", "assigned in_progress rework extended", "extended", "official", "extend",
     "Продлить срок с уведомлением", "Extend with notice"),
    ("leave", _UNDER_WAY, "no_answer_legal", "official", "register_appeals",
     "Оставить без ответа (ст. 11)", "Leave without answer (art. 11)"),
    ("stop", _UNDER_WAY, "no_answer_legal", "official", "approve_answer",
     "Прекратить переписку (ст. 11 ч. 5)", "Stop the correspondence (art. 11.5)"),
    ("sign_answer", "approval", "answered", "official", "approve_answer",
     "Подписать и отправить ответ", "Sign and send the answer"),
    ("attach_signature", "answered disputed closed resolved_confirmed", "", "official",
     "approve_answer", "Приложить файл подписи", "Attach a signature file"),
    ("show", " ".join(sorted(frozenset(STATUSES) - _UNSHOWN)), "", "official",
     "moderate", "Показать всем или скрыть", "Show or hide"),
)  # fmt: skip

APPEAL = "appeal_59fz"
APPEALS_ONLY = frozenset(
    {
        "register_appeal",
        "split",
        "redirect_appeal",
        "extend_appeal",
        "leave",
        "stop",
        "sign_answer",
        "attach_signature",
    }
)
"""What 59-ФЗ knows and a message does not."""
NEVER_APPEALS = frozenset(
    {
        "register",
        "reject",
        "contest",
        "take_back",
        "uphold_refusal",
        "reverse",
        "merge",
        "divide",
        "redirect",
        "extend",
        "approve",
        "make_appeal",
        "show",
    }
)
"""What an appeal never meets: it cannot be refused, shown, or answered without a signature."""

BY_VERB: Mapping[str, Transition] = {transition.verb: transition for transition in TRANSITIONS}


def lawful(verb: str, regime: str) -> bool:
    """Tell whether a regime knows a verb; an empty regime knows all."""
    return not regime or verb not in (NEVER_APPEALS if regime == APPEAL else APPEALS_ONLY)


def step(status: str, verb: str, regime: str = "") -> str:
    """Return the status after a verb; Refused if status or regime do not allow it."""
    transition = BY_VERB[verb]
    if not lawful(verb, regime):
        raise Refused(
            "not_in_regime",
            "Для обращения по 59-ФЗ так нельзя: есть действия, которые называет закон"
            if regime == APPEAL
            else "Это только для обращений по 59-ФЗ, а здесь сообщение",
            "The law knows other verbs for an appeal"
            if regime == APPEAL
            else "This is for appeals under 59-FZ alone",
        )
    if status not in transition.sources:
        raise Refused(
            "not_now",
            "Этого уже нельзя сделать: обращение изменилось. Обновите страницу",
            "This can no longer be done: the case has changed. Reload the page",
        )
    return transition.target or status


def verbs_for(
    status: str, actor: Actor, permissions: frozenset[str] = frozenset(), regime: str = ""
) -> tuple[Transition, ...]:
    """Return what somebody may do with a case now: the buttons to show."""
    return tuple(
        t
        for t in TRANSITIONS
        if t.actor == actor
        and status in t.sources
        and lawful(t.verb, regime)
        and (not t.permission or t.permission in permissions)
    )


@dataclass(frozen=True)
class Term:
    """How much time; `amount` None takes what the whole term leaves."""

    amount: int | None
    unit: Unit


@dataclass(frozen=True)
class Policy:
    """A deadline policy as arithmetic."""

    code: str
    total: Term
    stages: Mapping[str, Term]
    roll: Roll
    reopened: Term
    paused_in: frozenset[str] = frozenset()


UNITS = {
    Unit.CALENDAR_DAYS: "календ. дн.", Unit.WORKING_DAYS: "раб. дн.", Unit.WORKING_HOURS: "раб. ч",
    Unit.HOURS: "ч",
}  # fmt: skip
UNCAPPED = frozenset({"moderation", "refusal", "verification"})
"""Stages outside the whole term: before it starts and after it stopped."""


def due(policy: Policy, start: datetime, working: WorkingTime) -> datetime:
    """Return when the whole term ends."""
    return whole(policy, start, working).end


def whole(policy: Policy, start: datetime, working: WorkingTime) -> Counted:
    """Return the whole term's end with its reasons."""
    return _count(policy.total, start, working, policy.roll)


def stage_due(
    policy: Policy, stage: str, start: datetime, total_due: datetime | None, working: WorkingTime
) -> datetime | None:
    """Return when a stage that begins now must end: never past the whole term's end.

    Execution may take what the whole term leaves after the time kept for approval.
    """
    found = stage_counted(policy, stage, start, total_due, working)
    return found[0] if found else None


def stage_counted(
    policy: Policy, stage: str, start: datetime, total_due: datetime | None, working: WorkingTime
) -> tuple[datetime, str, tuple[str, ...]] | None:
    """Return a stage's end, what decided it in a word, and the steps of counting."""
    term = policy.stages.get(stage)
    if term is None:
        return (total_due, "срок этапа не задан: до конца общего срока", ()) if total_due else None
    if term.amount is None:
        return _rest(policy, start, total_due, working) if total_due else None
    found = _count(term, start, working, policy.roll)
    said = f"{term.amount} {UNITS[term.unit]} с начала этапа"
    steps = tuple(step.why for step in found.steps)
    if total_due and found.end > total_due and stage not in UNCAPPED:
        return total_due, f"{said}, но не позже общего срока", steps
    return found.end, said, steps


def _rest(
    policy: Policy, start: datetime, total_due: datetime, working: WorkingTime
) -> tuple[datetime, str, tuple[str, ...]]:
    kept = policy.stages.get("approval")
    if kept is None or not kept.amount:
        return total_due, "всё, что осталось от общего срока", ()
    end = before(total_due, kept.amount, kept.unit, working, policy.roll)
    spared = f"{kept.amount} {UNITS[kept.unit]}"
    if end <= start:
        return total_due, f"до конца общего срока: на согласование ({spared}) уже не остаётся", ()
    return end, f"остаток общего срока без {spared} на согласование", ()


def reopened_due(policy: Policy, start: datetime, working: WorkingTime) -> datetime:
    """Return the shorter term of a reopened case."""
    return _count(policy.reopened, start, working, policy.roll).end


def after_pause(
    policy: Policy, moment: datetime | None, paused: datetime, now: datetime, working: WorkingTime,
    stage: str = "",
) -> datetime | None:  # fmt: skip
    """Return a due time moved by a pause: the whole one, or a stage's in its own unit."""
    term = policy.stages.get(stage, policy.total) if stage else policy.total
    return resumed(moment, paused, now, term.unit, working, policy.roll) if moment else None


def said_of(term: Term, found: Counted) -> str:
    """Return in a line how a term was counted: its length and what was unusual on the way."""
    unusual = [step.why for step in found.steps if step.notable]
    return "; ".join([f"{term.amount} {UNITS[term.unit]}", *unusual])


def _count(term: Term, start: datetime, working: WorkingTime, roll: Roll) -> Counted:
    return counted(start, term.amount or 0, term.unit, working, roll)


def may_approve(approver: int, author: int) -> None:
    """Separation of duties: nobody approves an answer of their own."""
    if approver == author:
        raise Refused(
            "own_answer",
            "Свой ответ согласует другой сотрудник",
            "Somebody else must approve your answer",
        )


def may_judge(judge: int, approver: int | None, author: int | None = None) -> None:
    """Separation of duties: neither who approved the answer nor who wrote it judges the dispute."""
    if judge in {approver, author}:
        raise Refused(
            "own_approval",
            "Спор решает не тот, кто готовил или согласовал ответ",
            "A dispute is judged by another than those who wrote and approved the answer",
        )


def may_judge_refusal(judge: str, refuser: str) -> None:
    """Separation of duties: who refused a message does not judge whether that was right."""
    if judge == refuser:
        raise Refused(
            "own_refusal",
            "Отказ проверяет другой модератор",
            "Another moderator must judge the refusal",
        )


def may_verify(verifier_body: int, executing: Collection[int]) -> None:
    """Separation of duties: an independent verifier is of no body that executed, nor beneath it."""
    if verifier_body in executing:
        raise Refused(
            "own_body",
            "Проверяет не та организация, что отвечала, и не подчинённая ей",
            "Another body must verify, and none beneath the one that answered",
        )


def may_reach(body: int | None, barred: Collection[int]) -> None:
    """59-ФЗ, article 8 part 6: a complaint never goes to whom it is about, nor beneath them."""
    if body is not None and body in barred:
        raise Refused(
            "complained_about",
            "Это жалоба на эту организацию или на её вышестоящую: передать ей нельзя"
            " (59-ФЗ, ст. 8 ч. 6). Выберите вышестоящую или другую",
            "The complaint is about this body or one above it: it may not get it (59-FZ, art. 8.6)",
        )


def hop_allowed(hops: int, max_hops: int) -> bool:
    """Tell whether a case may still be passed on without arbitration."""
    return hops < max_hops


def check_answer(text: str, result: str, *, interim: bool, control_at: datetime | None,
                 now: datetime, proof_needed: bool, proofs: int) -> None:  # fmt: skip
    """Refuse an answer that says nothing, names no result or lacks its proof."""
    if len(text.split()) < 5:  # noqa: PLR2004  (words)
        raise Refused(
            "empty_answer",
            "Напишите ответ: что сделано, когда, кем и что дальше",
            "Write the answer: what was done, when, by whom and what comes next",
        )
    if result not in RESULTS:
        raise Refused("no_result", "Выберите результат", "Choose the result")
    if interim and not _ahead(control_at, now):
        raise Refused(
            "no_control_day",
            "У промежуточного ответа должна быть дата проверки в будущем, не дальше года",
            "An interim answer needs a control day ahead, within a year",
        )
    if proof_needed and result == "solved" and not interim and proofs == 0:
        raise Refused(
            "no_proof",
            "По этой теме приложите снимок сделанного",
            "This topic needs a photo of what was done",
        )


def _ahead(control_at: datetime | None, now: datetime) -> bool:
    return control_at is not None and now < control_at <= now + timedelta(days=366)


def check_extension(
    until: datetime, *, due: datetime | None, now: datetime, times: int, used: int, days: int,
    reason: str,
) -> None:  # fmt: skip
    """Refuse an extension past what the policy allows, after the term, or without a reason."""
    if used >= times:
        raise Refused(
            "no_more_extensions", "Продлевать больше нельзя", "No more extensions are allowed"
        )
    if due is None or now > due:
        raise Refused("too_late", "Срок уже прошёл", "The deadline has already passed")
    if not due < until <= due + timedelta(days=days):
        raise Refused(
            "too_long",
            f"Продлить можно не больше чем на {days} дн.",
            f"It can be extended by {days} days at most",
        )
    if not reason.strip():
        raise Refused("no_reason", "Напишите причину", "Give a reason")
