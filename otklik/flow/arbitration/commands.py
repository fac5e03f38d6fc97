"""The verbs of proposed rules: nothing changes without an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.arbitration import queries
from otklik.flow.arbitration.events import RoutingProposalSettled
from otklik.flow.arbitration.models import Verdict
from otklik.flow.cases.rules import Refused
from otklik.ground.topics.models import RoutingRule
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official


@command
def settle(key: str, *, accept: bool, reason: str = "", by: Official, now: datetime) -> Verdict:
    """Take a proposed rule into the rules, with its history, or decline it with a reason."""
    found = queries.proposal(key, now)
    if found is None:
        raise Refused("gone", "Этого предложения больше нет: обновите страницу", "It is gone")
    if not accept and not reason.strip():
        raise Refused("no_reason", "Напишите, почему правило не нужно", "Say why not")
    if accept:
        _take(found, by)
    made = Verdict.objects.create(
        region=by.region, topic=found.topic, territory=found.territory,
        organisation=found.organisation, accepted=accept, reason=reason.strip(),
        cases=found.cases, by=by, at=now,
    )  # fmt: skip
    record(
        RoutingProposalSettled(
            region=by.region_id,
            subject=f"routing:{made.pk}",
            actor=by.ref,
            at=now,
            verdict=made.pk,
            topic=found.topic.code,
            territory=found.territory.code,
            organisation=found.organisation.code,
            accepted=accept,
            cases=found.cases,
        )
    )
    return made


def _take(found: queries.Proposal, by: Official) -> None:
    same = {"region": by.region, "topic": found.topic, "territory": found.territory, "owner": ""}
    rule = RoutingRule.objects.filter(**same).first() or RoutingRule(**same)
    rule.organisation, rule.pattern, rule.active = found.organisation, "", True
    rule._history_user = by.person  # type: ignore[attr-defined]  # noqa: SLF001
    rule._change_reason = f"по передачам координаторов: {found.cases}"  # type: ignore[attr-defined]  # noqa: SLF001
    rule.save()
