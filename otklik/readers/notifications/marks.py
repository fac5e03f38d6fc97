"""Which {marks} each text may hold, what each stands for, and what is wrong with a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

MARK = re.compile(r"\{(\w+)\}")
LETTERS, TEXTS = "letter_texts", "sms_texts"
CASE = ("number", "organisation", "day", "reason", "advice", "text", "rate", "link", "region")
LETTER_MARKS: Mapping[str, tuple[str, ...]] = {
    "joined_answered": ("number", "organisation", "link", "region"),
    "news": ("title", "text", "day", "link", "region"),
    **dict.fromkeys(
        ("comment_replied", "comment_hidden", "comment_restored", "comment_upheld"),
        ("title", "number", "reason", "text", "link", "region"),
    ),
    "ruling": ("title", "verdict", "text", "signer", "link", "region"),
    **dict.fromkeys(
        ("promise_kept", "promise_late", "promise_moved"),
        ("title", "what", "organisation", "text", "day", "link", "region"),
    ),
    "proposal": ("title", "state", "reason", "text", "link", "region"),
    "promise_linked": (*CASE, "what"),
    "divided": (*CASE, "into"),
    "closed": ("number", "link", "region"),
    "digest": ("news", "count", "link", "region"),
    "watch_confirm": ("title", "confirm", "link", "region"),
    "watch_news": ("news", "count", "off", "link", "region"),
    "footer": CASE,
    "footer_reply": CASE,
    "invitation": ("link", "region"),
    "decline": ("decline", "link", "region"),
}
SMS_MARKS: Mapping[str, tuple[str, ...]] = {
    "tracking": ("number", "code"), "reception_set": ("when", "place"),
    "reception_soon": ("when", "place"), "reception_no": (), "supported": ("number",),
    "told_divided": ("number", "into", "link"), "entry": ("code",), "joined": ("title",),
    "told_news": ("title", "text", "day", "link"),
}  # fmt: skip
NEEDED: Mapping[str, tuple[str, ...]] = {
    "digest": ("news",), "watch_confirm": ("confirm",), "watch_news": ("news", "off"),
    "decline": ("decline",), "entry": ("code",), "tracking": ("number", "code"),
}  # fmt: skip
"""Marks without which a text is of no use: whoever loses them shuts a door."""

MEANINGS: Mapping[str, str] = {
    "number": "номер", "organisation": "кто отвечает", "day": "день", "reason": "причина отказа",
    "advice": "как исправить", "text": "слова ответа, вопроса, новости", "link": "страница",
    "state": "как стоит", "into": "номер части",
    "rate": "ссылка «оценить»; пусто, если оценивать нечего", "region": "регион",
    "title": "о чём: проблема, обсуждение, подписка", "verdict": "решение",
    "signer": "кто подписал",
    "what": "что обещано", "news": "список новостей", "count": "сколько их",
    "confirm": "ссылка «подтвердить»", "off": "ссылка «отписаться от всего»",
    "decline": "ссылка «не получать»", "code": "код", "when": "когда приём", "place": "где приём",
}  # fmt: skip
SAMPLES: Mapping[str, tuple[str, str]] = {
    "number": ("4821-3097", "4821-3097"),
    "organisation": ("Администрация города Вологды", "Administration of the city of Vologda"),
    "day": ("3 декабря 2026", "3 December 2026"),
    "reason": ("Не указано место", "The place is not told"),
    "advice": ("Напишите улицу и дом.", "Write the street and the house."),
    "text": (
        "Яму у дома 12 по улице Мира заделали 25 ноября.",
        "The pothole at 12 Mira street was mended on 25 November.",
    ),
    "state": ("принято", "accepted"), "into": ("5093-1186", "5093-1186"),
    "title": ("Порыв трубы на улице Мира", "A burst pipe in Mira street"),
    "verdict": ("Поддержать", "Supported"), "signer": ("Заместитель мэра", "The deputy mayor"),
    "what": ("Освещение двора по улице Мира, 12", "Lights in the yard at 12 Mira street"),
    "news": ("• Яма на дороге — решается", "• A pothole — being solved"), "count": ("1", "1"),
    "code": ("482 913", "482 913"), "when": ("3 декабря, 10:00", "3 December, 10:00"),
    "place": ("улица Герцена, 2, кабинет 14", "2 Gertsena street, room 14"),
}  # fmt: skip
LINKS = {"link": "/m/4821-3097/", "rate": "/rate/…/", "confirm": "/watch/…/",
         "off": "/watch/off/…/", "decline": "/letters/…/"}  # fmt: skip
LONGEST_SMS_TEXT = 200


def allowed(kind: str, code: str) -> tuple[str, ...]:
    """Return the marks that a text may hold."""
    if kind == TEXTS:
        usual = ("number", "day", "link") if code.startswith("told_") else ()
        return SMS_MARKS.get(code, usual)
    return LETTER_MARKS.get(code, CASE)


def problem(kind: str, code: str, texts: Mapping[str, str]) -> str:
    """Return in Russian what is wrong with a line's texts, or nothing.

    `texts` are the subject and the words in both languages: English ones may be empty.
    """
    known = allowed(kind, code)
    for text in texts.values():
        strange = sorted(set(MARK.findall(text)) - set(known))
        if strange:
            listed = ", ".join(f"{{{each}}}" for each in known) or "никаких"
            return f"Такой подстановки здесь нет: {{{strange[0]}}}. Можно: {listed}"
        if "{" in (left := MARK.sub("", text)) or "}" in left:
            at = max(0, min(left.find(each) for each in "{}" if each in left) - 20)
            return f"Скобка не закрыта или лишняя: «…{left[at : at + 40].strip()}…»"
    for language in ("ru", "en"):
        together = " ".join(text for name, text in texts.items() if name.endswith(language))
        lost = [each for each in NEEDED.get(code, ()) if f"{{{each}}}" not in together]
        if lost and (language == "ru" or together.strip()):
            return f"Без {{{lost[0]}}} этот текст не работает: верните {MEANINGS[lost[0]]}"
    return ""


def sample(name: str, site: str, region: str, language: str) -> str:
    """Return what stands for a mark in a preview."""
    if name == "region":
        return region
    if name in LINKS:
        return f"{site}{LINKS[name]}"
    return SAMPLES[name][language == "en"]
