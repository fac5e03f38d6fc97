"""Every page: nothing serious for axe, no sideways scroll on a phone; the form travels light."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from otklik.demo.accounts import (
    ADMINISTRATOR,
    APPROVER,
    AUDITOR,
    CITIZEN,
    CONTROLLER,
    EXECUTOR,
    LEADER,
    LOCAL_ADMIN,
    MODERATOR,
    OPERATOR,
    RECEPTIONIST,
    REGISTRAR,
    SECOND_APPROVER,
    SECOND_VOTES,
    VOTES,
)
from otklik.flow.answers.tests.photos import jpeg, scene
from tests.browser.conftest import ASKED, reported, until
from tests.browser.test_journey import entered
from tests.browser.test_widgets import made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
AXE = "node_modules/axe-core/axe.min.js"
RULES = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
AT_REST = """document.getAnimations().every(each => each.playState !== "running"
  || each.effect.getComputedTiming().endTime === Infinity)"""
"""Colours that are on their way to others are judged when they have come."""
FIRST_LOAD = 200_000
SIGNED = "a:not(:has-text('праздник'))"
"""Surveys that ask one to sign in: another, of guests, has other pages."""

OFFICIALS = (
    MODERATOR, EXECUTOR, APPROVER, OPERATOR, CONTROLLER, SECOND_APPROVER, LEADER, ADMINISTRATOR,
    AUDITOR, REGISTRAR, LOCAL_ADMIN, VOTES, SECOND_VOTES, RECEPTIONIST,
)  # fmt: skip
GUEST = (
    "/", "/send/", "/track/", "/watch/", "/messages/", "/problems/", "/problems/{problem}/",
    "/about/", "/take-part/",
    "/votes/", "/votes/{vote}/", "/votes/how/", "/projects/", "/outcomes/", "/surveys/",
    "/surveys/{survey}/", "/surveys/{ended}/", "/discussions/", "/discussions/{discussion}/",
    "/discussions/{discussion}/log/", "/statements/", "/statements/{said}/",
    "/petitions/", "/petitions/{petition}/",
    "/enter/phone/", "/accounts/login/", "/accounts/signup/", "/monitor/", "/monitor/table/",
    "/m/{number}/", "/no-such-page/", "/data/", "/offline/", "/offline/send/",
)  # fmt: skip
DESK = (
    "/desk/", "/desk/?status=overdue", "/desk/c/{number}/", "/desk/problems/",
    "/desk/problems/new/", "/desk/problems/{problem}/", "/desk/statistics/", "/desk/ratings/",
    "/desk/emergencies/", "/desk/emergencies/new/",
    "/desk/report/", "/desk/templates/", "/desk/templates/new/", "/desk/appeals/",
    "/desk/instructions/", "/desk/reminders/", "/desk/gaming/", "/monitor/mark/?place=vologda-city",
)  # fmt: skip
PARTS = ("unanswered", "joined")
PAGES = (
    *(("guest", path, 360) for path in GUEST),
    *(("guest", "/", width) for width in (1024, 1248, 1366)),
    ("guest", "/w/{token}/", 360),
    *(("author", path, 360) for path in ("/cabinet/", "/sent/{own}/", "/m/{own}/")),
    ("author", "/votes/{vote}/ballot/", 360),
    *(
        ("author", f"/surveys/{{survey}}/{path}", 360)
        for path in ("answer/1/", "answer/3/", "review/")
    ),
    ("author", "/discussions/{discussion}/write/?part=p1-1", 360),
    *(("author", f"/statements/{{saying}}/{path}", 360) for path in ("answer/", "add/", "mine/")),
    *(("author", f"/cabinet/{path}/", 360) for path in ("access", "claim", "notices")),
    *(("author", f"/cabinet/{path}/", 360) for path in ("notices/log", "proposals/new")),
    ("author", "/watch/", 360),
    *(("approver", "/desk/amends/", width) for width in (390, 1366)),
    ("admin", "/desk/texts/", 390),
    *(("moderator", path, 390) for path in DESK),
    *(("moderator", path, 1366) for path in ("/desk/", "/desk/c/{number}/", "/desk/statistics/")),
    *(("moderator", "/desk/c/{own}/photos/{photo}/", width) for width in (390, 1366)),
    *(("executor", path, 1366) for path in ("/desk/c/{work}/", "/desk/appeals/questions/")),
    ("executor", "/desk/c/{work}/", 390),
    *(("operator", path, 1366) for path in ("/desk/call/", "/desk/callbacks/")),
    *(("controller", path, 1366) for path in ("/desk/checks/", "/desk/refusals/")),
    *(("admin", path, 390) for path in ("/desk/people/", "/desk/erasures/", "/desk/exports/")),
    ("admin", "/desk/routing/", 390),
    ("auditor", "/desk/audit/", 390),
    *(("cityadmin", f"/desk/webhooks/{path}", 390) for path in ("", "new/", "{webhook}/")),
    *(("cityadmin", f"/desk/widgets/{path}", 390) for path in ("", "new/", "{widget}/")),
    *(("votes", f"/desk/votes/{path}", 390) for path in ("", "new/", "{ballots}/")),
    *(
        ("votes", f"/desk/votes/{{ballots}}/{path}/", 390)
        for path in ("papers", "rights", "preview")
    ),
    ("votes", "/desk/votes/{ballots}/papers/", 1366),
    ("guest", "/votes/{counted}/", 360),
    *(("votes", f"/desk/surveys/{path}", 390) for path in ("", "new/", "{asked}/")),
    *(("votes", f"/desk/surveys/{{asked}}/{path}/", 390) for path in ("enter", "preview")),
    *(("votes", "/desk/outcomes/", width) for width in (390, 1366)),
    *(("votes", "/desk/outcomes/{phase}/", width) for width in (390, 1366)),
    *(("votes", f"/desk/discussions/{path}", 390) for path in ("", "new/", "moderation/")),
    ("moderator", "/desk/discussions/moderation/?tab=appeals", 1366),
    *(("votes", f"/desk/petitions/{path}", 390) for path in ("", "new/")),
    *(("votes", f"/desk/projects/{path}", 390) for path in ("", "new/", "{project}/")),
    *(("votes", "/desk/discussions/{hearing}/hall/", width) for width in (390, 1366)),
    ("guest", "/projects/{budget}/", 360),
    ("votes", "/desk/proposals/", 390),
    *(("votes", f"/desk/statements/{path}", 390) for path in ("", "new/", "{conversation}/")),
    *(("registrar", path, 390) for path in ("/desk/appeals/", "/desk/appeals/sstu/")),
    ("registrar", "/desk/appeals/exchange/", 390),
    *(("moderator", f"/desk/social/{path}", 390) for path in ("", "load/")),
    ("admin", "/desk/channels/", 390),
    ("admin", "/desk/channels/forwards/", 390),
    *(("curator", path, 390) for path in ("/desk/roadmaps/", "/desk/roadmaps/new/")),
    ("leader", "/desk/instructions/new/?cell=vologda-city", 1366),
    *(("leader", "/monitor/", width) for width in (360, 1366, 1920)),
    *(("admin", f"/admin/{path}", 390) for path in ("", "topics/topic/", "password_change/")),
    *(("admin", "/admin/organisations/organisation/add/", width) for width in (390, 1366)),
    ("admin", "/desk/people/{person}/", 390),
    *(("moderator", f"/desk/problems/{{problem}}/?part={part}", 390) for part in PARTS),
    *(("leader", f"/desk/{path}", 390) for path in ("instructions/{task}/", "roadmaps/{roadmap}/")),
    ("leader", "/desk/statistics/list/?measure=received&part=whole", 390),
    *(("leader", "/monitor/behind/?place=vologda-city&part=open", width) for width in (360, 1366)),
    *(("registrar", f"/desk/{path}", 390) for path in ("c/{appeal}/", "appeals/sstu/?part=InWork")),
    ("votes2", "/desk/votes/{ballots}/papers/{sheet}/", 390),
    *(("reception", f"/desk/reception/{path}", 390) for path in ("", "day/", "control/")),
)


@pytest.fixture(scope="module")
def people(browser: Browser, served: str) -> Iterator[dict[str, Page]]:
    """Sign in once for all pages: a guest, the author of a message, officials by their work."""
    anna = entered(browser, served, CITIZEN)
    anna.goto(f"{served}/send/")
    anna.fill("#id_text", "На детской площадке во дворе сломаны качели, торчит железо")
    anna.locator('input[name="place_kind"][value="unknown"]').check(force=True)
    anna.locator('input[name="contact_kind"][value="none"]').check(force=True)
    content = jpeg(scene(1, (320, 240)))
    anna.set_input_files("#id_photos", {"name": "a.jpg", "mimeType": "image/jpeg",
                                        "buffer": content})  # fmt: skip
    anna.locator(".sendbar button").click()
    anna.locator("[data-number]").wait_for(timeout=60_000)
    guest = browser.new_context(locale="ru-RU", bypass_csp=True).new_page()
    found = {
        "guest": guest,
        "author": anna,
        **{actor.email.partition("@")[0]: entered(browser, served, actor) for actor in OFFICIALS},
    }
    yield found
    for page in found.values():
        page.context.close()


@pytest.fixture(scope="module")
def numbers(people: dict[str, Page], served: str) -> dict[str, str]:
    guest = people["guest"]
    guest.goto(f"{served}/messages/")
    public = first(guest, "main a[href^='/m/']")
    guest.goto(f"{served}/problems/")
    problem = first(guest, "main a[href^='/problems/']")
    reported(served, "roads-pothole", "Большая яма на проезжей части", (59.2205, 39.8915))
    executor = people["executor"]
    executor.goto(f"{served}/desk/?status=work")
    at_work = executor.locator("main a[href^='/desk/c/']")
    until(at_work.count, executor, served)  # its body is being found
    own = people["author"].locator("[data-number]").inner_text()
    moderator = people["moderator"]
    moderator.goto(f"{served}/desk/c/{own}/")
    photos = moderator.locator("main a[href*='/photos/']")
    until(photos.count, moderator, served)  # its copies are being made
    city = people["cityadmin"]
    code = made(city, served, "form")
    widget = city.url.rstrip("/").rpartition("/")[2]
    guest.goto(f"{served}/surveys/")
    surveys = guest.locator(f"main .rows {SIGNED}")
    survey, ended = (slug_of(each) for each in (surveys.first, surveys.last))
    guest.goto(f"{served}/discussions/")
    discussion = slug_of(guest.locator("main .rows a").first)
    guest.goto(f"{served}/petitions/")
    petition = slug_of(guest.locator("main .rows a").first)
    guest.goto(f"{served}/statements/")
    statements = guest.locator("main .rows a")
    saying, said = (slug_of(each) for each in (statements.first, statements.last))
    people["votes"].goto(f"{served}/desk/statements/")
    conversation = first(people["votes"], "main .rows a[href^='/desk/statements/']")
    people["votes"].goto(f"{served}/desk/projects/")
    project = first(people["votes"], "main .rows a[href^='/desk/projects/']")
    guest.goto(f"{served}/projects/?topic=yards")
    budget = first(guest, "main a:has-text('Деньги на дворы')")
    people["votes"].goto(f"{served}/desk/discussions/")
    hearing = first(people["votes"], "main a:has-text('Проект планировки')")
    people["votes"].goto(f"{served}/desk/surveys/")
    asked = first(people["votes"], f"main .rows {SIGNED}")
    answer(people["author"], f"{served}/surveys/{survey}/answer/1/")
    people["votes"].goto(f"{served}/desk/outcomes/?tab=undecided")
    phase = first(people["votes"], "main a[href^='/desk/outcomes/']")
    guest.goto(f"{served}/votes/")
    people["votes"].goto(f"{served}/desk/votes/")
    ballots = first(people["votes"], "main a[href^='/desk/votes/']:has-text('ёлку')")
    return {
        "ballots": ballots,
        "sheet": listed(
            people["votes2"], f"{served}/desk/votes/{ballots}/papers/", "main a.button"
        ),
        "task": listed(people["leader"], f"{served}/desk/instructions/?tab=all", "main td a"),
        "roadmap": listed(people["leader"], f"{served}/desk/roadmaps/", "main td a"),
        "appeal": listed(people["registrar"], f"{served}/desk/appeals/", "main td a"),
        "person": listed(
            people["admin"], f"{served}/desk/people/", "main a[href^='/desk/people/']"
        ),
        "counted": slug_of(guest.locator("main .rows a[href^='/votes/']").last),
        "survey": survey,
        "asked": asked,
        "project": project,
        "budget": budget,
        "hearing": hearing,
        "ended": ended,
        "discussion": discussion,
        "petition": petition,
        "saying": saying,
        "said": said,
        "conversation": conversation,
        "phase": phase,
        "webhook": subscribed(city, served),
        "vote": first(guest, "main a[href^='/votes/']:not([href$='/how/'])"),
        "widget": widget,
        "token": code.partition('data-widget="')[2].partition('"')[0],
        "own": own,
        "photo": first(moderator, "main a[href*='/photos/']"),
        "number": public,
        "problem": problem,
        "work": first(executor, "main a[href^='/desk/c/']"),
    }


def first(page: Page, link: str) -> str:
    """Return the number that the first such link leads to."""
    address = page.locator(link).first.get_attribute("href") or ""
    return address.rstrip("/").rpartition("/")[2]


def listed(page: Page, address: str, link: str) -> str:
    """Return the number that the first such link of a page leads to."""
    page.goto(address)
    return first(page, link)


def slug_of(link: Locator) -> str:
    """Return the last part of the address that a link leads to."""
    return (link.get_attribute("href") or "").rstrip("/").rpartition("/")[2]


def answer(page: Page, address: str) -> None:
    """Say where one lives and answer the first page of a survey, so that there is a review."""
    page.goto(address)
    if page.locator("#territory").count():
        page.select_option("#territory", "vologda-city")
        page.fill("#born_on", "1980-05-01")
        page.locator("main form button").click()
    page.locator('main input[type="radio"]').first.check(force=True)
    page.locator("main form button").click()


def subscribed(city: Page, served: str) -> str:
    """Subscribe another system; return the subscription's number."""
    city.goto(f"{served}/desk/webhooks/new/")
    city.fill("#title", "Проба")
    city.fill("#url", "https://city.example.ru/hook")
    city.locator("main form.card button").first.click()
    city.locator("#since").wait_for()
    return city.url.rstrip("/").rpartition("/")[2]


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds serious: the rule and where."""
    page.evaluate(f"async () => {{ {AXE_TEXT} }}")
    found: dict[str, Any] = page.evaluate(RULES)
    return [
        (each["id"], [node["html"][:160] for node in each["nodes"]][:3])
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


with open(AXE, encoding="utf-8") as _script:  # noqa: PTH123
    AXE_TEXT = _script.read()


@pytest.mark.parametrize(("who", "path", "width"), PAGES)
def test_axe_finds_nothing_serious(
    people: dict[str, Page], numbers: dict[str, str], served: str, who: str, path: str, width: int
) -> None:
    page = people[who]
    page.set_viewport_size({"width": width, "height": 800})
    answer = page.goto(f"{served}{path.format(**numbers)}")
    assert answer
    assert answer.status == (404 if "no-such" in path else 200)
    if who == "leader" and path == "/monitor/":
        page.locator("[data-worst] button").first.click()
        page.locator("dialog[open] [data-why-parts] *").first.wait_for()
    while not page.evaluate(AT_REST):  # waiting within the page would need its leave to evaluate
        page.wait_for_timeout(50)
    assert not serious(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("who", "path", "opened"),
    [
        ("guest", "/", ""),
        ("guest", "/send/", "[name=place_kind][value=pin]"),
        ("executor", "/desk/c/{work}/", ""),
        ("leader", "/monitor/", ""),
    ],
)
def test_maps_draw_with_no_internet(
    people: dict[str, Page],
    numbers: dict[str, str],
    served: str,
    who: str,
    path: str,
    opened: str,
) -> None:
    page = people[who]
    page.set_viewport_size({"width": 1366, "height": 800})
    page.goto(f"{served}{path.format(**numbers)}")
    if opened:
        page.locator(opened).check(force=True)
    page.locator(".map canvas").first.wait_for()
    assert [address for address in ASKED if "/build/map/base-" in address]


def test_an_area_is_drawn_by_pointer_and_keys_and_subscribed_to(
    people: dict[str, Page], served: str
) -> None:
    page = people["author"]
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{served}/watch/")
    page.locator('[name="place"][value="area"]').check(force=True)
    canvas = page.locator("[data-area-map] canvas")
    canvas.wait_for()
    frame = canvas.bounding_box()
    assert frame
    middle = frame["width"] / 2, frame["height"] / 2
    for x, y in ((-40, -30), (40, -20)):  # near the middle: corners lie within the region
        canvas.click(position={"x": middle[0] + x, "y": middle[1] + y})
    canvas.press(" ")  # a corner in the middle
    page.locator("[data-area-said]", has_text="углов: 3").wait_for()
    page.locator("[data-area-back]").click()
    page.locator("[data-area-said]", has_text="хотя бы три").wait_for()
    page.locator("[data-area-put]").click()
    corners = json.loads(page.locator('[name="shape"]').input_value())
    assert len({tuple(each) for each in corners}) == 3
    page.get_by_role("button", name="Подписаться", exact=True).click()
    page.get_by_text("Подписали").wait_for()
    assert page.locator("#own ~ ul li").count() == 1


def test_the_form_travels_light(browser: Browser, served: str) -> None:
    page = browser.new_context(locale="ru-RU").new_page()
    tools = page.context.new_cdp_session(page)
    weights: dict[str, int] = {}
    names: dict[str, str] = {}
    tools.on(
        "Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]})
    )
    tools.on(
        "Network.loadingFinished",
        lambda e: weights.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    tools.send("Network.enable")
    page.goto(f"{served}/send/", wait_until="networkidle")
    heaviest = sorted(((weights[key], names.get(key, "")) for key in weights), reverse=True)
    assert sum(weights.values()) <= FIRST_LOAD, heaviest[:5]
    assert not any("maplibre" in url or "/map/" in url for url in names.values())
