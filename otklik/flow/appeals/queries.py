"""Reading appeals: the journal of a body, questions that wait for it, papers of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from otklik.flow.appeals import paper, rules
from otklik.flow.appeals.models import Leaving, Notice, Paper, Question, Registration
from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.clockwork import policy_rules
from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import LIGHT, RELATED, cases_of, history
from otklik.flow.regimes.queries import applicant_of, branch_above, targets_of
from otklik.flow.regimes.rules import APPEAL
from otklik.ground.accounts.queries import powers_of
from otklik.ground.organisations.queries import working_time_of
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.regimes.models import Applicant
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation


@dataclass(frozen=True)
class JournalFilters:
    """How the journal is narrowed; empty fields narrow nothing."""

    text: str = ""
    state: str = ""
    organisation: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Dossier:
    """All that 59-ФЗ adds to a case."""

    registration: Registration | None
    applicant: Applicant | None
    targets: list[Organisation]
    questions: list[Question]
    notices: list[Notice]
    papers: list[Paper]
    leaving: Leaving | None
    redirect_until: datetime | None

    @property
    def questions_left(self) -> int:
        """How many questions have no outcome yet."""
        return sum(1 for each in self.questions if not each.outcome)


def appeals_of(official: Official) -> QuerySet[Case]:
    """Return the appeals that an official may see, the newest first."""
    found = cases_of(official).filter(regime=APPEAL).select_related("registration__organisation")
    return found.order_by("-received_at", "-pk")


STATES: dict[str, Q] = {
    "new": Q(status="submitted"),
    "open": Q(status__in=case_rules.UNANSWERED - {"submitted"}),
    "answered": Q(status__in={"answered", "closed", "resolved_confirmed", "disputed"}),
    "redirected": Q(status="redirected"),
    "left": Q(status="no_answer_legal"),
}


def journal_for(official: Official, filters: JournalFilters, now: datetime) -> QuerySet[Case]:
    """Return the journal of registration as an official may see it."""
    found = appeals_of(official)
    if filters.state == "overdue":
        found = found.filter(status__in=case_rules.UNANSWERED, due__lt=now, paused_at=None)
    else:
        found = found.filter(STATES.get(filters.state, Q()))
    if filters.text:
        digits = "".join(filter(str.isdigit, filters.text))
        found = found.filter(
            Q(registration__number__icontains=filters.text)
            | Q(registration__external_number__icontains=filters.text)
            | Q(number=digits)
        )
    if filters.organisation:
        found = found.filter(organisation__code=filters.organisation)
    if filters.since:
        found = found.filter(received_at__gte=filters.since)
    if filters.until:
        found = found.filter(received_at__lt=filters.until)
    return found


def dossier(case: Case) -> Dossier:
    """Return all that 59-ФЗ adds to a case."""
    related = ("topic", "organisation", "answered_by__person")
    return Dossier(
        registration=registration_of(case),
        applicant=applicant_of(case.report_id),
        targets=targets_of(case.report_id),
        questions=list(case.questions.select_related(*related).defer("topic__phrases")),
        notices=list(case.notices.all()),
        papers=list(case.papers.prefetch_related("signatures__signer__person")),
        leaving=Leaving.objects.select_related("earlier").filter(case=case).first(),
        redirect_until=redirect_until(case),
    )


def registration_of(case: Case) -> Registration | None:
    """Return the line of the journal, or None before registration."""
    found = Registration.objects.select_related("organisation", "registrar__person")
    return found.filter(case=case).first()


def redirect_days(case: Case) -> int:
    """Return within how many days an appeal may be redirected: seven, five about migration."""
    told = case.policy.stages.get("coordination") if case.policy else None
    return int(told["amount"]) if isinstance(told, dict) else 0


def redirect_until(case: Case) -> datetime | None:
    """Return until when an appeal may be redirected, by its policy, from registration."""
    if case.policy is None or case.registered_at is None:
        return None
    return case_rules.stage_due(
        policy_rules(case.policy), "coordination", case.registered_at, None,
        working_time_of(case.organisation),
    )  # fmt: skip


def questions_left(case: Case) -> int:
    """Return how many questions of a case have no outcome yet."""
    return case.questions.filter(outcome="").count()


def questions_for(official: Official) -> QuerySet[Question]:
    """Return the questions that wait for the bodies an official answers for.

    Of the appeal itself they see nothing else; a complaint's question never meets its target.
    """
    bounds = Q(pk=None)
    for grant in powers_of(official).granting("draft_answer"):
        if grant.organisations is None:
            bounds |= Q(region=region())
        else:
            bounds |= Q(organisation__in=grant.organisations)
    found = Question.objects.filter(bounds, region=region(), outcome="")
    found = found.filter(case__status__in=case_rules.UNANSWERED, case__closed_contour=False)
    related = ("organisation", "topic", "case__report", "case__registration")
    hidden = Q(case__report__bars__organisation__in=branch_above(official.organisation_id))
    light = found.exclude(hidden).select_related(*related).defer("topic__phrases")
    return light.order_by("case__due", "case", "position")


def paper_of(case: Case, paper_id: int) -> Paper:
    """Return a paper of a case; Paper.DoesNotExist for another's."""
    return Paper.objects.select_related("answer").get(case=case, pk=paper_id)


def notice_of(case: Case, notice_id: int) -> Notice:
    """Return a notice of a case; Notice.DoesNotExist for another's."""
    return Notice.objects.select_related("by__person", "by__organisation").get(
        case=case, pk=notice_id
    )


def earlier_of(case: Case) -> list[Case]:
    """Return the author's other appeals and messages that were answered: for article 11 part 5."""
    report = case.report
    same = Q(pk=None)
    if report.author_id:
        same |= Q(report__author_id=report.author_id)
    if report.email_print:
        same |= Q(report__email_print=report.email_print)
    found = Case.objects.filter(same, region=region()).exclude(pk=case.pk)
    found = found.filter(answered_at__isnull=False).select_related(*RELATED).defer(*LIGHT)
    return list(found.order_by("-answered_at")[:20])


def inventory(case: Case, found: Dossier) -> list[tuple[str, datetime]]:
    """Return the list of what the case file holds, oldest first."""
    files = case.report.attachments.all()
    lines = [
        ("Обращение", case.received_at),
        *((f"Приложение: {each.name}", each.added_at) for each in files),
        *((f"Уведомление {each.get_kind_display()}", each.at) for each in found.notices),
        *(
            (f"Ответ на вопрос {each.position}", each.answered_at)
            for each in found.questions
            if each.answered_at
        ),
        *((f"Документ: {each.name}", each.at) for each in found.papers),
    ]
    if found.registration:
        lines.append(("Регистрационная карточка", found.registration.registered_at))
    return sorted(lines, key=lambda line: line[1])


def file_of(case: Case) -> dict[str, Any]:
    """Return all that the printed case file says."""
    found = dossier(case)
    ground = found.leaving.ground if found.leaving else ""
    return {
        "case": case,
        "region": case.region,
        "dossier": found,
        "channel": label("channels", case.report.channel),
        "status_label": label("statuses", case.status),
        "ground_label": label("legal_no_answer_grounds", ground) if ground else "",
        "inventory": inventory(case, found),
        "history": history(case),
        "answers": case.answers.filter(state="approved").select_related(
            "author__person", "decided_by__person"
        ),
        "signatures": [each for kept in found.papers for each in kept.signatures.all()],
    }


def composed(case: Case) -> str:
    """Return the answers to all questions as one text; empty while one waits."""
    found = list(case.questions.all())
    if not all(each.outcome for each in found):
        return ""
    return rules.composed([(each.position, each.answer, each.outcome_label) for each in found])


def contents_of(hashes: Sequence[str]) -> dict[str, bytes]:
    """Return kept papers' bytes by their hashes."""
    found = Paper.objects.filter(region=region(), sha256__in=hashes)
    return {each.sha256: paper.content_of(each.path) for each in found}
