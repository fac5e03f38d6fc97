from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.flow.cases import rules
from otklik.flow.cases.rules import BY_VERB, FINAL, STATUSES, TRANSITIONS, Refused, step
from otklik.ground.accounts.rules import PERMISSIONS
from otklik.ground.kit.clock import ALWAYS, Roll, Unit

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_every_verb_is_one_row_and_knows_its_statuses() -> None:
    assert len(BY_VERB) == len(TRANSITIONS)
    for transition in TRANSITIONS:
        assert transition.sources <= set(STATUSES)
        assert transition.target in {"", *STATUSES}


def test_officials_need_a_permission_that_exists_and_others_need_none() -> None:
    for transition in TRANSITIONS:
        if transition.actor == "official":
            assert transition.permission in PERMISSIONS, transition.verb
        else:
            assert transition.permission == ""


def test_every_status_but_the_last_ones_leads_on_and_can_be_reached() -> None:
    leading = {source for t in TRANSITIONS if t.target for source in t.sources}
    reached = {t.target for t in TRANSITIONS} | {"submitted"}
    assert set(STATUSES) - FINAL <= leading
    assert set(STATUSES) <= reached


@given(st.lists(st.sampled_from(sorted(BY_VERB)), max_size=60))
def test_no_walk_leaves_a_final_status_but_by_the_authors_word(verbs: list[str]) -> None:
    status = "submitted"
    for verb in verbs:
        try:
            after = step(status, verb)
        except Refused:
            continue
        assert (
            status not in FINAL or after == status or verb in {"make_appeal", "contest", "reverse"}
        )
        status = after
    assert status in STATUSES


@pytest.mark.parametrize("status", STATUSES)
def test_a_refused_verb_says_so_in_both_languages(status: str) -> None:
    for verb, transition in BY_VERB.items():
        if status in transition.sources:
            continue
        with pytest.raises(Refused) as refusal:
            step(status, verb)
        assert refusal.value.ru
        assert refusal.value.en


def test_nobody_approves_their_own_answer() -> None:
    rules.may_approve(1, 2)
    with pytest.raises(Refused):
        rules.may_approve(1, 1)


def test_the_approver_does_not_judge_the_dispute() -> None:
    rules.may_judge(1, 2)
    with pytest.raises(Refused):
        rules.may_judge(2, 2)


POLICY = rules.Policy(
    code="FT-10d",
    total=rules.Term(10, Unit.CALENDAR_DAYS),
    stages={
        "moderation": rules.Term(1, Unit.CALENDAR_DAYS),
        "execution": rules.Term(None, Unit.CALENDAR_DAYS),
        "approval": rules.Term(1, Unit.CALENDAR_DAYS),
    },
    roll=Roll.NONE,
    reopened=rules.Term(3, Unit.CALENDAR_DAYS),
)


@given(st.integers(0, 20 * 24), st.sampled_from(["execution", "approval", "coordination"]))
def test_no_stage_outlives_the_whole_term(hours: int, stage: str) -> None:
    due = rules.due(POLICY, NOW, ALWAYS)
    end = rules.stage_due(POLICY, stage, NOW + timedelta(hours=hours), due, ALWAYS)
    assert end is not None
    assert end <= due


def test_execution_leaves_the_approver_their_time() -> None:
    due = rules.due(POLICY, NOW, ALWAYS)
    found = rules.stage_counted(POLICY, "execution", NOW, due, ALWAYS)
    assert found is not None
    assert found[0] == due - timedelta(days=1)
    late = rules.stage_counted(POLICY, "execution", due - timedelta(hours=1), due, ALWAYS)
    assert late is not None
    assert late[0] == due


def test_a_dispute_is_judged_outside_the_whole_term() -> None:
    stages = {**POLICY.stages, "verification": rules.Term(1, Unit.CALENDAR_DAYS)}
    policy = replace(POLICY, stages=stages)
    past = NOW - timedelta(days=3)
    end = rules.stage_due(policy, "verification", NOW, past, ALWAYS)
    assert end is not None
    assert end > NOW


def test_a_reopened_case_has_a_shorter_term() -> None:
    assert rules.reopened_due(POLICY, NOW, ALWAYS) < rules.due(POLICY, NOW, ALWAYS)


def test_an_answer_must_say_something_name_a_result_and_bring_its_proof() -> None:
    def check(text: str = "Яму заделали вчера силами подрядчика", **more: object) -> None:
        values: dict[str, object] = {
            "result": "solved", "interim": False, "control_at": None, "now": NOW,
            "proof_needed": False, "proofs": 0,
        }  # fmt: skip
        rules.check_answer(text, **(values | more))  # type: ignore[arg-type]

    check()
    check(proof_needed=True, result="explained")
    check(interim=True, control_at=NOW + timedelta(days=30))
    for code, more in {
        "empty_answer": {"text": "Сделано"},
        "no_result": {"result": "done"},
        "no_proof": {"proof_needed": True},
        "no_control_day": {"interim": True, "control_at": NOW - timedelta(days=1)},
    }.items():
        with pytest.raises(Refused) as refusal:
            check(**more)  # type: ignore[arg-type]
        assert refusal.value.code == code


def test_an_extension_needs_a_reason_time_and_room() -> None:
    def check(**more: object) -> None:
        values: dict[str, object] = {
            "until": NOW + timedelta(days=12), "due": NOW + timedelta(days=10), "now": NOW,
            "times": 1, "used": 0, "days": 5, "reason": "Ждём запчасть",
        }  # fmt: skip
        rules.check_extension(**(values | more))  # type: ignore[arg-type]

    check()
    cases: dict[str, dict[str, object]] = {
        "no_more_extensions": {"used": 1},
        "too_late": {"due": NOW - timedelta(hours=1)},
        "too_long": {"until": NOW + timedelta(days=40)},
        "no_reason": {"reason": " "},
    }
    for code, more in cases.items():
        with pytest.raises(Refused) as refusal:
            check(**more)
        assert refusal.value.code == code
