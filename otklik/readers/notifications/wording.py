"""The words of letters: templates of the administrator's lists, filled from the case."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

from otklik.flow.amends.models import Duty
from otklik.flow.appeals.models import Notice
from otklik.flow.cases.models import Answer, Case, Note
from otklik.flow.channels.chats.queries import words
from otklik.flow.channels.chats.rules import LONGEST_SAID, filled, short
from otklik.flow.channels.email.outbound import Enclosure, Letter
from otklik.flow.channels.social.rules import REPLY
from otklik.flow.correspondence.models import Remark
from otklik.flow.division.queries import KEPT
from otklik.flow.problems.models import News, Problem
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory, label
from otklik.participation.discussions.models import Comment, CommentAppeal
from otklik.participation.discussions.queries import REASONS
from otklik.participation.outcomes.models import Obligation, Ruling
from otklik.participation.outcomes.queries import SUBJECTS, title_of
from otklik.participation.projects.models import Phase
from otklik.participation.proposals.models import Proposal
from otklik.participation.proposals.queries import REASONS as PROPOSAL_REASONS
from otklik.readers.notifications import marks
from otklik.readers.notifications.rules import TOLD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


LETTERS, TEXTS, CHATS = "letter_texts", "sms_texts", "chat_texts"
LEAST = 80
"""Letters of an answer that a thread shows, however long its frame."""
NOTES = {"case.questioned": "question", "case.rejected": "rejected", "case.extended": "extended",
         "case.redirected": "redirected", "case.taken_back": "taken_back",
         "case.refusal_upheld": "refusal_upheld", "case.divided": KEPT,
         "case.refusal_reversed": "refusal_reversed", "case.forwarded": "forwarded",
         "case.news_brought": "peer_news"}  # fmt: skip
LONGEST_SMS = 300
MARK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class About:
    """What a letter tells: values for the marks of its template, in which language, which page."""

    values: dict[str, str]
    path: str
    language: str = "ru"
    text: str = ""
    """Another template than the kind's own."""
    files: Sequence[Enclosure] = field(default_factory=tuple)
    reply_to: str = ""
    """Where a reply to the letter lands in the case."""

    def rated_at(self, path: str) -> About:
        """Return the same with a link to the stars."""
        return replace(self, values={**self.values, "rate": f"{settings.SITE_URL}{path}"})

    def beside(self, files: Sequence[Enclosure]) -> About:
        """Return the same with files."""
        return replace(self, files=tuple(files))


def letter(kind: str, channel: str, about: About, *, decline: str = "") -> Letter | None:
    """Return a letter or a text message; None where the administrator left no words for it."""
    code = about.text or TOLD[kind].text
    values = {**about.values, "link": f"{settings.SITE_URL}{about.path}"}
    if channel == "sms":
        _, text = _template(TEXTS, f"told_{code}", about.language)
        return Letter("", _filled(text, values)[:LONGEST_SMS]) if text else None
    subject, body = _template(LETTERS, code, about.language)
    if not body:
        return None
    if channel == "chat":
        text = f"{_filled(subject, values)}\n\n{_filled(body, values).strip()}\n\n{values['link']}"
        return Letter("", short(text, LONGEST_SAID))
    footer = "footer_reply" if about.reply_to else "footer"
    parts = [
        _filled(body, values),
        _filled(_template(LETTERS, footer, about.language)[1], values),
    ]
    link = f"{settings.SITE_URL}{decline}" if decline else ""
    if link:
        told = _template(LETTERS, "decline", about.language)[1]
        parts.append(_filled(told, {**values, "decline": link}))
    text = "\n\n".join(each.strip() for each in parts if each.strip())
    head = " ".join(_filled(subject, values).split())
    news = f"{parts[0].strip()}\n{values['link']}"
    return Letter(head, f"{text}\n", about.files, link, about.reply_to, news)


def digest(letters: Sequence[Letter], language: str = "ru") -> Letter:
    """Return one letter of many: each under its subject, without the ends that all share."""
    news = "\n\n".join(f"{each.subject}\n{'—' * 20}\n{each.news}" for each in letters)
    link = next((each.decline for each in letters if each.decline), "")
    path = "/cabinet/notices/"
    values = {"news": news, "count": str(len(letters)), "decline": link,
              "link": f"{settings.SITE_URL}{path}", "region": region().title_ru}  # fmt: skip
    subject, body = _template(LETTERS, "digest", language)
    ends = [
        _template(LETTERS, code, language)[1] for code in ("footer", "decline")[: 1 + bool(link)]
    ]
    parts = [_filled(each, values) for each in (body, *ends)]
    text = "\n\n".join(each.strip() for each in parts if each.strip())
    return Letter(_filled(subject, values), f"{text}\n", decline=link)


def letter_of(
    code: str, values: dict[str, str], language: str = "ru", *, decline: str = ""
) -> Letter:
    """Return a letter of no fact: its own words, and the end that all letters share."""
    here = region().title_en if language == "en" else region().title_ru
    filled_in = {"link": settings.SITE_URL, "region": here, **values}
    subject, body = _template(LETTERS, code, language)
    end = _template(LETTERS, "footer", language)[1]
    text = "\n\n".join(_filled(each, filled_in).strip() for each in (body, end))
    return Letter(_filled(subject, filled_in), f"{text}\n", decline=decline)


def preview(kind: str, code: str, texts: Mapping[str, str], language: str) -> Letter:
    """Return a text as it would go with sample data; English that is missing is the Russian."""
    here = region().title_en if language == "en" else region().title_ru
    values = {
        name: marks.sample(name, settings.SITE_URL, here, language)
        for name in marks.allowed(kind, code)
    }
    subject, body = (
        (language == "en" and texts.get(f"{name}_en")) or texts.get(f"{name}_ru", "")
        for name in ("title", "hint")
    )
    if kind == TEXTS:
        return Letter("", _filled(body or subject, values)[:LONGEST_SMS])
    parts = [_filled(body, values)]
    if code not in {"footer", "footer_reply", "decline", "invitation"}:
        end = _template(LETTERS, "footer", language)[1]
        shared = {"link": marks.sample("link", settings.SITE_URL, here, language), "region": here}
        parts.append(_filled(end, shared))
    return Letter(_filled(subject, values), "\n\n".join(each.strip() for each in parts))


def in_thread(kind: str, about: About) -> str:
    """Return the short reply for a thread that everybody reads; nothing where there is none.

    Of the closed contour nothing is said in the open.
    """
    code = f"thread_{TOLD[kind].text}"
    if about.text or code not in directory(CHATS):
        return ""
    frame = words(code, about.language)
    room = REPLY - len(filled(frame, {**about.values, "text": "…"}))
    said = {**about.values, "text": short(about.values.get("text", ""), max(room, LEAST))}
    return filled(frame, said)


def in_short(kind: str, number: str, language: str, *, closed: bool) -> str:
    """Return a letter's subject with the number alone put in: all that a device hears."""
    subject, _ = _template(LETTERS, "closed" if closed else TOLD[kind].text, language)
    return " ".join(MARK.sub(lambda mark: number if mark[1] == "number" else "", subject).split())


def _template(kind: str, code: str, language: str) -> tuple[str, str]:
    """Return the subject and the words of a line; a text message has but its words."""
    line = directory(kind).get(code)
    if line is None:
        return "", ""
    english = language == "en"
    title = (english and line.title_en) or line.title_ru
    hint = (english and line.hint_en) or line.hint_ru
    return title, hint or (title if kind == TEXTS else "")


def _filled(template: str, values: dict[str, str]) -> str:
    """Put values into {marks}; a line whose only mark is empty is left out."""
    lines = []
    for line in template.splitlines():
        marks = [name for name in MARK.findall(line) if name in values]
        if not marks or any(values[name] for name in marks):
            lines.append(MARK.sub(lambda mark: values.get(mark[1], mark[0]), line))
    return "\n".join(lines)


def of_case(case: Case, kind: str, data: dict[str, Any], path: str) -> About:
    """Return what a fact of a case tells its author."""
    language = case.report.language
    note, into = _note(case, kind), str(data.get("into") or "")
    text = (
        _answer(data)
        or _notice(data)
        or _line(data)
        or _contact(data)
        or (note.text if note else "")
    )
    values = {
        "number": case.spoken,
        "organisation": _body(case, language),
        "day": _day((note.until if note else None) or _moment(case, kind), language),
        "reason": label("rejection_reasons", note.code, language) if note and note.code else "",
        "advice": _advice(note, language),
        "text": text.strip(),
        "into": "-".join(filter(None, (into[:4], into[4:]))),
        "rate": "",
        "region": region().title_ru if language == "ru" else region().title_en,
    }
    return About(values, path, language)


def of_joined(case: Case, path: str) -> About:
    """Return what one who joined hears: that there is an answer, and where."""
    values = {
        "number": case.spoken,
        "organisation": _body(case, "ru"),
        "region": region().title_ru,
    }
    return About(values, path, text="joined_answered")


def of_problem(data: dict[str, Any], path: str, language: str) -> About:
    """Return what news of a problem tells those who wait."""
    problem = Problem.objects.get(pk=data["problem"])
    found = News.objects.filter(problem=problem)
    news = found.filter(pk=data["news"]).first() if data.get("news") else found.first()
    values = {
        "title": problem.title,
        "text": news.text if news else "",
        "day": _day(problem.expected_at if problem.status == "open" else None, language, hour=True),
        "region": region().title_ru if language == "ru" else region().title_en,
    }
    return About(values, path, language)


def of_outcome(kind: str, data: dict[str, Any]) -> About:
    """Return what one who took part hears: what was decided, or what is done."""
    phase = Phase.objects.select_related("project", *SUBJECTS).get(pk=data["phase"])
    values = {"title": title_of(phase), "region": region().title_ru}
    if kind == "ruling.made":
        ruling = Ruling.objects.get(pk=data["ruling"])
        values |= {"verdict": ruling.get_verdict_display(), "text": ruling.reason,
                   "signer": ruling.signer}  # fmt: skip
    else:
        one = Obligation.objects.select_related("organisation").get(pk=data["obligation"])
        verb = {"obligation.kept": "keep", "obligation.moved": "move"}.get(kind, "")
        said = one.steps.filter(verb=verb).last()
        case = Case.objects.filter(pk=data.get("case", 0)).first()
        values |= {"number": case.spoken if case else "", "day": date_format(one.due, "j E Y")}
        values |= {"what": one.what, "organisation": one.organisation.title_ru,
                   "text": said.text if said else ""}  # fmt: skip
    return About(values, f"/projects/{phase.project.slug}/")


def of_comment(kind: str, data: dict[str, Any]) -> About:
    """Return what one who wrote in a discussion hears; nobody's comment goes into a letter."""
    one = Comment.objects.select_related("discussion").get(pk=data["comment"])
    found = CommentAppeal.objects.filter(against__comment=one).exclude(outcome=None).last()
    values = {
        "title": one.discussion.title, "region": region().title_ru,
        "number": str(data["parent"] if kind == "comment.shown" else one.pk),
        "reason": label(REASONS, data.get("reason", "")) if data.get("reason") else "",
        "text": found.reply if found and kind != "comment.hidden" else "",
    }  # fmt: skip
    place = "mine" if kind in {"comment.hidden", "comment.upheld"} else f"c{one.pk}"
    return About(values, f"/discussions/{one.discussion.slug}/#{place}")


def of_proposal(data: dict[str, Any]) -> About:
    """Return what one who proposed hears: how it stands, why, what to do."""
    one = Proposal.objects.get(pk=data["proposal"])
    step = one.steps.exclude(by=None).last()
    values = {
        "title": one.title, "state": str(one.get_state_display()), "region": region().title_ru,
        "reason": label(PROPOSAL_REASONS, data["reason"]) if data.get("reason") else "",
        "text": step.text if step else "",
    }  # fmt: skip
    return About(values, f"/cabinet/proposals/{one.pk}/")


def sealed(about: About) -> About:
    """Return what a letter of the closed contour may tell: that there is news, and no more."""
    kept = {"number": about.values["number"], "region": about.values["region"]}
    return About(kept, about.path, about.language, text="closed")


def _note(case: Case, kind: str) -> Note | None:
    if kind not in NOTES:
        return None
    return Note.objects.filter(case=case, kind=NOTES[kind], to_author=True).last()


def _line(data: dict[str, Any]) -> str:
    found = Remark.objects.filter(pk=data["line"]).first() if data.get("line") else None
    return found.text if found else ""


def _contact(data: dict[str, Any]) -> str:
    found = Duty.objects.filter(pk=data["duty"]).first() if data.get("duty") else None
    return f"{found.asked}\n{found.outcome}" if found else ""


def _answer(data: dict[str, Any]) -> str:
    if not data.get("answer"):
        return ""
    found = Answer.objects.filter(pk=data["answer"], state=Answer.State.APPROVED)
    return found.values_list("text", flat=True).first() or ""


def _notice(data: dict[str, Any]) -> str:
    if not data.get("notice"):
        return ""
    return Notice.objects.filter(pk=data["notice"]).values_list("text", flat=True).first() or ""


def _advice(note: Note | None, language: str) -> str:
    line = directory("rejection_reasons").get(note.code) if note else None
    if line is None:
        return ""
    return (language == "en" and line.hint_en) or line.hint_ru


def _body(case: Case, language: str) -> str:
    body = case.organisation
    if body is None:
        return ""
    return (language == "en" and body.title_en) or body.title_ru


def _moment(case: Case, kind: str) -> datetime | None:
    return case.control_at if kind == "case.answered_interim" else case.due


def _day(moment: datetime | None, language: str, *, hour: bool = False) -> str:
    if moment is None:
        return ""
    with translation.override(language):
        return date_format(localtime(moment), "j E Y H:i" if hour else "j E Y")
