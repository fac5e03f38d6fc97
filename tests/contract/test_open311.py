"""GeoReport v2 judged by its specification's words, and by others' clients."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from defusedxml.ElementTree import fromstring
from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.demo import accounts
from otklik.demo.accounts import DEMO_KEY
from otklik.flow.intake.models import Report
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.models import ApiKey, KeyUse
from otklik.ground.topics.queries import topics
from tests.cast import NOW, POTHOLE, VOLOGDA, elena, opened_case, signed_in
from tests.journeys.test_bad_input import bomb, picture

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.contract]
ROOT = "/open311/v2"


def sent(**more: Any) -> dict[str, Any]:
    values = {
        "api_key": DEMO_KEY, "service_code": POTHOLE, "lat": VOLOGDA[0], "long": VOLOGDA[1],
        "description": "Яма у остановки, глубокая, объезжают по встречной",
    }  # fmt: skip
    return {key: value for key, value in (values | more).items() if value is not None}


def posted(client: Client, fmt: str = "json", **more: Any) -> Any:
    return client.post(f"{ROOT}/requests.{fmt}", sent(**more))


def text(element: ET.Element, path: str) -> str | None:
    found = element.find(path)
    return None if found is None else found.text


def test_services_are_the_same_in_both_formats(client: Client) -> None:
    as_json = client.get(f"{ROOT}/services.json")
    as_xml = client.get(f"{ROOT}/services.xml")
    assert as_json["Content-Type"] == "application/json; charset=utf-8"
    assert as_xml["Content-Type"] == "text/xml; charset=utf-8"
    assert as_xml.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    services = as_json.json()
    assert len(services) >= 120
    codes = [element.text for element in fromstring(as_xml.content).iter("service_code")]
    assert codes == [service["service_code"] for service in services]
    assert set(services[0]) == {
        "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
    }  # fmt: skip


def test_a_posted_request_is_found_at_once_and_after_triage(client: Client) -> None:
    answer = posted(client)
    assert answer.status_code == 200
    (made,) = answer.json()
    number = made["service_request_id"]
    assert "token" not in made
    (fresh,) = client.get(f"{ROOT}/requests/{number}.json").json()
    assert fresh["status"] == "open"
    decide(Report.objects.get(number=number).pk, now=NOW)
    (decided,) = client.get(f"{ROOT}/requests/{number}.json").json()
    assert decided["service_code"] == POTHOLE
    assert decided["agency_responsible"]
    listed = client.get(f"{ROOT}/requests.json?service_request_id={number}").json()
    assert [each["service_request_id"] for each in listed] == [number]
    xml = fromstring(client.get(f"{ROOT}/requests/{number}.xml").content)
    assert xml.tag == "service_requests"
    assert text(xml, "request/service_request_id") == number


@pytest.mark.parametrize("fmt", ["json", "xml"])
@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"api_key": None}, 403),
        ({"api_key": "guess"}, 403),
        ({"service_code": None}, 400),
        ({"service_code": "no-such"}, 404),
        ({"lat": None, "long": None}, 400),
        ({"long": None}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "1e400"}, 400),
        ({"lat": 91}, 400),
        ({"lat": 10.0, "long": 10.0}, 400),
        ({"description": "я" * 4001}, 400),
        ({"email": "no"}, 400),
        ({"media_url": "javascript:alert(1)"}, 400),
        ({"media_url": [f"https://town.example/{n}.jpg" for n in range(11)]}, 400),
        ({"jurisdiction_id": "chicago"}, 404),
    ],
)
def test_errors_are_a_list_with_http_codes(
    client: Client, fmt: str, more: dict[str, Any], status: int
) -> None:
    answer = posted(client, fmt, **more)
    assert answer.status_code == status
    if fmt == "json":
        assert answer.json()[0]["code"] == status
    else:
        error = fromstring(answer.content)
        assert error.tag == "errors"
        assert text(error, "error/code") == str(status)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00Z", 200),
        ("start_date=2026-01-01T00:00:00+03:00", 200),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400),
        ("start_date=2026-01-01T00:00:00", 400),
        ("start_date=yesterday", 400),
        ("status=open,closed&service_code=&page=2&page_size=5", 200),
        ("status=half", 400),
        ("page=0", 400),
    ],
)
def test_lists_take_the_arguments_of_the_specification(
    client: Client, query: str, status: int
) -> None:
    assert client.get(f"{ROOT}/requests.json?{query}").status_code == status


def test_what_is_hidden_looks_as_if_it_were_not_there(client: Client) -> None:
    for path in ("requests/48213097", "requests/nonsense", "services/nonsense", "tokens/1"):
        assert client.get(f"{ROOT}/{path}.json").status_code == 404


def test_discovery_names_the_endpoint_in_both_formats(client: Client) -> None:
    found = client.get(f"{ROOT}/discovery.json").json()
    assert found["endpoints"][0]["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert fromstring(client.get(f"{ROOT}/discovery.xml").content).tag == "discovery"


def test_nothing_personal_leaves(client: Client) -> None:
    number = posted(client, email="secret@example.ru", phone="", first_name="Анна",
                    description="Звоните +7 921 123-45-67, яма у дома")  # fmt: skip
    (found,) = client.get(f"{ROOT}/requests/{number.json()[0]['service_request_id']}.json").json()
    said = str(found)
    assert "secret@example.ru" not in said
    assert "123-45-67" not in said
    assert "Анна" not in said


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "outside": ({"lat": 55.75, "long": 37.61}, "lat, long: Точка за границей Вологодской области"),
    "coordinates": ({"lat": "север"}, "lat: не число"),
    "long": ({"description": "я" * 2**20}, "description длиннее 4000 знаков"),
    "broken letters": ({"description": "яма \ufffd"}, "description: Часть букв не прочиталась"),
    "no letters": ({"description": "!!!"}, "description: Напишите, что случилось"),
    "e-mail": ({"email": "анна"}, "email: Проверьте адрес почты"),
    "key": ({"api_key": "guess"}, "Ключ api_key не указан или неизвестен"),
}
FILES: dict[str, tuple[list[SimpleUploadedFile], str]] = {
    "executable": (
        [SimpleUploadedFile("a.jpg", b"MZ" + b"\0" * 500)],
        "media: «a.jpg»: такие файлы",
    ),
    "100 megapixels": ([SimpleUploadedFile("a.png", picture(10_000, 10_000))], "мегапикселей"),
    "zip bomb": ([SimpleUploadedFile("a.docx", bomb())], "слишком много данных"),
    "twenty": ([SimpleUploadedFile(f"{n}.png", picture(9, 9)) for n in range(20)], "Файлов 20"),
}


@pytest.mark.parametrize("name", [*BAD, *FILES])
def test_bad_input_is_refused_in_russian_or_in_the_language_asked_for(
    client: Client, name: str
) -> None:
    more, said = BAD.get(name, ({}, ""))
    if name in FILES:
        files, said = FILES[name]
        for file in files:
            file.seek(0)
        more = {"media": files}
    assert said in posted(client, **more).json()[0]["description"]
    for files, _ in FILES.values():
        for file in files:
            file.seek(0)
    english = client.post(f"{ROOT}/requests.json?locale=en", sent(**more)).json()[0]["description"]
    assert not re.search("[А-Яа-я]", english)
    assert Report.objects.count() == 0


def test_a_repeated_key_is_one_request_and_html_is_only_text(client: Client) -> None:
    posts = [
        client.post(f"{ROOT}/requests.json", sent(description="<b>Яма</b> <script>x</script>"),
                    headers={"Idempotency-Key": "one"}).json()[0]
        for _ in range(2)
    ]  # fmt: skip
    assert posts[0]["service_request_id"] == posts[1]["service_request_id"]
    (found,) = client.get(f"{ROOT}/requests/{posts[0]['service_request_id']}.json").json()
    assert "<" not in found["description"]


def test_a_description_may_be_missing_as_the_specification_says(client: Client) -> None:
    (made,) = posted(client, description=None).json()
    (found,) = client.get(f"{ROOT}/requests/{made['service_request_id']}.json").json()
    assert found["description"] == found["service_name"]


@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_an_address_that_is_not_there_is_an_error_of_the_specification_too(
    client: Client, fmt: str
) -> None:
    answer = client.get(f"{ROOT}/nothing.{fmt}")
    assert answer.status_code == 404
    if fmt == "json":
        assert answer.json()[0]["code"] == 404
    else:
        assert text(fromstring(answer.content), "error/code") == "404"


def test_a_service_with_questions_defines_all_six_kinds_of_answers(client: Client) -> None:
    listed = {each["service_code"]: each for each in client.get(f"{ROOT}/services.json").json()}
    asking = [code for code, each in listed.items() if each["metadata"]]
    kinds = set()
    for code in asking:
        found = client.get(f"{ROOT}/services/{code}.json").json()
        assert found["service_code"] == code
        orders = [each["order"] for each in found["attributes"]]
        assert orders == list(range(1, len(orders) + 1))
        xml = fromstring(client.get(f"{ROOT}/services/{code}.xml").content)
        assert [each.text for each in xml.iter("code")] == [
            each["code"] for each in found["attributes"]
        ]
        for each in found["attributes"]:
            kinds.add(each["datatype"])
            assert ("values" in each) == each["datatype"].endswith("list")
    assert kinds == {
        "string", "number", "datetime", "text", "singlevaluelist", "multivaluelist",
    }  # fmt: skip
    plain = client.get(f"{ROOT}/services/roads-resurfacing.json").json()
    assert plain == {"service_code": "roads-resurfacing", "attributes": []}


def test_answers_reach_the_official_and_only_those_without_words_reach_everybody(
    client: Client,
) -> None:
    answers: dict[str, Any] = {
        "attribute[lane]": "edge", "attribute[depth]": "12,5",
        "attribute[harm][]": ["wheel", "fall"], "attribute[unknown]": "x",
    }  # fmt: skip
    (made,) = posted(client, **answers).json()
    number = made["service_request_id"]
    decide(Report.objects.get(number=number).pk, now=NOW)
    page = signed_in(elena()).get(f"/desk/c/{number}/").content.decode()
    assert "У обочины" in page
    assert "Пробили колесо, Упал человек" in page
    assert "12.5" in page
    (open_,) = client.get(f"{ROOT}/requests/{number}.json?extensions=true").json()
    assert {each["code"]: each["value"] for each in open_["extended_attributes"]["answers"]} == {
        "lane": ["edge"], "depth": [12.5], "harm": ["wheel", "fall"],
    }  # fmt: skip
    assert "extended_attributes" not in client.get(f"{ROOT}/requests/{number}.json").json()[0]
    words = posted(client, **{"service_code": "lighting-lamp-off", "attribute[pole]": "дом 5"})
    number = words.json()[0]["service_request_id"]
    decide(Report.objects.get(number=number).pk, now=NOW)
    (found,) = client.get(f"{ROOT}/requests/{number}.json?extensions=true").json()
    assert found["extended_attributes"]["answers"] == []


def test_links_to_pictures_elsewhere_reach_officials_alone_and_are_marked(client: Client) -> None:
    photos = [f"https://town.example/photo/{name}.jpg" for name in ("a", "b")]
    number = posted(client, media_url=photos).json()[0]["service_request_id"]
    decide(Report.objects.get(number=number).pk, now=NOW)
    page = signed_in(elena()).get(f"/desk/c/{number}/").content.decode()
    assert all(f'href="{photo}" rel="noopener noreferrer nofollow"' in page for photo in photos)
    assert "мы её не проверяли" in page
    stranger = signed_in(accounts.official(accounts.ANALYST)).get(f"/desk/c/{number}/")
    assert "town.example" not in stranger.content.decode()
    (shown,) = client.get(f"{ROOT}/requests/{number}.json?extensions=true").json()
    assert "town.example" not in json.dumps(shown)
    assert "town.example" not in client.get(f"/m/{number}/").content.decode()


def test_extensions_tell_what_changed_in_both_formats(client: Client) -> None:
    case = opened_case()
    shown = client.get(f"{ROOT}/requests.json?service_request_id={case.number}&extensions=true")
    (found,) = shown.json()
    assert found["notes"]
    assert {tuple(each) for each in found["notes"]} == {("datetime", "description", "type")}
    assert [each["datetime"] for each in found["notes"]] == sorted(
        each["datetime"] for each in found["notes"]
    )
    xml = fromstring(client.get(f"{ROOT}/requests/{case.number}.xml?extensions=true").content)
    assert text(xml, "request/notes/note/description") == found["notes"][0]["description"]
    assert "notes" not in client.get(f"{ROOT}/requests/{case.number}.json").json()[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"service_code": "lighting-lamp-off"}, "attribute[pole]: нужен ответ"),
        ({"attribute[lane]": "sky"}, "attribute[lane]: такого ответа нет"),
        ({"attribute[lane]": ["lane", "edge"]}, "attribute[lane]: нужен один ответ"),
        ({"attribute[harm]": ["wheel", "nothing"]}, "attribute[harm]: такого ответа нет"),
        ({"attribute[depth]": "глубоко"}, "attribute[depth]: нужно число"),
        ({"service_code": "waste-not-collected", "attribute[last]": "вчера"},
         "attribute[last]: нужны дата и время"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_refused_by_name(
    client: Client, more: dict[str, Any], said: str
) -> None:
    answer = posted(client, **more)
    assert answer.status_code == 400
    assert said in answer.json()[0]["description"]
    assert Report.objects.count() == 0


def test_an_administrator_asks_something_new_and_the_next_definition_has_it(
    client: Client,
) -> None:
    chief = signed_in(accounts.official(accounts.ADMINISTRATOR))
    topic = topics().by_code["roads-resurfacing"]
    answer = chief.post("/admin/topics/question/add/", {
        "topic": topic.pk, "code": "length", "position": 1, "datatype": "number",
        "variable": "on", "title_ru": "Сколько метров?", "choices": "[]", "active": "on",
    })  # fmt: skip
    assert answer.status_code == 302
    (asked,) = client.get(f"{ROOT}/services/roads-resurfacing.json").json()["attributes"]
    assert (asked["code"], asked["description"]) == ("length", "Сколько метров?")
    broken = chief.post("/admin/topics/question/add/", {
        "topic": topic.pk, "code": "kind", "position": 2, "datatype": "singlevaluelist",
        "variable": "on", "title_ru": "Какая?", "choices": "[]", "active": "on",
    })  # fmt: skip
    assert "ответы нужны у списков" in broken.content.decode()


def test_a_sender_who_lost_the_answer_finds_its_number_by_its_own_key(client: Client) -> None:
    (made,) = posted(client, client_request_id="town-77").json()
    found = client.get(f"{ROOT}/tokens/town-77.json").json()
    assert found == [{"service_request_id": made["service_request_id"], "token": "town-77"}]
    xml = fromstring(client.get(f"{ROOT}/tokens/town-77.xml").content)
    assert text(xml, "request/service_request_id") == made["service_request_id"]
    other = ApiKey.objects.create(region_id="vologda", title="Другой город")
    (second,) = posted(
        client, api_key=other.key, client_request_id="town-77", description="Другая яма, глубокая"
    ).json()
    assert second["service_request_id"] != made["service_request_id"]
    assert client.get(f"{ROOT}/tokens/town-77.json").status_code == 404
    found = client.get(f"{ROOT}/tokens/town-77.json?api_key={other.key}").json()
    assert found[0]["service_request_id"] == second["service_request_id"]


def test_a_key_opens_only_its_scopes_and_only_so_often(client: Client) -> None:
    narrow = ApiKey.objects.create(region_id="vologda", title="Только сведения", scopes=["updates"])
    assert posted(client, api_key=narrow.key).status_code == 403
    slow = ApiKey.objects.create(region_id="vologda", title="Медленно", per_minute=2)
    with time_machine.travel(NOW, tick=False):
        codes = [posted(client, api_key=slow.key).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert posted(client, api_key=slow.key).status_code == 200
    free = ApiKey.objects.create(region_id="vologda", title="Своя", per_minute=0)
    assert posted(client, api_key=free.key).status_code == 200
    assert not KeyUse.objects.filter(key=free).exists()  # what is not counted never waits


def listed(client: Client, query: str) -> list[str]:
    answer = client.get(f"{ROOT}/requests.json?{query}")
    assert answer.status_code == 200, answer.content
    return [each["service_request_id"] for each in answer.json()]


def test_a_list_is_narrowed_by_place_as_the_public_sees_it(client: Client) -> None:
    here = opened_case(lat=59.22049, lon=39.89151)
    there = opened_case(lat=59.30, lon=39.95)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert set(listed(client, "bbox=39.8,59.2,39.9,59.25")) == {here.number}
        assert listed(client, "lat=59.22&long=39.892&radius=60") == [here.number]
        assert set(listed(client, "lat=59.22&long=39.892&radius=20000")) == {
            here.number, there.number,
        }  # fmt: skip
        # nobody finds the house by finer and finer borders: only the coarse place counts
        assert listed(client, "bbox=39.8915,59.2204,39.8916,59.2206") == []
        for wrong in ("bbox=1,2,3", "bbox=40,60,39,59", "lat=59&radius=5", "radius=5",
                      "lat=59&long=39&radius=1e9", "lat=59&long=39&radius=nan"):  # fmt: skip
            assert client.get(f"{ROOT}/requests.json?{wrong}").status_code == 400


def test_a_list_is_narrowed_by_change_also_of_what_came_long_ago(client: Client) -> None:
    old = opened_case(now=NOW - timedelta(days=200))
    fresh = opened_case()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert listed(client, "") == [fresh.number]
        since = (NOW - timedelta(days=201)).isoformat().replace("+00:00", "Z")
        assert listed(client, f"updated_after={since}") == [fresh.number, old.number]
        until = (NOW - timedelta(days=1)).isoformat().replace("+00:00", "Z")
        assert listed(client, f"updated_after={since}&updated_before={until}") == [old.number]


def test_pages_follow_one_another_without_loss_or_repeat(client: Client) -> None:
    cases = {opened_case().number for _ in range(3)}
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        pages = [listed(client, f"page_size=2&page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert {*pages[0], *pages[1]} == cases


@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_a_wrong_method_is_an_error_of_the_specification(client: Client, fmt: str) -> None:
    answer = client.delete(f"{ROOT}/requests.{fmt}", headers={"Accept-Language": "en"})
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST, HEAD"
    if fmt == "json":
        assert answer.json()[0]["code"] == 405
        assert not re.search("[А-Яа-я]", answer.json()[0]["description"])
    else:
        assert text(fromstring(answer.content), "error/code") == "405"


def test_our_own_interface_says_what_is_wrong_in_the_readers_language(client: Client) -> None:
    for language, letters in (("ru", "[А-Яа-я]"), ("en", "[A-Za-z]")):
        headers = {"Accept-Language": language}
        answers = [
            client.get("/api/nothing", headers=headers),
            client.post("/api/heatmap", headers=headers),
            client.get("/api/addresses", headers=headers),
            client.get("/api/heatmap?resolution=99", headers=headers),
            client.post("/api/suggest", "{", content_type="application/json", headers=headers),
        ]
        assert [each.status_code for each in answers] == [404, 405, 422, 400, 400]
        for each in answers:
            assert re.search(letters, each.json()["detail"].split(": ")[-1]), each.content
            if language == "en":
                assert not re.search("[А-Яа-я]", each.json()["detail"])


def test_a_character_that_xml_forbids_does_not_break_the_list(client: Client) -> None:
    (made,) = posted(client, description="Яма\x0b у дома\r\nглубокая").json()
    xml = fromstring(client.get(f"{ROOT}/requests/{made['service_request_id']}.xml").content)
    assert text(xml, "request/description") == "Яма у дома\nглубокая"


def test_another_site_follows_a_case_and_tells_of_it_as_fixmystreet_does(client: Client) -> None:
    (made,) = posted(client).json()
    number = made["service_request_id"]
    decide(Report.objects.get(number=number).pk, now=NOW)
    span = "start_date=2026-11-20T00:00:00Z&end_date=2026-12-20T00:00:00Z"
    found = client.get(f"{ROOT}/servicerequestupdates.json?{span}&api_key={DEMO_KEY}").json()
    assert {each["service_request_id"] for each in found} == {number}
    assert found[-1]["status"] in {"INVESTIGATING", "IN_PROGRESS"}
    xml = fromstring(client.get(f"{ROOT}/servicerequestupdates.xml?{span}").content)
    assert xml.tag == "service_request_updates"
    assert len(xml.findall("request_update")) == len(found)
    news = {
        "api_key": DEMO_KEY, "service_request_id": number, "status": "OPEN", "update_id": "fms-5",
        "updated_datetime": "2026-11-24T12:30:00+03:00", "description": "Яма стала ещё больше",
        "media_url": "https://town.example/now.jpg",
    }  # fmt: skip
    first = client.post(f"{ROOT}/servicerequestupdates.json", news)
    again = client.post(f"{ROOT}/servicerequestupdates.json", news)
    assert first.status_code == 200
    assert first.json() == again.json()
    page = signed_in(elena()).get(f"/desk/c/{number}/").content.decode()
    assert page.count("Яма стала ещё больше") == 1
    assert page.count("https://town.example/now.jpg") == 1


def test_news_of_others_requests_and_broken_news_are_refused(client: Client) -> None:
    others = opened_case()
    good = {
        "api_key": DEMO_KEY, "service_request_id": others.number, "status": "FIXED",
        "updated_datetime": "2026-11-24T12:30:00+03:00",
    }  # fmt: skip
    for more, status in (
        ({}, 404), ({"api_key": "guess"}, 403), ({"status": "GONE"}, 400),
        ({"updated_datetime": "yesterday"}, 400), ({"service_request_id": ""}, 400),
    ):  # fmt: skip
        answer = client.post(f"{ROOT}/servicerequestupdates.json", good | more)
        assert answer.status_code == status, answer.content
        assert answer.json()[0]["code"] == status
