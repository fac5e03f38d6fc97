"""The life of a discussion; no fact holds what somebody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DiscussionFact(Fact):
    """What every fact about a discussion carries."""

    abstract: ClassVar[bool] = True

    discussion: int


@dataclass(frozen=True, kw_only=True)
class DiscussionDrafted(DiscussionFact):
    """An official began a discussion; nobody outside sees it yet."""

    kind: ClassVar[str] = "discussion.drafted"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Составлено обсуждение",
        "en": "A discussion was drafted",
    }


@dataclass(frozen=True, kw_only=True)
class DiscussionEdited(DiscussionFact):
    """The document of a draft was written anew."""

    kind: ClassVar[str] = "discussion.edited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Документ обсуждения изменён",
        "en": "The discussion's document was changed",
    }


@dataclass(frozen=True, kw_only=True)
class DiscussionDropped(DiscussionFact):
    """A draft was thrown away."""

    kind: ClassVar[str] = "discussion.dropped"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Черновик обсуждения удалён",
        "en": "The discussion's draft was dropped",
    }


@dataclass(frozen=True, kw_only=True)
class DiscussionAnnounced(DiscussionFact):
    """A discussion's document, window and circle are published and stand."""

    kind: ClassVar[str] = "discussion.announced"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Обсуждение объявлено",
        "en": "The discussion was announced",
    }


@dataclass(frozen=True, kw_only=True)
class HearingConcluded(DiscussionFact):
    """The conclusion of a public hearing is published."""

    kind: ClassVar[str] = "hearing.concluded"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Опубликовано заключение о слушаниях",
        "en": "The hearing's conclusion was published",
    }


@dataclass(frozen=True, kw_only=True)
class CommentFact(DiscussionFact):
    """What every fact about a comment carries."""

    abstract: ClassVar[bool] = True

    comment: int
    parent: int | None = None


@dataclass(frozen=True, kw_only=True)
class CommentWritten(CommentFact):
    """A person wrote in a discussion; what, the table knows."""

    kind: ClassVar[str] = "comment.written"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Написан комментарий № {comment}",
        "en": "Comment No. {comment} was written",
    }


@dataclass(frozen=True, kw_only=True)
class HallRemarkEntered(CommentFact):
    """An official entered what was said in the hall of a hearing, or written to it on paper."""

    kind: ClassVar[str] = "hearing.remark_entered"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Внесено замечание из зала, № {comment}",
        "en": "A remark from the hall was entered, No. {comment}",
    }


@dataclass(frozen=True, kw_only=True)
class HallRegistered(DiscussionFact):
    """One who came to a hearing was written into its register; the fact does not say who."""

    kind: ClassVar[str] = "hearing.registered"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Участник внесён в перечень слушаний",
        "en": "A person was written into the register of the hearing",
    }


@dataclass(frozen=True, kw_only=True)
class HearingSigned(DiscussionFact):
    """The papers of a hearing were signed."""

    kind: ClassVar[str] = "hearing.signed"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Протокол и заключение подписаны",
        "en": "The protocol and the conclusion were signed",
    }


@dataclass(frozen=True, kw_only=True)
class CommentShown(CommentFact):
    """A comment is read by everybody: at once, or after a moderator's look."""

    kind: ClassVar[str] = "comment.shown"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Комментарий № {comment} показан",
        "en": "Comment No. {comment} is shown",
    }


@dataclass(frozen=True, kw_only=True)
class CommentHidden(CommentFact):
    """A moderator hid a comment, for a reason of the list; its words stay in the table."""

    kind: ClassVar[str] = "comment.hidden"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Комментарий № {comment} скрыт модератором",
        "en": "A moderator hid comment No. {comment}",
    }

    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CommentRestored(CommentFact):
    """A hidden comment is shown again: after an appeal, or a moderator thought better of it."""

    kind: ClassVar[str] = "comment.restored"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Комментарий № {comment} возвращён",
        "en": "Comment No. {comment} was restored",
    }


@dataclass(frozen=True, kw_only=True)
class CommentAppealed(CommentFact):
    """The author of a hidden comment asks another moderator to look."""

    kind: ClassVar[str] = "comment.appealed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор обжаловал скрытие комментария № {comment}",
        "en": "The author appealed against hiding comment No. {comment}",
    }


@dataclass(frozen=True, kw_only=True)
class CommentUpheld(CommentFact):
    """Another moderator looked and left a comment hidden."""

    kind: ClassVar[str] = "comment.upheld"
    public: ClassVar[bool] = True
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Комментарий № {comment} оставлен скрытым после жалобы",
        "en": "Comment No. {comment} stays hidden after an appeal",
    }
