from __future__ import annotations

import pytest

from otklik.flow.channels.widgets.rules import FAULTS, Seen, ancestors, faults_of, origin_of

LETS = "default-src 'self'; script-src https://otklik.example; frame-src https:"
OTHERS = '<script src="https://evil.example/w.js" data-widget="abc"></script>'
OURS = "https://otklik.example"
CODE = f'<script async src="{OURS}/w.js" data-widget="abc"></script>'
PAGE = "https://gorod.ru/news/1"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://gorod.ru", "https://gorod.ru"),
        (" https://GOROD.ru/a/b?c=d ", "https://gorod.ru"),
        ("http://127.0.0.1:8123/", "http://127.0.0.1:8123"),
        ("https://вологда.рф/новости", "https://xn--80adde7arb.xn--p1ai"),
        ("gorod.ru", None),
        ("https://", None),
        ("javascript:alert(1)", None),
        ("https://.ru", None),
    ],
)
def test_origins_are_read_as_people_paste_them(typed: str, origin: str | None) -> None:
    assert origin_of(typed) == origin


def test_nobody_named_means_anybody() -> None:
    assert ancestors(()) == ["*"]
    assert ancestors(("https://gorod.ru",)) == ["'self'", "https://gorod.ru"]


@pytest.mark.parametrize(
    ("html", "policies", "origins", "faults"),
    [
        (f"<p>Текст</p>{CODE}<p>ещё", (), (), []),
        (CODE, (LETS,), (), []),
        (CODE.replace("async", 'async nonce="r4nd"'),
         ("script-src 'nonce-r4nd'; frame-src *.example",), (), []),
        (CODE, (), ("https://gorod.ru",), []),
        ("<p>Ничего нет</p>", (), (), ["missing"]),
        (f"<!-- {CODE} -->", (), (), ["missing"]),
        (CODE.replace("abc", "xyz"), (), (), ["other"]),
        (CODE.replace("https:", "http:"), (), (), ["insecure"]),
        (CODE, (), ("https://selo.ru",), ["closed"]),
        (CODE, ("default-src 'self'",), (), ["policy_script", "policy_frame"]),
        (CODE, ("script-src otklik.example; default-src 'none'",), (), ["policy_frame"]),
        (CODE, ("frame-src otklik.example; script-src 'nonce-r4nd'",), (), ["policy_script"]),
        ('<meta http-equiv="Content-Security-Policy" content="frame-src \'none\'">' + CODE,
         (), (), ["policy_frame"]),
        (OTHERS, (), (), ["missing"]),
        ("\x00<<<>>" + CODE, (), (), []),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_page_is_said(
    html: str, policies: tuple[str, ...], origins: tuple[str, ...], faults: list[str]
) -> None:
    found = faults_of(Seen(PAGE, html, policies), token="abc", ours=OURS, origins=origins)
    assert found == faults
    assert set(found) <= set(FAULTS)
