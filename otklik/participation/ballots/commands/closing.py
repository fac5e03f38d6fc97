"""A vote ends, is counted and published; then its keys are gone."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command
from otklik.participation.ballots import counting, events, package, queries, rules
from otklik.participation.ballots.commands.steps import key_of, locked, post, tell
from otklik.participation.ballots.models import Publication, Vote
from otklik.participation.projects import rules as phases

if TYPE_CHECKING:
    from datetime import datetime


@command
def close_vote(vote_id: int, *, now: datetime) -> Vote:
    """End a vote: the board becomes whole, ballots are counted, the key of tokens is destroyed."""
    vote = locked(vote_id)
    if vote.status != Vote.Status.OPEN or now < vote.phase.closes_at:
        return vote
    post(vote, now, last=True)
    last: dict[str, dict[str, Any]] = {}
    for each in queries.ballots(vote):
        if each["rev"] > last.get(each["token"], {"rev": 0})["rev"]:
            last[each["token"]] = each
    contest = queries.contest_of(vote)
    _, head = queries.last_head(vote)
    site = [each["choices"] for each in last.values()]
    papers = queries.papers(vote) if vote.paper else []
    paper = [each["choices"] for each in papers if each["state"] == rules.COUNTED]
    counted = counting.tally(contest, site + paper, rules.lot(head, contest.options))
    turnout = phases.merged(queries.turnout(vote))
    issued = sum(turnout.values())
    vote.result = {
        "kind": "result", "vote": vote.manifest_hash, "issued": issued, "turnout": turnout,
        **counted,
    }  # fmt: skip
    if vote.paper:
        vote.result["site"] = counting.part(contest, site)
        vote.result["paper"] = counting.part(contest, paper) | rules.left_out(papers)
    vote.status, vote.closed_at = Vote.Status.CLOSED, now
    vote.people = {name: phases.merged(groups) for name, groups in queries.people(vote).items()}
    vote.save(update_fields=["result", "people", "status", "closed_at"])
    keys = vote.keys
    keys.token_secret = ""
    keys.save(update_fields=["token_secret"])
    tell(vote, events.VoteClosed, "system", now, ballots=counted["ballots"], issued=issued,
         holds=counted["holds"])  # fmt: skip
    return vote


@command
def publish_vote(vote_id: int, *, now: datetime) -> Publication:
    """Publish the package of a finished vote, signed by the vote's key, which is then destroyed."""
    vote = locked(vote_id)
    known = queries.publication(vote)
    if known is not None:
        return known
    if vote.status != Vote.Status.CLOSED:
        raise Refused("not_closed", "Голосование не завершено", "The vote is not finished")
    body = package.pack(
        manifest=vote.manifest, board=queries.board(vote), checkpoints=queries.checkpoints(vote),
        ballots=queries.ballots(vote), register=queries.leaves(vote), result=vote.result,
        papers=queries.papers(vote) if vote.paper else None,
        published_at=f"{now:%Y-%m-%dT%H:%M}Z", key=key_of(vote),
    )  # fmt: skip
    digest = sha256(body).hexdigest()
    made = Publication.objects.create(
        region=vote.region, vote=vote, package=body, sha256=digest, published_at=now
    )
    keys = vote.keys
    keys.receipt_secret = ""
    keys.save(update_fields=["receipt_secret"])
    tell(vote, events.VotePublished, "system", now, package=digest)
    return made
