"""What an official sees and may do: organisation, territory and topic bound together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otklik.flow.cases import commands, queries
from otklik.flow.cases.models import Case
from otklik.flow.cases.queue import QueueFilters, counts_for, queue_for
from otklik.flow.cases.rules import Refused
from otklik.ground.accounts.models import Role
from otklik.ground.accounts.rules import CONTOUR, PERMISSIONS, Power, Powers, permissions_for
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.readers.live.queries import listener, token
from tests.cast import NOW, boris, bound, clara, denis, opened_case, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HOUR = timedelta(hours=1)
ANSWER = "Яму заделали 25 ноября, работал подрядчик города, летом обновим всю улицу"


def test_all_three_bounds_of_a_grant_must_hold() -> None:
    grant = Power(frozenset({"see_case"}), frozenset({1}), frozenset({2}), frozenset({3}))
    assert grant.covers(1, 2, 3)
    assert not any(grant.covers(*each) for each in ((9, 2, 3), (1, 9, 3), (1, 2, 9), (None, 2, 3)))


def test_bounds_of_two_grants_are_not_mixed() -> None:
    powers = Powers(
        (
            Power(frozenset({"see_case", "assign"}), organisations=frozenset({1})),
            Power(frozenset({"see_case", "approve_answer"}), territories=frozenset({2})),
        )
    )
    assert permissions_for(powers, 1, 9, 9) == {"see_case", "assign"}
    assert permissions_for(powers, 9, 2, 9) == {"see_case", "approve_answer"}


def test_in_the_closed_contour_only_its_own_grants_count() -> None:
    powers = Powers((Power(frozenset(PERMISSIONS) - {CONTOUR}),))
    assert permissions_for(powers, 1, 1, 1, closed=True) == frozenset()


def test_every_role_of_the_file_is_loaded_with_scope_and_apart() -> None:
    roles = {role.code: role for role in Role.objects.all()}
    assert len(roles) >= 20
    assert roles["analyst"].scope == "region"
    assert "executor" in roles["controller"].apart
    assert all(set(role.permissions) <= set(PERMISSIONS) for role in roles.values())
    assert all(set(role.apart) <= set(roles) for role in roles.values())


def test_the_queue_holds_exactly_what_lies_within_the_bounds() -> None:
    case = opened_case()
    assert case.organisation is not None
    assert case.topic is not None
    inside = {"organisation": "adm-vologda-city", "territory": "vologda-city", "topic": "roads"}
    outside = {"organisation": "adm-cherepovets-city", "territory": "cherepovets-city",
               "topic": "waste"}  # fmt: skip
    for name, value in outside.items():
        stranger = bound("coordinator", **(inside | {name: value}))
        assert not queries.cases_of(stranger).filter(pk=case.pk).exists(), name
        assert signed_in(stranger).get(f"/desk/c/{case.spoken}/").status_code == 404
        assert not counts_for(stranger, NOW)["open"]
    colleague = bound("coordinator", **inside)
    found = queue_for(colleague, QueueFilters(), NOW)
    assert [each.number for each in found] == [case.number]
    assert signed_in(colleague).get(f"/desk/c/{case.spoken}/").status_code == 200


def test_a_coordinator_passes_cases_on_only_within_their_own_bodies() -> None:
    case = opened_case()
    colleague = bound("coordinator", organisation="adm-vologda-city")
    client = signed_in(colleague)
    refused = client.post(
        f"/desk/c/{case.spoken}/assign/", {"organisation": "adm-cherepovets-city"}
    )
    assert refused.status_code == 422
    assert "в своей организации" in refused.content.decode()
    done = client.post(f"/desk/c/{case.spoken}/assign/", {"organisation": "vologda-light"})
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.organisation == organisations()["vologda-light"]


def test_a_message_cannot_be_joined_to_one_that_the_official_does_not_see() -> None:
    mine, theirs = opened_case(), opened_case()
    Case.objects.filter(pk=theirs.pk).update(territory=territories()["cherepovets-city"])
    local = bound("moderator", territory="vologda-city")
    said = signed_in(local).post(f"/desk/c/{mine.spoken}/merge/", {"into": theirs.spoken})
    assert said.status_code == 422
    mine.refresh_from_db()
    assert mine.merged_into is None


def answered() -> Case:
    case = opened_case()
    commands.start_case(case.number, by=boris(), now=NOW + HOUR)
    commands.submit_answer(
        case.number, text=ANSWER, result="explained", by=boris(), now=NOW + 2 * HOUR
    )
    commands.approve_answer(case.number, by=clara(), now=NOW + 3 * HOUR)
    case.refresh_from_db()
    return case


def test_the_author_of_an_answer_is_offered_no_approval_and_refused_it() -> None:
    case = opened_case()
    both = bound("closed_contour_head")  # any role: the rule asks who wrote it
    commands.start_case(case.number, by=both, now=NOW + HOUR)
    commands.submit_answer(case.number, text=ANSWER, result="explained", by=both, now=NOW + HOUR)
    with pytest.raises(Refused, match="own_answer"):
        commands.approve_answer(case.number, by=both, now=NOW + 2 * HOUR)


def test_neither_author_nor_approver_judges_the_dispute() -> None:
    case = answered()
    commands.dispute_case(case.number, text="Яма на месте", by="anonymous", now=NOW + 4 * HOUR)
    for one in (boris(), clara()):
        with pytest.raises(Refused, match="own_approval"):
            commands.judge_dispute(
                case.number, upheld=True, reason="Да", by=one, now=NOW + 5 * HOUR
            )
    commands.judge_dispute(case.number, upheld=True, reason="Да", by=denis(), now=NOW + 5 * HOUR)


def test_a_verifier_belongs_neither_to_the_executing_body_nor_beneath_it() -> None:
    case = answered()
    assert case.organisation is not None
    Case.objects.filter(pk=case.pk).update(organisation=organisations()["adm-vologda-city"])
    for home in ("adm-vologda-city", "vologda-light"):
        inside = bound("controller", home=home)
        with pytest.raises(Refused, match="own_body"):
            commands.verify_case(case.number, by=inside, now=NOW + 4 * HOUR)
        page = signed_in(inside).get(f"/desk/c/{case.spoken}/").content.decode()
        assert f"/desk/c/{case.spoken}/verify/" not in page
    outside = bound("controller", home="cur")
    page = signed_in(outside).get(f"/desk/c/{case.spoken}/").content.decode()
    assert f"/desk/c/{case.spoken}/verify/" in page
    assert signed_in(outside).post(f"/desk/c/{case.spoken}/verify/").status_code == 302
    case.refresh_from_db()
    assert case.status == "resolved_confirmed"


def test_the_full_stream_is_for_those_who_see_the_whole_region_and_still_work() -> None:
    leader = bound("region_head")
    given = token(leader)
    assert listener(given) == leader
    assert listener("forged") is None
    assert listener(token(bound("head", organisation="adm-vologda-city"))) is None
    assert listener(token(boris())) is None
    leader.active = False
    leader.save()
    assert listener(given) is None


def test_a_bounded_role_beside_an_unbounded_one_takes_nothing_away() -> None:
    official = bound("analyst")
    case = opened_case()
    city = bound("head", organisation="adm-cherepovets-city")
    city.memberships.update(official=official)
    assert list(queries.cases_of(official)) == [case]
