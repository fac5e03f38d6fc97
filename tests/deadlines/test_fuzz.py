"""No order of actions by any roles reaches a forbidden state, loses a question or moves a clock
without a line that says why.

The machine presses the real commands on a real database, in any state, rightly and wrongly; time
passes between them and the timers run. After each step the rows are played against their logs.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import pytest
import yaml
from django.conf import settings as project
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from otklik.faces.desk.verbs import VERBS
from otklik.flow.cases import clockwork, commands, rules, timers
from otklik.flow.cases.models import Answer, Assignment, Case, ClockEvent, Dispute, Note
from otklik.flow.cases.queries import permissions_on
from otklik.flow.control import timers as control_timers
from otklik.flow.control.commands import watch
from otklik.flow.control.models import Alarm
from otklik.flow.correspondence import commands as correspondence
from otklik.flow.division import commands as division
from otklik.flow.division.models import Part
from otklik.flow.refusals import commands as refusals
from otklik.flow.refusals import timers as refusal_timers
from otklik.flow.refusals.models import Check, Contest
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.queries import fact
from otklik.journal.reading import about
from tests.cast import NOW, boris, bound, clara, denis, elena, opened_case, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from otklik.ground.accounts.models import Official

ANSWER = "Яму заделали 25 ноября силами подрядчика, стояла три дня"
BODIES = ("adm-vologda-city", "adm-cherepovets-city")
ROLES = tuple(
    each["code"]
    for each in yaml.safe_load((project.REGION_DATA / "roles.yaml").read_text())["roles"]
    if each["scope"] in {"organisation", "region"}
)
PRESSED = sorted(set(VERBS) - rules.APPEALS_ONLY)
TOPICS = ("roads-pothole", "water-none", "snow-road")


def clocks(number: str) -> Any:
    return Case.objects.values_list("due", "stage_due", "paused_at", "status").get(number=number)


class Life(RuleBasedStateMachine):
    """One case, several people, any order."""

    people: ClassVar[dict[str, Official]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.mark = transaction.savepoint()
        self.now: datetime = NOW
        self.said: list[str] = []
        self.taken_out: list[str] = []

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.mark)

    @initialize(certain=st.booleans(), topic=st.sampled_from(TOPICS))
    def opens(self, certain: bool, topic: str) -> None:
        unsure = {"topic": "", "text": "ну и что это такое вообще, сколько можно"}
        self.case = opened_case(**({"topic": topic} if certain and fact(topic) else unsure))
        self.number = self.case.number
        self.trail = [self.case.status]

    def press(self, verb: str, do: Callable[[], Any]) -> bool:
        """Press a button; what the table forbids must be refused and leave no trace."""
        before = self._picture()
        try:
            do()
        except rules.Refused:
            assert self._picture() == before, f"{verb} was refused and yet changed something"
            return False
        status = before["status"]
        assert status in rules.BY_VERB[verb].sources, f"{verb} went through in {status}"
        self.case.refresh_from_db()
        if self.case.status != status:
            self.trail.append(self.case.status)
        return True

    def _picture(self) -> dict[str, Any]:
        row: dict[str, Any] = dict(Case.objects.filter(number=self.number).values().get())
        case = row["id"]
        counted = {
            model.__name__: model._default_manager.filter(case=case).count()
            for model in (Answer, Assignment, ClockEvent, Contest, Dispute, Note)
        } | {"parts": Part.objects.filter(source=case).count()}
        told = [entry for entry in about(self.case.ref) if "status" in entry.data]  # looks are not
        return row | counted | {"facts": len(told)}

    # ------------------------------------------------------------ time and people

    @rule(hours=st.sampled_from([1, 5, 20, 24 * 3, 24 * 12, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_timers_run(self) -> None:
        watch([self.number])
        for _ in range(2):
            timers.run(self.now)
            control_timers.run(self.now)
        self.case.refresh_from_db()

    @rule(body=st.sampled_from(["", *BODIES]))
    def register(self, body: str) -> None:
        self.press("register", lambda: commands.register_case(
            self.number, organisation=organisations().get(body), by=elena(), now=self.now,
        ))  # fmt: skip

    @rule()
    def reject(self) -> None:
        self.press("reject", lambda: commands.reject_case(
            self.number, reason="obscene", note="Перепишите", by=elena(), now=self.now,
        ))  # fmt: skip

    @rule(text=st.sampled_from(["", "Тут нет брани"]))
    def contest(self, text: str) -> None:
        self.press("contest", lambda: refusals.contest_refusal(
            self.number, text=text, by="anonymous", now=self.now))  # fmt: skip

    @rule(who=st.sampled_from("ed"), right=st.booleans(), reason=st.sampled_from(["", "Смотрел"]))
    def judge_refusal(self, who: str, right: bool, reason: str) -> None:
        judge = elena() if who == "e" else self.people["moderator"]
        verb = refusals.take_back_refusal if right else refusals.uphold_refusal
        self.press("take_back" if right else "uphold_refusal", lambda: verb(
            self.number, reason=reason, by=judge, now=self.now))  # fmt: skip

    @rule(right=st.booleans(), reason=st.sampled_from(["", "Брани нет"]))
    def the_sample_is_looked_at(self, right: bool, reason: str) -> None:
        refusal_timers.run(self.now)
        drawn = Check.objects.filter(case__number=self.number, checked_at=None).first()
        if drawn is None:
            return
        status = Case.objects.get(number=self.number).status
        verb = "reverse" if status == "rejected" and not right else ""
        check = partial(refusals.check_refusal, drawn.pk, right=right, reason=reason,
                        by=self.people["controller"], now=self.now)  # fmt: skip
        if verb:
            self.press(verb, check)
        elif right or reason:
            check()

    @rule(text=st.sampled_from(["", "Какая это улица?"]))
    def ask(self, text: str) -> None:
        if self.press("ask", lambda: commands.ask_author(
            self.number, text=text, by=elena(), now=self.now)):  # fmt: skip
            self.said.append(text)

    @rule()
    def clarify(self) -> None:
        self.press("clarify", lambda: commands.clarify_case(
            self.number, text="Улица Мира", by="anonymous", now=self.now))  # fmt: skip

    @rule(topic=st.sampled_from(TOPICS), body=st.sampled_from(BODIES))
    def retopic(self, topic: str, body: str) -> None:
        chosen = fact(topic)
        if chosen is not None:
            self.press("retopic", lambda: commands.retopic_case(
                self.number, topic=chosen, territory=self.case.territory,
                organisation=organisations()[body], by=elena(), now=self.now))  # fmt: skip

    @rule(kept=st.sampled_from(["", "Яма"]), text=st.sampled_from(["", "Вода", "Свет"]))
    def divide(self, kept: str, text: str) -> None:
        before, chosen = clocks(self.number), fact(TOPICS[1])
        assert chosen is not None
        parts = [division.NewPart(text, chosen)]
        if self.press("divide", lambda: division.divide_message(
            self.number, kept=kept, parts=parts, by=elena(), now=self.now)):  # fmt: skip
            self.taken_out.append(text)
        assert clocks(self.number) == before, "dividing moves no clock of the whole"

    @rule(body=st.sampled_from(BODIES))
    def assign(self, body: str) -> None:
        self.press("assign", lambda: commands.assign_case(
            self.number, organisation=organisations()[body], by=elena(), now=self.now))  # fmt: skip

    @rule(note=st.sampled_from(["", "Дорога областная"]))
    def give_back(self, note: str) -> None:
        self.press("return", lambda: commands.return_case(
            self.number, reason="other", note=note, by=boris(), now=self.now))  # fmt: skip

    @rule()
    def redirect(self) -> None:
        self.press("redirect", lambda: commands.redirect_case(
            self.number, organisation=organisations()[BODIES[1]], by=elena(), now=self.now,
        ))  # fmt: skip

    @rule()
    def start(self) -> None:
        self.press("start", lambda: commands.start_case(self.number, by=boris(), now=self.now))

    @rule(interim=st.booleans(), days=st.sampled_from([-1, 3, 60]), who=st.sampled_from("be"))
    def submit(self, interim: bool, days: int, who: str) -> None:
        author = boris() if who == "b" else self.people["executor"]
        self.press("submit", lambda: commands.submit_answer(
            self.number, text=ANSWER, result="explained", interim=interim,
            control_at=self.now + timedelta(days=days), by=author, now=self.now))  # fmt: skip

    @rule(comment=st.sampled_from(["", "Назовите дату"]))
    def send_back(self, comment: str) -> None:
        self.press("send_back", lambda: commands.send_back(
            self.number, comment=comment, by=clara(), now=self.now))  # fmt: skip

    @rule(who=st.sampled_from("bcd"))
    def approve(self, who: str) -> None:
        approver = {"b": boris, "c": clara, "d": denis}[who]()
        last = self.case.answers.order_by("version").last()
        verb = "approve_interim" if last is not None and last.interim else "approve"
        self.press(verb, lambda: commands.approve_answer(self.number, by=approver, now=self.now))

    @rule(days=st.sampled_from([-2, 1, 9, 90]), reason=st.sampled_from(["", "Ждём асфальт"]))
    def extend(self, days: int, reason: str) -> None:
        until = (self.case.due or self.now) + timedelta(days=days)
        self.press("extend", lambda: commands.extend_case(
            self.number, until=until, reason=reason, by=clara(), now=self.now))  # fmt: skip

    @rule()
    def dispute(self) -> None:
        self.press("dispute", lambda: commands.dispute_case(
            self.number, text="Яма на месте", by="anonymous", now=self.now))  # fmt: skip

    @rule(who=st.sampled_from("bcdj"), upheld=st.booleans(), reason=st.sampled_from(["", "Снимок"]))
    def judge(self, who: str, upheld: bool, reason: str) -> None:
        judges: dict[str, Callable[[], Official]] = {
            "b": boris,
            "c": clara,
            "d": denis,
            "j": lambda: self.people["judge"],
        }
        self.press("reopen" if upheld else "uphold", lambda: commands.judge_dispute(
            self.number, upheld=upheld, reason=reason, by=judges[who](), now=self.now))  # fmt: skip

    @rule(mine=st.booleans(), text=st.sampled_from(["", "Когда придёте?"]))
    def write(self, mine: bool, text: str) -> None:
        before = clocks(self.number)
        if mine:
            self.press("write_back", lambda: correspondence.write_back(
                self.number, text=text, by="anonymous", now=self.now))  # fmt: skip
        else:
            self.press("write", lambda: correspondence.write_to_author(
                self.number, text=text, by=boris(), now=self.now))  # fmt: skip
        assert clocks(self.number) == before, "correspondence stops no clock"

    @rule()
    def confirm(self) -> None:
        self.press("confirm", lambda: commands.confirm_case(
            self.number, by="anonymous", now=self.now))  # fmt: skip

    @rule(who=st.sampled_from("bg"))
    def verify(self, who: str) -> None:
        verifier = boris() if who == "b" else self.people["controller"]
        self.press("verify", lambda: commands.verify_case(
            self.number, by=verifier, now=self.now))  # fmt: skip

    @rule(role=st.sampled_from(ROLES), verb=st.sampled_from(PRESSED))
    def anybody_presses_anything(self, role: str, verb: str) -> None:
        """Any role's empty form, at the desk's door: only what its powers and the state allow."""
        official, before = self.people[role], self._picture()
        case = Case.objects.get(number=self.number)
        held = permissions_on(official, case)
        with patch("django.utils.timezone.now", lambda: self.now):
            answer = signed_in(official).post(f"/desk/c/{case.spoken}/{verb}/")
        if answer.status_code != 302:
            assert answer.status_code in {403, 404, 409, 422}
            assert self._picture() == before, f"{role} was refused {verb} and yet changed something"
            return
        assert rules.BY_VERB[verb].permission in held, f"{role} pressed {verb}"
        assert case.status in rules.BY_VERB[verb].sources
        self.case.refresh_from_db()

    @rule()
    def withdraw(self) -> None:
        self.press("withdraw", lambda: commands.withdraw_case(
            self.number, by="anonymous", now=self.now))  # fmt: skip

    # ------------------------------------------------------------ what must hold

    @invariant()
    def the_clocks_are_their_logs_played_back(self) -> None:
        self._played_back(Case.objects.get(number=self.number))
        for part in Part.objects.filter(source__number=self.number).select_related("case"):
            self._played_back(part.case)

    def _played_back(self, case: Case) -> None:
        whole = stage = None
        for line in ClockEvent.objects.filter(case=case).order_by("id"):
            assert line.reason, line.kind
            if line.kind in clockwork.STAGE_LINES:
                assert line.due_before == stage
                stage = line.due_after
            else:
                assert line.due_before == whole, (line.kind, line.due_before, whole)
                whole = line.due_after
        assert (case.due, case.stage_due) == (whole, stage)
        running = case.policy and case.status in (case.policy.paused_in or [])
        assert (case.paused_at is not None) == bool(running)

    @invariant()
    def duties_are_apart(self) -> None:
        for answer in Answer.objects.filter(case__number=self.number):
            if answer.state == "approved":
                assert answer.decided_by_id not in {None, answer.author_id}
        for dispute in Dispute.objects.filter(case__number=self.number).exclude(judge=None):
            answer = dispute.answer
            assert dispute.judge_id not in {answer.author_id, answer.decided_by_id}
            assert dispute.reason
        for contest in Contest.objects.filter(case__number=self.number).exclude(judge=None):
            assert contest.judge == self.people["moderator"]
            assert contest.reason

    @invariant()
    def the_row_is_what_its_facts_say(self) -> None:
        case = Case.objects.get(number=self.number)
        assert case.status in rules.STATUSES
        facts = [entry for entry in about(case.ref) if "status" in entry.data]
        assert facts[-1].data["status"] == case.status
        assert (case.closed_at is not None) == (case.status in rules.FINAL)
        answered = case.status in {"answered", "disputed", "resolved_confirmed"}
        assert not answered or (case.answered_at is not None and case.result)
        kinds = [entry.kind for entry in facts]
        assert kinds.count("case.extended") == case.extensions
        assert kinds.count("case.reopened") == case.reopenings
        assert kinds.count("case.assigned") == case.hops
        assert kinds.count("case.disputed") == Dispute.objects.filter(case=case).count()
        assert kinds.count("case.contested") == Contest.objects.filter(case=case).count() <= 1
        assert case.hops == Assignment.objects.filter(case=case).count()

    @invariant()
    def nothing_that_was_said_is_lost(self) -> None:
        kept = Note.objects.filter(case__number=self.number, kind="question", to_author=True)
        assert list(kept.values_list("text", flat=True)) == self.said
        parts = Part.objects.filter(source__number=self.number).select_related("case__report")
        assert [each.case.report.text for each in parts] == self.taken_out
        assert all(each.case.status in rules.UNANSWERED for each in parts), "each has its work"

    @invariant()
    def each_alarm_is_raised_once(self) -> None:
        found = list(Alarm.objects.filter(case__number=self.number).values_list("due", "step"))
        assert len(found) == len(set(found))


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_no_order_of_actions_breaks_a_case() -> None:
    Life.people = {role: bound(role) for role in ROLES} | {
        "executor": bound("executor", organisation=BODIES[0], home=BODIES[0]),
        "judge": bound("curator"), "moderator": bound("moderator"),
        "controller": bound("controller"),
    }  # fmt: skip
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck), derandomize=True,
        ),
    )  # fmt: skip
