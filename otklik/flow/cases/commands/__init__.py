"""The verbs of a case, by who says them: each locks, asks a rule, changes and records one fact."""

from __future__ import annotations

from otklik.flow.cases.commands.answering import approve_answer, send_back, submit_answer, wake_case
from otklik.flow.cases.commands.author import (
    clarify_case,
    confirm_case,
    dispute_case,
    support_case,
    withdraw_case,
)
from otklik.flow.cases.commands.judging import close_case, judge_dispute, refute_case, verify_case
from otklik.flow.cases.commands.passing import assign_case, redirect_case, return_case, start_case
from otklik.flow.cases.commands.showing import drop_view, save_view, show_case
from otklik.flow.cases.commands.steps import (
    SYSTEM,
    keep_note,
    locked,
    move,
    pass_on,
    policy_of,
    register,
    tell,
)
from otklik.flow.cases.commands.taking import (
    ask_author,
    merge_case,
    open_case,
    register_case,
    reject_case,
    retopic_case,
)
from otklik.flow.cases.commands.terms import extend_case, fall_back_case, mark_overdue

__all__ = [
    "SYSTEM",
    "approve_answer",
    "ask_author",
    "assign_case",
    "clarify_case",
    "close_case",
    "confirm_case",
    "dispute_case",
    "drop_view",
    "extend_case",
    "fall_back_case",
    "judge_dispute",
    "keep_note",
    "locked",
    "mark_overdue",
    "merge_case",
    "move",
    "open_case",
    "pass_on",
    "policy_of",
    "redirect_case",
    "refute_case",
    "register",
    "register_case",
    "reject_case",
    "retopic_case",
    "return_case",
    "save_view",
    "send_back",
    "show_case",
    "start_case",
    "submit_answer",
    "support_case",
    "tell",
    "verify_case",
    "wake_case",
    "withdraw_case",
]
