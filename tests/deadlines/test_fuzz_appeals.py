"""No order of actions loses a question of an appeal, answers before all have their outcome, passes
the law's terms or shows a complaint to whom it is about.

The same machine as for messages, with the verbs of 59-ФЗ beside all others, which must be refused.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from otklik.flow.appeals import commands as appeals
from otklik.flow.appeals import paper
from otklik.flow.appeals.models import Notice, Question
from otklik.flow.appeals.queries import redirect_until
from otklik.flow.cases import rules
from otklik.flow.cases.models import Case
from otklik.flow.regimes.queries import barred_for
from otklik.ground.organisations.queries import organisations
from otklik.journal.reading import about
from tests.cast import boris, bound, clara, olga, opened_case
from tests.deadlines.test_fuzz import BODIES, ROLES, Life

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = "Асфальт вернут до десятого декабря"
ANSWERED = {"answered", "disputed", "resolved_confirmed", "closed"}
DAY = timedelta(days=1)


class Appeal(Life):
    """One appeal, several people, any order."""

    @initialize()
    def opens(self) -> None:
        self.case = opened_case(extra={"regime": "appeal_59fz"})
        self.number = self.case.number
        self.trail = [self.case.status]
        self.asked: list[str] = []
        self.outcomes: dict[int, str] = {}
        self.sent_on: Any = None

    def _picture(self) -> dict[str, Any]:
        questions = Question.objects.filter(case__number=self.number).order_by("position")
        told = list(questions.values_list("text", "outcome", "answer"))
        notices = Notice.objects.filter(case__number=self.number).count()
        return super()._picture() | {"questions": told, "notices": notices}

    def attempt(self, do: Callable[[], Any]) -> bool:
        """Do what has no row in the table of verbs; refused, it must leave no trace."""
        before = self._picture()
        try:
            do()
        except rules.Refused:
            assert self._picture() == before
            return False
        self.case.refresh_from_db()
        return True

    @rule(body=st.sampled_from(BODIES))
    def register_appeal(self, body: str) -> None:
        self.press("register_appeal", lambda: appeals.register_appeal(
            self.number, organisation=organisations()[body], by=olga(), now=self.now))  # fmt: skip

    @rule(count=st.sampled_from([1, 2, 3]), body=st.sampled_from(BODIES))
    def split(self, count: int, body: str) -> None:
        texts = [f"Вопрос {len(self.trail)}.{n}" for n in range(count)]
        drafts = [appeals.NewQuestion(text, organisations()[body]) for text in texts]
        if self.press("split", lambda: appeals.split_questions(
                self.number, drafts, by=olga(), now=self.now)):  # fmt: skip
            assert not self.outcomes, "what has its answer was split anew"
            self.asked = texts

    @rule(place=st.sampled_from([1, 2, 3]), text=st.sampled_from(["", WORDS]),
          outcome=st.sampled_from(["", "supported", "explained", "left"]))  # fmt: skip
    def answer_question(self, place: int, text: str, outcome: str) -> None:
        question = Question.objects.filter(case__number=self.number, position=place).first()
        if question is not None and self.attempt(lambda: appeals.answer_question(
                question.pk, text=text, outcome=outcome, by=boris(), now=self.now)):  # fmt: skip
            assert place not in self.outcomes, "one question had two answers"
            self.outcomes[place] = outcome

    @rule()
    def redirect_appeal(self) -> None:
        until = redirect_until(Case.objects.select_related("policy").get(number=self.number))
        if self.press("redirect_appeal", lambda: appeals.redirect_appeal(
                self.number, organisation=organisations()["fed-road-agency"], note="Трасса",
                by=olga(), now=self.now)):  # fmt: skip
            assert until is not None
            assert self.now <= until

    @rule(days=st.sampled_from([-2, 10, 30, 31]), reason=st.sampled_from(["", "Ждём документы"]))
    def extend_appeal(self, days: int, reason: str) -> None:
        until = (self.case.due or self.now) + timedelta(days=days)
        self.press("extend_appeal", lambda: appeals.extend_appeal(
            self.number, until=until, reason=reason, by=clara(), now=self.now))  # fmt: skip

    @rule(ground=st.sampled_from(["obscene", "unreadable", "nothing"]))
    def leave(self, ground: str) -> None:
        self.press("leave", lambda: appeals.leave_without_answer(
            self.number, ground=ground, note="Прочесть нельзя", by=olga(), now=self.now,
        ))  # fmt: skip

    @rule(who=st.sampled_from("bc"))
    def sign(self, who: str) -> None:
        signer = boris() if who == "b" else clara()
        self.press("sign_answer", lambda: appeals.sign_answer(
            self.number, confirmed=True, reason="Проверено", by=signer, now=self.now,
        ))  # fmt: skip

    @rule(body=st.sampled_from(BODIES))
    def complain(self, body: str) -> None:
        self.press("complain", lambda: appeals.complain_about(
            self.number, target=organisations()[body], by=olga(), now=self.now))  # fmt: skip

    # ------------------------------------------------------------ what must hold

    @invariant()
    def no_question_is_lost(self) -> None:
        found = Question.objects.filter(case__number=self.number).order_by("position")
        assert [each.text for each in found] == self.asked
        assert {each.position: each.outcome for each in found if each.outcome} == self.outcomes
        case = Case.objects.get(number=self.number)
        if case.answered_at and case.status in ANSWERED:
            assert len(self.outcomes) == len(self.asked), "answered before every question was"

    @invariant()
    def it_is_never_held_by_whom_it_is_about(self) -> None:
        case = Case.objects.get(number=self.number)
        if case.status in rules.UNANSWERED:
            assert case.organisation_id not in barred_for(case.report_id)

    @invariant()
    def the_laws_terms_hold(self) -> None:
        case = Case.objects.get(number=self.number)
        assert case.extensions <= 1
        assert case.paused_at is None
        if case.registered_at and case.due and not case.reopenings:
            most = 61 if case.extensions else 31  # the last day runs to its end
            assert case.due <= case.registered_at + most * DAY

    @invariant()
    def what_the_law_owes_was_written(self) -> None:
        case = Case.objects.get(number=self.number)
        kinds = list(Notice.objects.filter(case=case).values_list("kind", flat=True))
        assert kinds.count("registered") == bool(case.registered_at)
        assert kinds.count("extended") == case.extensions
        assert kinds.count("redirected") == (case.status == "redirected")
        facts = [entry.kind for entry in about(case.ref)]
        assert facts.count("appeal.noticed") == len(kinds)


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_no_order_of_actions_breaks_an_appeal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "available", lambda: False)  # the same paper, drawn in no time
    Life.people = {role: bound(role) for role in ROLES} | {
        "executor": bound("executor", organisation=BODIES[0], home=BODIES[0]),
        "judge": bound("curator"), "moderator": bound("moderator"),
        "controller": bound("controller"),
    }  # fmt: skip
    run_state_machine_as_test(
        Appeal,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck), derandomize=True,
        ),
    )  # fmt: skip
