"""Who may do what through which door: one list that the page of docs and its test both read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.flow.cases.rules import TRANSITIONS
from otklik.ground.accounts.rules import CONTOUR, PERSONAL, REVEAL

if TYPE_CHECKING:
    from collections.abc import Sequence

YES, FORBIDDEN, ABSENT, LOGIN = "да", "403", "404", "вход"
SCOPES = (
    "в своих границах", "другая организация", "другая территория", "другая тема", "закрытый контур",
)  # fmt: skip
FIND = "see_case"


@dataclass(frozen=True)
class Door:
    """One thing to do, the permissions any of which opens it, and where it is done.

    `refusal` is what one hears who sees the case but holds no permission.
    """

    code: str
    title: str
    permissions: tuple[str, ...]
    address: str
    refusal: str = FORBIDDEN
    whole_region: bool = False


OF_A_CASE = (
    Door("case", "Открыть обращение", (FIND,), "GET /desk/c/{number}/", ABSENT),
    Door("row", "Найти его в очереди", (FIND,), "GET /desk/?q={number}", ABSENT),
    Door("point", "Увидеть его на карте очереди", (FIND,), "GET /desk/points.geojson", ABSENT),
    Door("copy", "Открыть копию снимка", (FIND,), "GET /files/{token}/public", ABSENT),
    Door("original", "Скачать исходный файл", (PERSONAL,), "GET /files/{token}/original", ABSENT),
    Door(
        "cover",
        "Закрыть личное на снимке автора",
        ("moderate",),
        "POST /desk/c/{number}/photos/{token}/",
    ),
    Door("contact", "Показать имя и контакт", (PERSONAL, REVEAL), "POST /desk/c/{number}/contact/"),
    Door("draft", "Сохранить черновик ответа", ("draft_answer",), "POST /desk/c/{number}/draft/"),
    Door("deliveries", "Что отправлено автору", (PERSONAL,), "GET /desk/c/{number}/notices/"),
    Door("print", "Напечатать карточку и дело", (PERSONAL,), "GET /desk/c/{number}/print/card/"),
    *(
        Door(t.verb, t.ru, (t.permission,), f"POST /desk/c/{{number}}/{t.verb}/")
        for t in TRANSITIONS
        if t.actor == "official"
    ),
)
SECTIONS = (
    Door("queue", "Очередь", (FIND,), "GET /desk/"),
    Door("map", "Карта очереди", (FIND,), "GET /desk/points.geojson"),
    Door("call", "Записать звонок", ("create_on_behalf",), "GET /desk/call/"),
    Door("ringing", "Увидеть, кто звонит", ("create_on_behalf",), "GET /desk/call/ringing/"),
    Door("callbacks", "Кому перезвонить", ("create_on_behalf",), "GET /desk/callbacks/"),
    Door("appeals", "Журнал обращений по 59-ФЗ", (FIND,), "GET /desk/appeals/"),
    Door("sstu", "Отчёт для ССТУ.РФ", ("export_cases",), "GET /desk/appeals/sstu/"),
    Door("exchange", "Обмен с документооборотом", ("register_appeals",),
         "GET /desk/appeals/exchange/"),
    Door("questions", "Вопросы обращений к своей организации", ("draft_answer",),
         "GET /desk/appeals/questions/"),
    Door("reception", "Личный приём", ("hold_reception",), "GET /desk/reception/"),
    Door("control", "Внутренний контроль приёмной", ("hold_reception",),
         "GET /desk/reception/control/"),
    Door("votes", "Голосования своей организации", ("organise_votes",), "GET /desk/votes/"),
    Door("vote", "Составить голосование", ("organise_votes",), "GET /desk/votes/new/"),
    Door("surveys", "Опросы своей организации", ("organise_votes",), "GET /desk/surveys/"),
    Door("survey", "Составить опрос", ("organise_votes",), "GET /desk/surveys/new/"),
    Door("discussions", "Обсуждения: вести и проверять", ("organise_votes", "moderate_discussions"),
         "GET /desk/discussions/"),
    Door("discussion", "Составить обсуждение", ("organise_votes",), "GET /desk/discussions/new/"),
    Door("moderation", "Проверить комментарии обсуждений", ("moderate_discussions",),
         "GET /desk/discussions/moderation/"),
    Door("conversations", "Сборы мнений: вести и проверять",
         ("organise_votes", "moderate_discussions"), "GET /desk/statements/"),
    Door("conversation", "Составить сбор мнений", ("organise_votes",), "GET /desk/statements/new/"),
    Door("petitions", "Петиции своей организации", ("organise_votes",), "GET /desk/petitions/"),
    Door("petition", "Записать петицию", ("organise_votes",), "GET /desk/petitions/new/"),
    Door("proposals", "Предложения жителей: петиции и проекты", ("moderate_discussions",),
         "GET /desk/proposals/"),
    Door("projects", "Проекты и сообщения, из которых они выросли", ("organise_votes", "group"),
         "GET /desk/projects/"),
    Door("project", "Начать проект из сообщений", ("organise_votes", "group"),
         "GET /desk/projects/new/"),
    Door("outcomes", "Что сделано по итогам: свои решения и обязательства",
         ("organise_votes", "fulfil", "see_statistics"), "GET /desk/outcomes/"),
    Door("problem", "Завести проблему", ("group",), "GET /desk/problems/new/"),
    Door("texts", "Слова уведомлений", ("edit_ground",), "GET /desk/texts/"),
    Door("routing", "Правила из передач", ("edit_ground",), "GET /desk/routing/"),
    Door("emergency", "Объявить режим ЧС", ("declare_emergency",), "GET /desk/emergencies/new/"),
    Door("templates", "Править образцы ответов", ("edit_templates",), "GET /desk/templates/"),
    Door("widgets", "Виджеты для сайтов", ("edit_widgets",), "GET /desk/widgets/"),
    Door("widget", "Сделать виджет", ("edit_widgets",), "GET /desk/widgets/new/"),
    Door("webhooks", "Подписки других систем", ("edit_webhooks",), "GET /desk/webhooks/"),
    Door("webhook", "Подписать другую систему", ("edit_webhooks",), "GET /desk/webhooks/new/"),
    Door("load", "Загрузить выгрузку мониторинга", ("handle_social",), "GET /desk/social/load/"),
    Door("channels", "Каналы: что ждёт и что не отвечает", ("watch_doors",),
         "GET /desk/channels/"),
    Door("forwards", "Что передано в другие системы", ("watch_doors",),
         "GET /desk/channels/forwards/"),
    Door("social", "Найденное в соцсетях", ("handle_social",), "GET /desk/social/"),
    Door("amends", "Связаться после низкой оценки", ("extend",), "GET /desk/amends/"),
    Door("refusals", "Проверить отказы по выборке", ("verify", "judge_dispute"),
         "GET /desk/refusals/"),
    Door("checks", "Проверить на месте", ("verify",), "GET /desk/checks/"),
    Door("statistics", "Статистика", ("see_statistics",), "GET /desk/statistics/"),
    Door("behind", "Список за числом", ("see_statistics",),
         "GET /desk/statistics/list/?measure=received"),
    Door("ratings", "Рейтинги", ("see_statistics",), "GET /desk/ratings/"),
    Door("report", "Справка к совещанию", ("see_statistics",), "GET /desk/report/"),
    Door("sheet", "Справка таблицей XLSX", ("see_statistics",), "GET /desk/report.xlsx"),
    Door("paper", "Справка в PDF", ("see_statistics",), "GET /desk/report.pdf"),
    Door("instructions", "Поручения", ("instruct", "fulfil", "see_statistics"),
         "GET /desk/instructions/"),
    Door("instruct", "Дать поручение", ("instruct",), "GET /desk/instructions/new/"),
    Door("roadmaps", "Дорожные карты", ("see_statistics",), "GET /desk/roadmaps/"),
    Door("roadmap", "Начать дорожную карту", ("plan_roadmaps",), "GET /desk/roadmaps/new/"),
    Door("people", "Свои сотрудники", ("manage_people",), "GET /desk/people/"),
    Door("exports", "Выгрузки", ("export_cases", "approve_export"), "GET /desk/exports/"),
    Door("ask_export", "Попросить выгрузку", ("export_cases",), "POST /desk/exports/"),
    Door("erasures", "Стирание по просьбе", ("erase_person",), "GET /desk/erasures/"),
    Door("audit", "Журнал доступа", ("audit",), "GET /desk/audit/"),
    Door("keeping", "Как соблюдают сроки", ("see_statistics",), "GET /desk/gaming/"),
    Door("wall", "Служебная карта целиком", ("see_monitor",), "GET /monitor/", whole_region=True),
    Door("boards", "Просроченное по органам на стене", ("see_monitor",), "GET /monitor/boards.json",
         whole_region=True),
    Door("side", "Сводка рядом с картой", ("see_monitor",), "GET /monitor/side.json",
         whole_region=True),
    Door("live", "Служебный поток", ("see_monitor",), "GET /live/heatmap?token=",
         whole_region=True),
    Door("cells", "Служебная карта в API", ("see_monitor",), "GET /api/heatmap?resolution=9",
         whole_region=True),
    Door("behind", "Обращения за числом карты", ("see_monitor",),
         "GET /monitor/behind/?place=vologda-city"),
    Door("why", "Обращения за цветом места", ("see_monitor",), "GET /api/heatmap/why"),
)  # fmt: skip
OPEN_TO_ALL = frozenset({"wall", "boards", "side", "live", "cells", "why"})
OF_OTHERS = (
    Door("official", "Открыть чужого сотрудника", ("manage_people",), "GET /desk/people/{id}/"),
    Door("give", "Выдать ему роль", ("manage_people",), "POST /desk/people/{id}/give/"),
    Door("decide", "Разрешить чужую выгрузку", ("approve_export",),
         "POST /desk/exports/{id}/decide/"),
    Door("take", "Скачать чужую выгрузку", (), "POST /desk/exports/{id}/file/"),
    Door("erase", "Подтвердить стирание", ("erase_person",), "POST /desk/erasures/{id}/"),
)  # fmt: skip
OTHERS = ("в своей организации", "в другой организации")
PUBLIC = """Видно всем, без входа: главная, список и карта публичных обращений, их страницы и копии
снимков, Open311, карта остроты без мест, где сообщений меньше порога. Туда попадает только то, что
автор согласился показать; закрытый контур не попадает никогда, там отвечает `404`."""


@dataclass(frozen=True)
class RoleInPrint:
    """A role as its file tells it."""

    code: str
    title: str
    scope: str
    permissions: frozenset[str]

    def holds(self, door: Door) -> bool:
        """Tell whether the role opens a door."""
        return bool(self.permissions & set(door.permissions))


def roles_in_print(body: dict[str, Any]) -> list[RoleInPrint]:
    """Return the roles of `roles.yaml`."""
    return [
        RoleInPrint(
            each["code"], each["title"]["ru"], each["scope"], frozenset(each["permissions"])
        )
        for each in body["roles"]
    ]


def of_a_case(role: RoleInPrint, door: Door, scope: str) -> str:
    """Return what a role meets at a door of a case: yes, 403 or 404."""
    if role.scope == "none":
        return ABSENT if door.code in {"copy", "original"} else LOGIN
    sees = FIND in role.permissions
    if scope == SCOPES[-1]:
        sees = sees and CONTOUR in role.permissions
    elif scope != SCOPES[0]:
        sees = False
    if not sees:
        return ABSENT
    return YES if role.holds(door) else door.refusal


def section(role: RoleInPrint, door: Door) -> str:
    """Return what a role meets at a section of the desk or the monitor."""
    if door.code in OPEN_TO_ALL:  # what officials see beside is told apart
        whole = role.scope == "region" or not door.whole_region
        return YES if role.holds(door) and whole else "как всем"
    if role.scope == "none":
        return LOGIN
    if role.scope == "own":
        return ABSENT
    return YES if role.holds(door) else FORBIDDEN


def of_others(role: RoleInPrint, door: Door, scope: str) -> str:
    """Return what a role of one body meets at what belongs to people of its own or another body."""
    if role.scope == "none":
        return LOGIN
    if role.scope == "own":
        return ABSENT
    if door.code == "take":
        return ABSENT if "export_cases" in role.permissions else FORBIDDEN
    if not role.holds(door):
        return FORBIDDEN
    wide = role.scope == "region" or door.code == "erase"
    return YES if wide or scope == OTHERS[0] else ABSENT


def page(body: dict[str, Any]) -> str:
    """Write the page of docs: for each role what it meets at each door."""
    lines = [
        "# Кто что может",
        "",
        "Страница создана командой `otklik docs` из `roles.yaml`; каждая клетка проверена тестом"
        " `tests/access/test_matrix.py` через ту самую дверь.",
        "",
        f"`{YES}` — дверь открыта; `{FORBIDDEN}` — видно, но нельзя; `{ABSENT}` — для этой роли"
        f" обращения нет; `{LOGIN}` — просят войти; «как всем» — открытая часть без служебной.",
        "",
        "Роль действует там, где сошлись все три её границы: организация с подчинёнными,"
        " территория, тема. Если ролей несколько, границы разных ролей не смешиваются."
        " В закрытом контуре считаются только роли с разрешением `see_closed_topics`.",
        "",
        "Сверх таблиц: свой ответ не согласует его автор; спор не решает тот, кто готовил или"
        " согласовал ответ; решение не подтверждает никто из исполнявшей организации и подчинённых"
        " ей; назначить можно только туда, докуда достаёт право назначать; о выгрузке просит один,"
        " разрешает другой.",
        "",
        PUBLIC,
    ]
    for role in roles_in_print(body):
        lines += ["", f"## {role.title} (`{role.code}`)", "", *_case_table(role)]
        lines += ["", *_section_table(role), "", *_others_table(role)]
    return "\n".join(lines) + "\n"


def _case_table(role: RoleInPrint) -> Sequence[str]:
    head = ["Обращение", "дверь", *SCOPES]
    rows = [
        [door.title, f"`{door.address}`", *(of_a_case(role, door, scope) for scope in SCOPES)]
        for door in OF_A_CASE
    ]
    return _table(head, rows)


def _section_table(role: RoleInPrint) -> Sequence[str]:
    rows = [[door.title, f"`{door.address}`", section(role, door)] for door in SECTIONS]
    return _table(["Раздел", "дверь", "роль"], rows)


def _others_table(role: RoleInPrint) -> Sequence[str]:
    rows = [
        [door.title, f"`{door.address}`", *(of_others(role, door, scope) for scope in OTHERS)]
        for door in OF_OTHERS
    ]
    return _table(["Чужое", "дверь", *OTHERS], rows)


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
