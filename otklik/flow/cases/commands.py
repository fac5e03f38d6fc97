"""The verbs of a case: each locks, asks a rule, changes and records one fact."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.models import (
    Answer,
    Assignment,
    Case,
    Dispute,
    Note,
    Proof,
    SavedView,
    Support,
)
from otklik.flow.cases.queries import earlier_alike, executing_bodies
from otklik.flow.intake.commands import add_files, withdraw
from otklik.flow.intake.models import Attachment
from otklik.flow.regimes.commands import bar
from otklik.flow.regimes.queries import barred_for, regime, regime_of
from otklik.flow.regimes.rules import LAWFUL
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.known import with_known
from otklik.ground.topics.queries import directory, policies, topics
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Upload
    from otklik.flow.intake.models import Report
    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import DeadlinePolicy, RoutingRule, Topic

DEFAULT_POLICY = "ORD-30"
SYSTEM = "system"
CLARIFY_DAYS = 5
DEFAULT_HOPS = 3


def locked(number: str) -> Case:
    """Return a case held against other commands until this one ends."""
    found = Case.objects.select_related("report").select_for_update(no_key=True, of=("self",))
    return with_known(found.get(number=number))


def tell(case: Case, fact_class: type[events.CaseFact], by: str, at: datetime, **more: Any) -> None:
    """Record a fact about a case as it is now."""
    record(
        fact_class(
            region=case.region_id,
            subject=case.ref,
            actor=by,
            at=at,
            report=case.report_id,
            status=case.status,
            topic=case.topic.code if case.topic else "",
            territory=case.territory.code if case.territory else "",
            organisation=case.organisation.code if case.organisation else "",
            due=case.due,
            stage=case.stage,
            stage_due=case.stage_due,
            **more,
        )
    )


def _weight(case: Case) -> dict[str, Any]:
    return {
        "severity": case.severity,
        "urgent": case.urgent,
        "life_support": bool(case.topic and case.topic.life_support),
        "shown": case.public,
    }


def policy_of(case: Case, topic: Topic | None) -> DeadlinePolicy | None:
    """Return the terms: the regime's for the topic, the channel's, the regime's, the topic's.

    The channel's are as of the governor's reception; a message of an urgent topic keeps its own,
    wherever it was written.
    """
    known, usual, asked = policies(), topic.policy if topic else None, regime(case.regime)
    channel = case.report.channel
    special = known.get(asked.special_terms([step.code for step in topics().path(topic)], channel))
    line = directory("channels").get(channel)
    of_channel = known.get(str(line.extra.get("policy", ""))) if line else None
    of_regime = known.get(asked.policy)
    if special is None and of_channel and (of_regime or not (usual and usual.urgent)):
        return of_channel
    return special or of_regime or usual or known.get(DEFAULT_POLICY)


def _take_topic(case: Case, topic: Topic | None) -> None:
    case.topic = topic
    case.policy = policy_of(case, topic)
    case.severity = topic.severity if topic else 1
    case.urgent = bool(case.policy and case.policy.urgent)
    case.closed_contour = bool(topic and topic.closed)


def _may_be_public(case: Case) -> bool:
    topic = case.topic
    if not regime(case.regime).public:
        return False
    return bool(topic and topic.public and not topic.closed and case.report.wants_public)


def _move(
    case: Case, verb: str, now: datetime, by: str, reason: str = "", *, anew: bool = False
) -> None:
    """Take the step of a verb and let the clock follow the stage."""
    before = case.status
    case.status = rules.step(case.status, verb, case.regime)
    case.updated_at = now
    clockwork.follow(case, before, now, by, reason, anew=anew)


@command
def open_case(
    report: Report,
    *,
    topic: Topic | None,
    territory: Territory | None,
    organisation: Organisation | None,
    rule: RoutingRule | None = None,
    certain: bool,
    now: datetime,
) -> Case:
    """Begin the work on a message; a certain one is taken to work and passed on at once.

    An appeal waits for its registration at the reception that its regime names.
    """
    asked = regime_of(report)
    barred = _bar_declared(report, now)
    if asked.code in LAWFUL:
        certain, organisation = False, organisations().get(asked.reception) or organisation
    if organisation is not None and organisation.pk in barred and asked.code not in LAWFUL:
        organisation, rule = None, None
    case = Case(
        regime=asked.code,
        region=report.region,
        report=report,
        number=report.number,
        status="submitted",
        territory=territory,
        organisation=organisation,
        lat=report.lat,
        lon=report.lon,
        received_at=report.received_at,
        updated_at=now,
    )
    _take_topic(case, topic)
    clockwork.start(case, now)
    clockwork.log(case, "start", now, SYSTEM, None, case.stage_due, "поступило")
    clockwork.keep(case, fresh=True)
    tell(case, events.CaseOpened, SYSTEM, now, repeats=earlier_alike(case), **_weight(case))
    if certain and topic is not None:
        _register(case, SYSTEM, now)
        _pass_on(case, organisation, None, rule, None, now)
        clockwork.keep(case)
    return case


def _bar_declared(report: Report, now: datetime) -> frozenset[int]:
    """Close the branch of a body that the author said they complain about."""
    target = organisations().get(str(report.extra.get("complaint_on") or ""))
    if target is not None:
        bar(report, target, by=report.author.ref if report.author else "anonymous", now=now)
    return barred_for(report.pk)


def _register(case: Case, by: str, now: datetime, verb: str = "register") -> None:
    _move(case, verb, now, by)
    case.registered_at = now
    case.public = _may_be_public(case)
    tell(case, events.CaseRegistered, by, now, **_weight(case))


def _pass_on(
    case: Case,
    organisation: Organisation | None,
    executor: Official | None,
    rule: RoutingRule | None,
    by: Official | None,
    now: datetime,
) -> None:
    """Give the case to a body, or leave it to the coordinators where none is known."""
    actor = by.ref if by else SYSTEM
    rules.may_reach(organisation.pk if organisation else None, barred_for(case.report_id))
    if organisation is None:
        _move(case, "coordinate", now, actor)
        return
    case.organisation, case.executor = organisation, executor
    why = f"передано: {organisation.short_ru}"
    _move(case, "assign" if by else "route", now, actor, why, anew=True)
    case.hops += 1
    Assignment.objects.create(
        region=case.region, case=case, organisation=organisation, executor=executor, rule=rule,
        by=by, at=now,
    )  # fmt: skip
    tell(case, events.CaseAssigned, actor, now, hop=case.hops)


@command
def register_case(
    number: str,
    *,
    organisation: Organisation | None = None,
    rule: RoutingRule | None = None,
    public: bool | None = None,
    verb: str = "register",
    by: Official,
    now: datetime,
) -> Case:
    """Take a message to work after a moderator's look, and pass it to its body."""
    case = locked(number)
    if case.topic is None:
        raise rules.Refused("no_topic", "Сначала выберите тему", "Choose a topic first")
    kept = case.organisation
    if kept is not None and kept.pk in barred_for(case.report_id):
        kept = None  # the rule's body is complained about: coordinators decide
    case.organisation = organisation or kept  # the whole clock is by its schedule
    _register(case, by.ref, now, verb)
    if public is not None:
        case.public = public and not case.closed_contour
    _pass_on(case, case.organisation, None, rule, by if organisation else None, now)
    clockwork.keep(case)
    return case


@command
def reject_case(number: str, *, reason: str, note: str = "", by: Official, now: datetime) -> Case:
    """Refuse a message with a reason from the list and advice how to mend it."""
    case = locked(number)
    _move(case, "reject", now, by.ref, reason)
    case.closed_at, case.public = now, False
    clockwork.keep(case)
    _note(case, "rejected", note, by.ref, now, code=reason, to_author=True)
    tell(case, events.CaseRejected, by.ref, now, reason=reason)
    return case


@command
def ask_author(number: str, *, text: str, by: Official, now: datetime) -> Case:
    """Ask the author for what is missing; the message's clock stands meanwhile."""
    case = locked(number)
    if not text.strip():
        raise rules.Refused("empty", "Напишите, что уточнить", "Say what is missing")
    _move(case, "ask", now, by.ref)
    clockwork.keep(case)
    until = now + timedelta(days=CLARIFY_DAYS)
    _note(case, "question", text, by.ref, now, to_author=True, until=until)
    tell(case, events.CaseQuestioned, by.ref, now)
    return case


@command
def clarify_case(
    number: str, *, text: str, files: Sequence[Upload] = (), by: str, now: datetime
) -> Case:
    """Take the author's reply to the question."""
    case = locked(number)
    if not text.strip() and not files:
        raise rules.Refused("empty", "Напишите ответ", "Write a reply")
    _move(case, "clarify", now, by)
    clockwork.keep(case)
    _note(case, "reply", text, by, now, to_author=True)
    if files:
        add_files(case.report, files, by=by, now=now)
    tell(case, events.CaseClarified, by, now)
    return case


@command
def merge_case(number: str, *, into: str, by: Official, now: datetime) -> Case:
    """Join a message to another about the same trouble; its author follows that one."""
    first, second = sorted((number, into))
    pair = {each: locked(each) for each in (first, second)}
    case, target = pair[number], pair.get(into)
    apart = target is None or target.closed_contour != case.closed_contour
    if target is None or apart or number == into or target.status not in rules.OPEN:
        raise rules.Refused("no_target", "К этому номеру нельзя присоединить", "Cannot join it")
    _move(case, "merge", now, by.ref)
    case.merged_into, case.closed_at, case.public = target, now, False
    clockwork.keep(case)
    target.supports += 1
    target.updated_at = now
    target.save(update_fields=["supports", "updated_at"])
    Support.objects.get_or_create(
        case=target,
        key=f"report:{number}",
        defaults={
            "region": case.region,
            "person": case.report.author,
            "email": case.report.email,
            "phone": case.report.phone,
            "token": secrets.token_urlsafe(16),
            "channel": case.report.channel,
            "at": now,
        },
    )
    tell(case, events.CaseMerged, by.ref, now, into=target.number)
    tell(target, events.CaseSupported, f"report:{number}", now, supports=target.supports)
    return case


@command
def retopic_case(
    number: str,
    *,
    topic: Topic,
    territory: Territory | None,
    organisation: Organisation | None,
    by: Official,
    now: datetime,
) -> Case:
    """Correct topic or place; weight and deadlines follow, counted from the same start."""
    case = locked(number)
    _move(case, "retopic", now, by.ref)
    _take_topic(case, topic)
    case.territory = territory
    if case.status in {"submitted", "registered", "coordination"} and case.regime not in LAWFUL:
        barred = barred_for(case.report_id)
        case.organisation = None if organisation and organisation.pk in barred else organisation
    case.public = case.public and _may_be_public(case)
    clockwork.restart(case, now, by.ref, "исправлена тема")
    clockwork.keep(case)
    tell(case, events.CaseRetopiced, by.ref, now, **_weight(case))
    return case


@command
def assign_case(
    number: str,
    *,
    organisation: Organisation,
    executor: Official | None = None,
    by: Official,
    now: datetime,
) -> Case:
    """Make a body (and an executor in it) responsible. Past the hop limit only arbitration may."""
    case = locked(number)
    if organisation.external:
        raise rules.Refused(
            "external", "Эта организация вне системы: перешлите", "It is outside: redirect"
        )
    same = (case.organisation_id, case.executor_id) == (organisation.pk, executor and executor.pk)
    if same and case.status == "assigned":
        return case
    _pass_on(case, organisation, executor, None, by, now)
    clockwork.keep(case)
    return case


@command
def return_case(
    number: str,
    *,
    reason: str,
    note: str,
    proposed: Organisation | None = None,
    by: Official,
    now: datetime,
) -> Case:
    """Say that it is not ours, why and whose; the second return goes to arbitration."""
    case = locked(number)
    if not note.strip():
        raise rules.Refused(
            "no_reason", "Напишите, почему это не ваше и чьё", "Say why it is not yours and whose"
        )
    _move(case, "return", now, by.ref, reason)
    hop = case.assignments.select_for_update().order_by("-id").first()
    if hop is not None:
        hop.returned_at, hop.return_reason, hop.return_note = now, reason, note
        hop.proposed = proposed
        hop.save()
    limit = case.policy.max_hops if case.policy else DEFAULT_HOPS
    returns = case.assignments.exclude(returned_at=None).count()
    arbitration = returns > 1 or not rules.hop_allowed(case.hops, limit)
    case.executor = None
    clockwork.keep(case)
    tell(case, events.CaseReturned, by.ref, now, reason=reason, arbitration=arbitration)
    return case


@command
def redirect_case(
    number: str, *, organisation: Organisation, note: str = "", verb: str = "redirect",
    by: Official, now: datetime,
) -> Case:  # fmt: skip
    """Send the message to a body outside and tell the author."""
    case = locked(number)
    rules.may_reach(organisation.pk, barred_for(case.report_id))
    _move(case, verb, now, by.ref)
    case.organisation, case.closed_at, case.result = organisation, now, "not_competent"
    clockwork.keep(case)
    _note(case, "redirected", note, by.ref, now, to_author=True)
    tell(case, events.CaseRedirected, by.ref, now)
    return case


@command
def start_case(number: str, *, by: Official, now: datetime) -> Case:
    """Take a case in hand."""
    case = locked(number)
    _move(case, "start", now, by.ref)
    case.executor = by
    clockwork.keep(case)
    tell(case, events.CaseStarted, by.ref, now)
    return case


@command
def submit_answer(
    number: str,
    *,
    text: str,
    result: str,
    interim: bool = False,
    control_at: datetime | None = None,
    proofs: Sequence[Upload] = (),
    group: bool = False,
    by: Official,
    now: datetime,
) -> Answer:
    """Write an answer and put it before the approver; one to a whole group needs no photo each."""
    case = locked(number)
    rules.check_answer(
        text, result, interim=interim, control_at=control_at, now=now,
        proof_needed=bool(case.topic and case.topic.proof) and not group, proofs=len(proofs),
    )  # fmt: skip
    _move(case, "submit", now, by.ref)
    if case.executor_id is None:
        case.executor = by
    clockwork.keep(case)
    answer = Answer.objects.create(
        region=case.region,
        case=case,
        version=case.answers.count() + 1,
        text=text.strip(),
        result=result,
        interim=interim,
        control_at=control_at if interim else None,
        state=Answer.State.APPROVAL,
        author=by,
        written_at=now,
    )
    if proofs:
        files = add_files(case.report, proofs, purpose=Attachment.Purpose.PROOF, by=by.ref, now=now)
        Proof.objects.bulk_create(
            Proof(region=case.region, answer=answer, attachment=file) for file in files
        )
    tell(case, events.CaseAnswerSubmitted, by.ref, now, version=answer.version)
    return answer


def _awaiting(case: Case) -> Answer:
    answer = case.answers.filter(state=Answer.State.APPROVAL).order_by("-version").first()
    if answer is None:
        raise rules.Refused("no_answer", "Нет ответа на согласовании", "No answer to approve")
    return answer


@command
def send_back(number: str, *, comment: str, by: Official, now: datetime) -> Case:
    """Return the answer for rework with what to mend."""
    case = locked(number)
    if not comment.strip():
        raise rules.Refused("no_reason", "Напишите, что исправить", "Say what to mend")
    answer = _awaiting(case)
    _move(case, "send_back", now, by.ref)
    clockwork.keep(case)
    answer.state, answer.decided_by, answer.decided_at = Answer.State.REWORK, by, now
    answer.comment = comment
    answer.save()
    tell(case, events.CaseAnswerSentBack, by.ref, now, version=answer.version)
    return case


@command
def approve_answer(number: str, *, verb: str = "approve", by: Official, now: datetime) -> Answer:
    """Send the answer to the author; a final one stops the clock, an interim one sets a day."""
    case = locked(number)
    answer = _awaiting(case)
    rules.may_approve(by.pk, answer.author_id)
    late = case.due is not None and now > case.due
    _move(case, "approve_interim" if answer.interim else verb, now, by.ref)
    answer.state, answer.decided_by, answer.decided_at = Answer.State.APPROVED, by, now
    answer.save()
    case.result = answer.result
    if answer.interim:
        case.control_at = answer.control_at
        clockwork.promise(case, now, by.ref)
        clockwork.keep(case)
        tell(
            case, events.CaseAnsweredInterim, by.ref, now,
            answer=answer.pk, control_at=answer.control_at,
        )  # fmt: skip
    else:
        case.answered_at, case.control_at = now, None
        clockwork.keep(case)
        tell(
            case, events.CaseAnswered, by.ref, now,
            answer=answer.pk, result=answer.result, late=late, proofs=answer.proofs.count(),
        )  # fmt: skip
    return answer


@command
def wake_case(number: str, *, now: datetime) -> Case:
    """Take a case up again on the day that its interim answer named."""
    case = locked(number)
    _move(case, "wake", now, SYSTEM)
    case.control_at = None
    clockwork.keep(case)
    tell(case, events.CaseWoken, SYSTEM, now)
    return case


@command
def extend_case(
    number: str, *, until: datetime, reason: str, verb: str = "extend", by: Official, now: datetime
) -> Case:
    """Move the due time once, within the policy, with a reason the author sees."""
    case = locked(number)
    policy = case.policy
    rules.check_extension(
        until, due=case.due, now=now, times=policy.extension_times if policy else 0,
        used=case.extensions, days=policy.extension_days if policy else 0, reason=reason,
    )  # fmt: skip
    _move(case, verb, now, by.ref, reason)
    case.extensions += 1
    clockwork.extend(case, until, now, by.ref, reason)
    clockwork.keep(case)
    _note(case, "extended", reason, by.ref, now, to_author=True)
    tell(case, events.CaseExtended, by.ref, now)
    return case


@command
def mark_overdue(number: str, *, now: datetime) -> None:
    """Say once that the due time passed; nothing if it was said or is no longer so."""
    case = locked(number)
    if case.status not in rules.UNANSWERED or case.due is None or case.due >= now:
        return
    if case.clock.filter(kind="overdue", due_before=case.due).exists():
        return
    clockwork.log(case, "overdue", now, SYSTEM, case.due, case.due, "срок прошёл без ответа")
    clockwork.write(case)
    tell(case, events.CaseOverdue, SYSTEM, now)


@command
def fall_back_case(number: str, *, now: datetime) -> bool:
    """Go on by the ordinary terms once the fast ones ran out; that they did stays on record.

    A day that was promised, allowed or set by a dispute is nobody's fast track: it stays.
    """
    mark_overdue(number, now=now)
    case = locked(number)
    policy, late = case.policy, case.due is not None and case.due < now
    ordinary = policies().get(policy.fallback) if policy and policy.fast_track else None
    if ordinary is None or not late or case.status not in rules.UNANSWERED:
        return False
    if case.clock.filter(kind__in=clockwork.PROMISED).exists():
        return False
    case.policy, case.updated_at = ordinary, now
    clockwork.restart(case, now, SYSTEM, f"ускоренный срок прошёл: {ordinary.title_ru}")
    clockwork.keep(case)
    tell(case, events.CaseFellBack, SYSTEM, now, policy=ordinary.code)
    return True


@command
def dispute_case(number: str, *, text: str, by: str, now: datetime) -> Dispute:
    """Take the author's word that the answer solves nothing."""
    case = locked(number)
    answer = case.answers.filter(state=Answer.State.APPROVED, interim=False).last()
    if answer is None:
        raise rules.Refused("no_answer", "Ответа ещё нет", "There is no answer yet")
    _move(case, "dispute", now, by)
    clockwork.keep(case)
    dispute = Dispute.objects.create(
        region=case.region, case=case, answer=answer, text=text, at=now
    )
    tell(case, events.CaseDisputed, by, now, dispute=dispute.pk)
    return dispute


@command
def judge_dispute(number: str, *, upheld: bool, reason: str, by: Official, now: datetime) -> Case:
    """Decide a dispute: the author is right and work goes on, or the answer stands."""
    case = locked(number)
    if not reason.strip():
        raise rules.Refused("no_reason", "Объясните решение", "Explain the decision")
    dispute = case.disputes.select_related("answer").filter(decided_at=None).last()
    if dispute is None:
        raise rules.Refused("no_dispute", "Спора нет", "There is no dispute")
    rules.may_judge(by.pk, dispute.answer.decided_by_id, dispute.answer.author_id)
    _move(case, "reopen" if upheld else "uphold", now, by.ref, reason)
    dispute.judge, dispute.upheld, dispute.reason, dispute.decided_at = by, upheld, reason, now
    dispute.save()
    if upheld:
        case.reopenings += 1
        case.answered_at, case.result = None, ""
        clockwork.reopen(case, now, by.ref, reason)
        clockwork.keep(case)
        tell(case, events.CaseReopened, by.ref, now, dispute=dispute.pk)
    else:
        case.closed_at = now
        clockwork.keep(case)
        tell(case, events.CaseClosed, by.ref, now)
    return case


@command
def confirm_case(number: str, *, by: str, now: datetime) -> Case:
    """Take the author's word that it is solved."""
    case = locked(number)
    _move(case, "confirm", now, by)
    case.closed_at = now
    clockwork.keep(case)
    tell(case, events.CaseConfirmed, by, now)
    return case


@command
def verify_case(number: str, *, by: Official, now: datetime) -> Case:
    """Take an independent verifier's word; never one of the body that answered."""
    case = locked(number)
    rules.may_verify(by.organisation_id, executing_bodies(case))
    _move(case, "verify", now, by.ref)
    case.closed_at = now
    clockwork.keep(case)
    tell(case, events.CaseConfirmed, by.ref, now)
    return case


@command
def refute_case(number: str, *, finding: str = "", note: str, by: Official, now: datetime) -> Case:
    """Take an independent verifier's word that it is not solved: work goes on, told to the author.

    Never one of the body that answered.
    """
    case = locked(number)
    rules.may_verify(by.organisation_id, executing_bodies(case))
    if not note.strip():
        raise rules.Refused("no_reason", "Напишите, что увидели на месте", "Say what you saw")
    _move(case, "refute", now, by.ref, finding)
    case.reopenings += 1
    case.answered_at, case.result = None, ""
    clockwork.reopen(case, now, by.ref, note)
    clockwork.keep(case)
    _note(case, "refuted", note, by.ref, now, code=finding, to_author=True)
    tell(case, events.CaseReopened, by.ref, now, finding=finding)
    return case


@command
def close_case(number: str, *, now: datetime) -> Case:
    """Close an answered case that nobody rated in time; it counts as unrated, not as good."""
    case = locked(number)
    _move(case, "close", now, SYSTEM)
    case.closed_at = now
    clockwork.keep(case)
    tell(case, events.CaseClosed, SYSTEM, now, unrated=True)
    return case


@command
def withdraw_case(number: str, *, by: str, now: datetime) -> Case:
    """Stop the work on the author's word."""
    case = locked(number)
    _move(case, "withdraw", now, by)
    case.closed_at, case.public = now, False
    clockwork.keep(case)
    withdraw(case.report, by=by, now=now)
    tell(case, events.CaseWithdrawn, by, now)
    return case


@command
def support_case(
    number: str,
    *,
    key: str,
    person: Person | None = None,
    email: str = "",
    phone: str = "",
    channel: str,
    now: datetime,
) -> Support:
    """Add one more person with the same trouble; the same key counts once."""
    case = locked(number)
    known = case.joined.filter(key=key).first()
    if known is not None:
        return known
    if case.status not in rules.OPEN:
        raise rules.Refused(
            "closed", "Это обращение уже закрыто. Напишите новое", "It is closed. Write a new one"
        )
    support = Support.objects.create(
        region=case.region, case=case, key=key, person=person, email=email, phone=phone,
        token=secrets.token_urlsafe(16), channel=channel, at=now,
    )  # fmt: skip
    case.supports += 1
    case.updated_at = now
    case.save(update_fields=["supports", "updated_at"])
    tell(
        case, events.CaseSupported, person.ref if person else "anonymous", now,
        supports=case.supports,
    )  # fmt: skip
    return support


@command
def show_case(number: str, *, shown: bool, by: Official, now: datetime) -> Case:
    """Make a case visible to all, or hide it. A closed contour is never shown."""
    case = locked(number)
    if shown and (case.closed_contour or not case.report.wants_public):
        raise rules.Refused(
            "private", "Автор просил не показывать", "The author asked not to show it"
        )
    _move(case, "show", now, by.ref)
    case.public = shown
    clockwork.keep(case)
    tell(case, events.CaseShown, by.ref, now, shown=shown)
    return case


@command
def save_view(official: Official, *, title: str, query: str, now: datetime) -> SavedView:
    """Keep a set of filters under a name."""
    view, _ = SavedView.objects.update_or_create(
        official=official,
        title=title.strip()[:80] or "Без названия",
        defaults={"region": official.region, "query": query[:500], "at": now},
    )
    return view


@command
def drop_view(official: Official, *, view_id: int) -> None:
    """Forget a kept set of filters."""
    SavedView.objects.filter(official=official, pk=view_id).delete()


def _note(
    case: Case,
    kind: str,
    text: str,
    by: str,
    now: datetime,
    *,
    code: str = "",
    to_author: bool = False,
    until: datetime | None = None,
) -> None:
    Note.objects.create(
        region=case.region, case=case, kind=kind, code=code, text=text, to_author=to_author,
        by=by, until=until, at=now,
    )  # fmt: skip
