"""«Мои данные» holds what one did in participation; forgotten, nothing leads to the person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otklik.flow.privacy.commands import forget_person
from otklik.ground.organisations.queries import organisations
from otklik.journal.following import catch_up
from otklik.participation.ballots.models import RegisterEntry
from otklik.participation.ballots.tests.helpers import Voter, citizen, running
from otklik.participation.own import took_part
from otklik.participation.petitions import commands as petitions
from otklik.participation.projects.rules import Circle
from otklik.participation.proposals import commands as proposals
from otklik.participation.surveys import commands as surveys
from otklik.participation.surveys.rules import Asked
from tests.cast import bound, signed_in

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)


def test_a_person_takes_it_away_but_no_secret_choice_and_is_forgotten_in_it() -> None:
    person, now = citizen(), timezone.now()
    by = bound("vote_organiser", organisation="cur")
    named, secret = running("open", "approval"), running("detached", "approval")
    Voter(person).cast(named, ["v1", "v3"])
    Voter(person).cast(secret, ["v2"])
    survey = surveys.draft_survey(surveys.Draft("Каток", now - DAY, now + DAY), by=by, now=now)
    surveys.ask(survey.pk, Asked("", "short", 1, "Зачем?"), by=by, now=now - 2 * DAY)
    surveys.announce_survey(survey.pk, by=by, now=now - 2 * DAY)
    surveys.save_page(survey.pk, 1, {"q1": "Внукам"}, person=person, now=now)
    surveys.send(survey.pk, person=person, now=now)
    draft = petitions.Draft("Сквер", "Ему сорок лет", "Жители", 5, now - DAY, now + DAY, Circle())
    petition = petitions.draft_petition(draft, by=by, now=now - 2 * DAY)
    petitions.announce_petition(petition.pk, by=by, now=now - 2 * DAY)
    petitions.sign(petition.pk, person=person, now=now)
    said = proposals.Said(
        "project", "Освещение в парке", "Темно по вечерам", organisations()["cur"]
    )
    proposals.propose(said, person=person, now=now)
    told = signed_in(person).get("/cabinet/data/download/?format=json").json()["participation"]
    assert sorted(str(each["choice"]) for each in told["votes"]) == [
        "None", "['Парк Мира', 'Набережная']",
    ]  # fmt: skip
    assert told["surveys"][0]["answers"] == {"Зачем?": "Внукам"}
    assert told["signatures"] == ["Сквер"]
    assert told["proposals"][0]["about"] == "Темно по вечерам"
    assert told["resident"]["born_on"] == "1980-05-01"
    assert "подписи: 1" in signed_in(person).get("/cabinet/data/").content.decode()
    forget_person(person, by="test", now=now)
    catch_up(["surveys", "petitions", "proposals", "projects", "discussions", "statements"])
    left = took_part(person)
    kept = left.pop("votes")
    assert left == {
        "resident": None, "rights_set_aside": [], "surveys": [], "comments": [], "signatures": [],
        "proposals": [], "statements": {"added": [], "answers": []},
    }  # fmt: skip
    assert len(kept) == RegisterEntry.objects.filter(voter=person).count() == 2, "turnout stands"
    assert person.first_name == ""
