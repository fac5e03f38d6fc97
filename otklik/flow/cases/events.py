"""The life of a case, one fact a verb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class CaseFact(Fact):
    """What every fact about a case carries, so that a reader needs no other table to follow it.

    `status`, `topic`, `organisation`, `territory`, `due`, `stage` and the stage's own term
    `stage_due` are those after the change.
    """

    abstract: ClassVar[bool] = True

    report: int
    status: str
    topic: str = ""
    territory: str = ""
    organisation: str = ""
    due: datetime | None = None
    stage: str = ""
    stage_due: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseFact):
    """Work on a message began: it waits for a moderator or is already on its way."""

    kind: ClassVar[str] = "case.opened"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Рассмотрение началось", "en": "Handling began"}

    repeats: int | None = None
    """How many earlier messages of this author were about the same; None for no known author."""
    severity: int = 1
    urgent: bool = False
    life_support: bool = False
    shown: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseRegistered(CaseFact):
    """The message was taken to work; the whole clock started."""

    kind: ClassVar[str] = "case.registered"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Принято к работе", "en": "Taken to work"}

    severity: int = 1
    urgent: bool = False
    life_support: bool = False
    shown: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseRejected(CaseFact):
    """A moderator refused the message, with a reason and advice."""

    kind: ClassVar[str] = "case.rejected"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Не принято", "en": "Not accepted"}

    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseContested(CaseFact):
    """The author says that the refusal is wrong; another moderator judges it."""

    kind: ClassVar[str] = "case.contested"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор не согласен с отказом",
        "en": "The author disagrees with the refusal",
    }


@dataclass(frozen=True, kw_only=True)
class CaseTakenBack(CaseFact):
    """A refusal was wrong: the message goes on with its own number."""

    kind: ClassVar[str] = "case.taken_back"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отказ признан неверным, работа идёт",
        "en": "The refusal was wrong, work goes on",
    }


@dataclass(frozen=True, kw_only=True)
class CaseRefusalReversed(CaseFact):
    """A sample check found a refusal wrong: the message is before the moderators again."""

    kind: ClassVar[str] = "case.refusal_reversed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Проверка нашла отказ неверным, сообщение снова у модераторов",
        "en": "A check found the refusal wrong; moderators have the message again",
    }


@dataclass(frozen=True, kw_only=True)
class CaseRefusalUpheld(CaseFact):
    """Another moderator found that the refusal was right."""

    kind: ClassVar[str] = "case.refusal_upheld"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отказ проверен и остаётся",
        "en": "The refusal was judged and stands",
    }


@dataclass(frozen=True, kw_only=True)
class CaseQuestioned(CaseFact):
    """The author was asked for what is missing."""

    kind: ClassVar[str] = "case.questioned"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автора просят уточнить",
        "en": "The author was asked for details",
    }


@dataclass(frozen=True, kw_only=True)
class CaseClarified(CaseFact):
    """The author gave what was missing."""

    kind: ClassVar[str] = "case.clarified"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Автор уточнил", "en": "The author gave details"}


@dataclass(frozen=True, kw_only=True)
class CaseMerged(CaseFact):
    """The message joined another one about the same trouble."""

    kind: ClassVar[str] = "case.merged"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Присоединено к № {into}",
        "en": "Joined to No. {into}",
    }

    into: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseRetopiced(CaseFact):
    """The topic or the place was corrected; weight and deadline followed."""

    kind: ClassVar[str] = "case.retopiced"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Тема исправлена",
        "en": "The topic was corrected",
    }

    severity: int = 1
    urgent: bool = False
    life_support: bool = False
    shown: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(CaseFact):
    """A body (and perhaps an executor in it) is responsible now."""

    kind: ClassVar[str] = "case.assigned"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Передано ответственному",
        "en": "Passed to the responsible body",
    }

    hop: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseReturned(CaseFact):
    """The body says that it is not its business; the whole clock runs on."""

    kind: ClassVar[str] = "case.returned"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Возвращено: не в компетенции",
        "en": "Returned: not competent",
    }

    reason: str = ""
    arbitration: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseRedirected(CaseFact):
    """The message was sent to a body outside."""

    kind: ClassVar[str] = "case.redirected"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Направлено по компетенции",
        "en": "Redirected to a competent body",
    }


@dataclass(frozen=True, kw_only=True)
class CaseStarted(CaseFact):
    """An executor took the case in hand."""

    kind: ClassVar[str] = "case.started"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Взято в работу", "en": "Work began"}


@dataclass(frozen=True, kw_only=True)
class CaseAnswerSubmitted(CaseFact):
    """A drafted answer waits for approval."""

    kind: ClassVar[str] = "case.answer_submitted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Ответ на согласовании, версия {version}",
        "en": "Answer version {version} awaits approval",
    }

    version: int = 1


@dataclass(frozen=True, kw_only=True)
class CaseAnswerSentBack(CaseFact):
    """The approver sent the answer back for rework."""

    kind: ClassVar[str] = "case.answer_sent_back"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Ответ возвращён на доработку",
        "en": "The answer was sent back",
    }

    version: int = 1


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(CaseFact):
    """The author has the answer; the clock stopped. `late` tells whether past the due time."""

    kind: ClassVar[str] = "case.answered"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Дан ответ", "en": "Answered"}

    answer: int = 0
    result: str = ""
    late: bool = False
    proofs: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseAnsweredInterim(CaseFact):
    """An interim answer names the day when the case will be looked at again."""

    kind: ClassVar[str] = "case.answered_interim"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Промежуточный ответ: работы запланированы",
        "en": "Interim answer: work is planned",
    }

    answer: int = 0
    control_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CaseWoken(CaseFact):
    """The control day of an interim answer came."""

    kind: ClassVar[str] = "case.woken"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Наступил срок проверки обещанного",
        "en": "The promised day came",
    }


@dataclass(frozen=True, kw_only=True)
class CaseExtended(CaseFact):
    """The due time was moved, with a reason."""

    kind: ClassVar[str] = "case.extended"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Срок продлён", "en": "The deadline was extended"}


@dataclass(frozen=True, kw_only=True)
class CaseOverdue(CaseFact):
    """The due time passed without an answer."""

    kind: ClassVar[str] = "case.overdue"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Срок прошёл", "en": "The deadline passed"}


@dataclass(frozen=True, kw_only=True)
class CaseFellBack(CaseFact):
    """The fast terms ran out without an answer; work goes on by the ordinary ones."""

    kind: ClassVar[str] = "case.fell_back"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Ускоренный срок прошёл, дальше обычный",
        "en": "The fast term ran out, the ordinary one goes on",
    }

    policy: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseDisputed(CaseFact):
    """The author disputes the answer."""

    kind: ClassVar[str] = "case.disputed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор оспорил ответ",
        "en": "The author disputes the answer",
    }

    dispute: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseReopened(CaseFact):
    """Another approver agreed with the author, or a verifier saw that it is not done.

    Work goes on under a shorter deadline; `finding` is the verifier's code.
    """

    kind: ClassVar[str] = "case.reopened"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Возобновлено", "en": "Reopened"}

    dispute: int = 0
    finding: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseConfirmed(CaseFact):
    """The author or an independent verifier confirmed that it is solved."""

    kind: ClassVar[str] = "case.confirmed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Решение подтверждено",
        "en": "The solution was confirmed",
    }


@dataclass(frozen=True, kw_only=True)
class CaseClosed(CaseFact):
    """The case was closed: nobody rated in time, or the dispute was not upheld."""

    kind: ClassVar[str] = "case.closed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Закрыто", "en": "Closed"}

    unrated: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseWithdrawn(CaseFact):
    """The author took the message back; the work stopped."""

    kind: ClassVar[str] = "case.withdrawn"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {"ru": "Отозвано автором", "en": "Withdrawn"}


@dataclass(frozen=True, kw_only=True)
class CaseSupported(CaseFact):
    """One more person said «и у меня»."""

    kind: ClassVar[str] = "case.supported"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Присоединился ещё один житель, всего {supports}",
        "en": "One more person joined, {supports} in all",
    }

    supports: int = 1


@dataclass(frozen=True, kw_only=True)
class CaseShown(CaseFact):
    """An official made the case visible to all, or hid it."""

    kind: ClassVar[str] = "case.shown"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Видимость для всех изменена",
        "en": "Visibility was changed",
    }

    shown: bool = False
