"""Through the door of telephone systems: signed events, told twice, out of order, of nobody."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client

from otklik.flow.calls.models import Call, Callback, Extension, Line
from tests.cast import elena, galina, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture
def line() -> Line:
    operator = galina()
    Extension.objects.create(region=operator.region, number="101", official=operator)
    return Line.objects.create(region=operator.region, title="АТС", token="line", secret="key")


def tell(line: Line, **event: Any) -> Any:
    secret, token = event.pop("secret", line.secret), event.pop("token", line.token)
    said = {"event": "ringing", "phone": "89005550101", "extension": "101", "call_id": "c-1"}
    body = json.dumps({**said, **event}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Client().post(
        f"/hooks/telephony/{token}/", body, content_type="application/json",
        headers={"X-Otklik-Signature": signature},
    )  # fmt: skip


def seen() -> dict[str, Any] | None:
    answer = signed_in(galina()).get("/desk/call/ringing/")
    return answer.json() if answer.status_code == 200 else None


def test_a_ringing_call_reaches_its_operator_alone(line: Line) -> None:
    assert seen() is None
    assert tell(line).status_code == 200
    call = Call.objects.get()
    assert seen() == {"call": call.pk, "phone": "+79005550101", "state": "ringing"}
    page = signed_in(galina()).get(f"/desk/call/?call={call.pk}")
    assert "+79005550101" in page.content.decode()
    other = signed_in(elena())
    assert other.get("/desk/call/ringing/").status_code == 403


def test_told_twice_or_late_it_is_one_call(line: Line) -> None:
    for event in ("ringing", "ringing", "answered", "ringing", "ended", "answered", "ended"):
        assert tell(line, event=event).status_code == 200
    call = Call.objects.get()
    assert call.state == "ended"
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert not Callback.objects.exists()


def test_one_who_hung_up_unheard_is_called_back_once(line: Line) -> None:
    for call in ("c-1", "c-2"):
        tell(line, call_id=call)
        tell(line, call_id=call, event="ended")
        tell(line, call_id=call, event="ended")
    callback = Callback.objects.get()
    assert callback.phone == "+79005550101"
    page = signed_in(galina()).get("/desk/callbacks/")
    assert "Не дождался ответа оператора" in page.content.decode()


def test_an_unknown_place_harms_nothing(line: Line) -> None:
    assert tell(line, extension="999").status_code == 200
    assert Call.objects.get().official is None
    assert seen() is None


def test_a_call_that_rang_everywhere_goes_to_who_took_it(line: Line) -> None:
    tell(line, extension="999")
    tell(line, event="answered", extension="101")
    found = seen()
    assert found is not None
    assert found["state"] == "talking"


@pytest.mark.parametrize(("said", "status"), [
    ({"secret": "other"}, 403), ({"token": "nobody"}, 404), ({"event": "dtmf"}, 204),
])  # fmt: skip
def test_strangers_and_trifles_leave_no_trace(line: Line, said: Any, status: int) -> None:
    assert tell(line, **said).status_code == status
    assert not Call.objects.exists()


def test_what_is_no_event_is_refused(line: Line) -> None:
    for body in (b"[1]", b"{", b"\xff"):
        signature = hmac.new(b"key", body, hashlib.sha256).hexdigest()
        answer = Client().post(
            "/hooks/telephony/line/", body, content_type="application/json",
            headers={"X-Otklik-Signature": signature},
        )  # fmt: skip
        assert answer.status_code == 400


def test_a_form_in_the_words_of_another_system(line: Line) -> None:
    Line.objects.update(dialect="asterisk")
    body = b"Event=Newchannel&CallerIDNum=89005550101&Exten=101&Linkedid=1700.1"
    answer = Client().post(
        "/hooks/telephony/line/", body, content_type="application/x-www-form-urlencoded",
        headers={"X-Signature": hmac.new(b"key", body, hashlib.sha256).hexdigest()},
    )  # fmt: skip
    assert answer.status_code == 200
    assert Call.objects.get().external == "1700.1"


def test_a_switched_off_line_does_not_exist(line: Line) -> None:
    Line.objects.update(active=False)
    assert tell(line).status_code == 404
