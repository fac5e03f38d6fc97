"""What another system's word of a case means here."""

from __future__ import annotations

STATUSES = frozenset(
    {"OPEN", "CLOSED", "FIXED", "IN_PROGRESS", "INVESTIGATING", "ACTION_SCHEDULED", "DUPLICATE",
     "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION", "INTERNAL_REFERRAL", "FOR_TRIAGE",
     "REOPEN"}
)  # fmt: skip
"""The statuses that FixMyStreet's servicerequestupdates knows."""
OWN = {
    "submitted": "FOR_TRIAGE", "clarification": "OPEN", "registered": "INVESTIGATING",
    "coordination": "INVESTIGATING", "assigned": "INVESTIGATING", "returned": "INVESTIGATING",
    "in_progress": "IN_PROGRESS", "approval": "IN_PROGRESS", "rework": "IN_PROGRESS",
    "extended": "IN_PROGRESS", "interim": "ACTION_SCHEDULED",
    "redirected": "NOT_COUNCILS_RESPONSIBILITY", "disputed": "INVESTIGATING",
    "contested": "FOR_TRIAGE",
    "reopened": "IN_PROGRESS", "resolved_confirmed": "FIXED", "merged": "DUPLICATE",
    "no_answer_legal": "NO_FURTHER_ACTION",
}  # fmt: skip
ANSWERED = {
    "solved": "FIXED", "planned": "ACTION_SCHEDULED", "explained": "NO_FURTHER_ACTION",
    "refused": "NO_FURTHER_ACTION", "not_confirmed": "NO_FURTHER_ACTION",
    "not_competent": "NOT_COUNCILS_RESPONSIBILITY",
}  # fmt: skip


def status_for_others(status: str, result: str) -> str:
    """Return the word by which other systems know a status of ours."""
    if status == "answered":
        return ANSWERED.get(result, "CLOSED")
    return OWN.get(status, "CLOSED")


def verb_of(said: str, status: str, *, words: bool) -> str:
    """Return what news do to a case: the author's own verbs, or nothing but a note."""
    if status == "answered" and said == "FIXED":
        return "confirm"
    if status == "answered" and said == "REOPEN" and words:
        return "dispute"
    return "clarify" if status == "clarification" and words else ""
