"""What the imitator shows: plainly not Госуслуги."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from otklik.demo.esia.persons import PERSONS

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPES = {
    "fullname": "имя, отчество и фамилию", "birthdate": "дату рождения", "gender": "пол",
    "email": "почту", "mobile": "телефон", "addresses": "адреса регистрации и проживания",
    "usr_org": "организации, в которых вы состоите",
}  # fmt: skip
STYLE = """
* { box-sizing: border-box }
body { margin: 0; background: #eef0ee; color: #151c1c;
  font: 1.0625rem/1.5 Golos, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif }
.mark { margin: 0; padding: .75rem 1rem; background: #fdf0dc; color: #5c3800; text-align: center }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem }
.asked { background: #fff; border-radius: .75rem; padding: 1rem 1.25rem; margin: 1rem 0 }
.asked p { margin: 0 }
ul { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .625rem }
button { font: inherit; width: 100%; min-height: 2.75rem; text-align: left; color: inherit;
  padding: .75rem 1.25rem; border: 1px solid #76807e; border-radius: .75rem; background: #fff;
  cursor: pointer }
button:hover { background: #e0f0f0 }
button:focus-visible { outline: 3px solid #0b5f6b; outline-offset: 2px }
button b { display: block }
button span { color: #56605f; font-size: .9375rem }
.no { text-align: center; background: none }
"""
HEAD = """<!doctype html><html lang="ru"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>{style}</style></head><body>
<p class="mark"><b>Это не Госуслуги.</b> Имитатор для показа: люди придуманы, пароль не нужен.</p>
<main>"""


def _page(title: str, body: str) -> str:
    return f"{HEAD.format(title=escape(title), style=STYLE)}{body}</main></body></html>"


def home() -> str:
    """Tell what this is to whoever opened it by hand."""
    return _page(
        "Имитатор ЕСИА",
        "<h1>Имитатор ЕСИА</h1><p>Программа отвечает по тем же адресам, что настоящая ЕСИА, и"
        " работает только с показом «Отклика». Начните со страницы входа «Отклика».</p>",
    )


def refused(code: str, why: str) -> str:
    """Tell why a request was not taken, as ЕСИА does: by its code."""
    return _page("Ошибка", f"<h1>Запрос не принят</h1><p>{escape(why)}</p><p>{escape(code)}</p>")


def choose(asked: Mapping[str, str]) -> str:
    """Ask which of the invented people comes in."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    scopes = ", ".join(SCOPES[each] for each in asked["scope"].split() if each in SCOPES)
    people = "".join(
        f'<li><button name="person" value="{each.oid}"><b>{escape(each.last)} {escape(each.first)}'
        f" {escape(each.middle)}</b><span>{escape(each.level)} — {escape(each.note)}</span>"
        "</button>"
        for each in PERSONS
    )
    return _page(
        "Вход через имитатор ЕСИА",
        f'<h1>Кем войти?</h1><div class="asked"><p>«Отклик» просит: {escape(scopes)}. Выбрав'
        f' человека, вы соглашаетесь их передать.</p></div><form method="post">{hidden}'
        f'<ul>{people}</ul><button class="no" name="person" value="">Отказаться и вернуться'
        "</button></form>",
    )
