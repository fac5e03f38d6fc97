"""The verbs of a vote. UNIQUE and row locks decide who has voted, never a look before."""

from __future__ import annotations

from otklik.participation.ballots.commands.casting import (
    cast_blind,
    cast_detached,
    cast_open,
    issue_token,
)
from otklik.participation.ballots.commands.closing import close_vote, publish_vote
from otklik.participation.ballots.commands.making import (
    Draft,
    Option,
    announce_vote,
    draft_vote,
    drop_draft,
    open_vote,
)
from otklik.participation.ballots.commands.paper import enter_sheet, read_sheet, settle_sheet
from otklik.participation.ballots.commands.rights import hold_right, judge_rights
from otklik.participation.ballots.commands.steps import Receipt

__all__ = [
    "Draft",
    "Option",
    "Receipt",
    "announce_vote",
    "cast_blind",
    "cast_detached",
    "cast_open",
    "close_vote",
    "draft_vote",
    "drop_draft",
    "enter_sheet",
    "hold_right",
    "issue_token",
    "judge_rights",
    "open_vote",
    "publish_vote",
    "read_sheet",
    "settle_sheet",
]
