from __future__ import annotations

import builtins
from typing import Any

import pypdfium2
import pytest

from otklik.ground.kit import pdf as kit


def read(drawn: bytes) -> str:
    document = pypdfium2.PdfDocument(drawn)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


def test_russian_text_comes_out_readable_tagged_and_with_our_font() -> None:
    drawn = kit.pdf("<h1>Ответ № 12</h1><p>Двор «расчищен» 3 марта.</p>", title="Ответ")
    assert "Ответ № 12" in read(drawn)
    assert "Двор «расчищен» 3 марта." in read(drawn)
    document = pypdfium2.PdfDocument(drawn)
    assert document.is_tagged()
    fonts = {
        piece.get_font().get_base_name() for piece in document[0].get_objects() if piece.type == 1
    }
    assert all("Golos" in font for font in fonts), fonts
    document.close()


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x.png", "file:///etc/hostname", "/static/../config/settings.py", "//a/b"],
)
def test_only_our_own_static_files_are_read(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR", "weasyprint")
    kit.available()
    drawn = kit.pdf(f'<p>До</p><img alt="чужое" src="{address}"><p>После</p>', title="x")
    assert "После" in read(drawn)
    assert b"/Subtype /Image" not in drawn


def test_without_pango_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def broken(name: str, *rest: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", broken)
    kit._weasyprint.cache_clear()
    try:
        assert not kit.available()
        with pytest.raises(kit.PdfUnavailable, match="libpangoft2"):
            kit.pdf("<p>x</p>", title="x")
    finally:
        kit._weasyprint.cache_clear()
