"""Pages of paper: an HTML text becomes a tagged PDF, with our own font inside and no network.

WeasyPrint draws; it needs Pango, which is no Python package (`tools/pango.py` installs it).
Where Pango is missing, `available()` is false and `pdf()` says what to install: a page then
offers the same HTML for the browser's own printing.
"""

from __future__ import annotations

import contextlib
import io
import logging
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.html import escape

if TYPE_CHECKING:
    from types import ModuleType

BASE = "http://static.invalid/"
STYLE = """
@font-face { font-family: "Golos"; src: url("/static/build/fonts/golos-cyrillic.woff2"); }
@font-face { font-family: "Golos Latin"; src: url("/static/build/fonts/golos-latin.woff2"); }
@page { size: A4; margin: 20mm 15mm 20mm 25mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt "Golos", "Golos Latin"; } }
html { font: 11pt/1.45 "Golos", "Golos Latin", sans-serif; color: #000; }
h1 { font-size: 16pt; line-height: 1.25; margin: 0 0 8pt; }
h2 { font-size: 12.5pt; margin: 16pt 0 4pt; break-after: avoid; }
p { margin: 0 0 6pt; orphans: 2; widows: 2; }
table { border-collapse: collapse; width: 100%; margin: 6pt 0 10pt; }
th, td { border: .5pt solid #777; padding: 3pt 5pt; text-align: left; vertical-align: top; }
th { font-weight: 600; background: #f2f2f2; }
tr { break-inside: avoid; }
"""


class PdfUnavailable(RuntimeError):  # noqa: N818  (a fact about the machine)
    """No PDF can be made here; the text says what to install."""


@lru_cache(maxsize=1)
def _weasyprint() -> ModuleType | str:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            import weasyprint  # noqa: PLC0415  (it loads Pango, which may be missing)
    except OSError as error:
        return str(error)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    module: ModuleType = weasyprint
    return module


def available() -> bool:
    """Tell whether PDF can be made on this machine."""
    return not isinstance(_weasyprint(), str)


def pdf(html: str, *, title: str, style: str = "") -> bytes:
    """Draw an HTML text as a tagged PDF (PDF/UA-1) in A4.

    `html` is a whole document or a body; addresses in it lead to our own static files only.
    """
    weasyprint = _weasyprint()
    if isinstance(weasyprint, str):
        raise PdfUnavailable(
            "PDF не собрать: нет библиотеки Pango. Установите пакеты libpango-1.0-0,"
            f" libpangoft2-1.0-0, libharfbuzz-subset0 ({weasyprint})"
        )
    if "<html" not in html[:400].lower():
        html = (
            f'<html lang="ru"><head><title>{escape(title)}</title></head><body>{html}</body></html>'
        )
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    fetcher, fonts = _our_files(), FontConfiguration()
    sheets = [
        weasyprint.CSS(string=text, base_url=BASE, url_fetcher=fetcher, font_config=fonts)
        for text in (STYLE, style)
        if text
    ]
    document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=fetcher)
    drawn: bytes = document.write_pdf(
        stylesheets=sheets, font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return drawn


def _our_files() -> Any:
    """Return a fetcher that reads static files and pictures inside the text, nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class OurFiles(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            parts = urlsplit(url)
            if parts.scheme == "data":
                return super().fetch(url, headers)
            found = _static(unquote(parts.path)) if url.startswith(BASE) else None
            if found is None:
                raise ValueError(f"not one of our static files: {url}")
            kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, found.read_bytes(), {"Content-Type": kind})

    return OurFiles(allowed_protocols=("data",))


def _static(path: str) -> Path | None:
    name = path.removeprefix(settings.STATIC_URL).lstrip("/")
    if ".." in Path(name).parts:
        return None
    found = finders.find(name)
    return Path(found) if isinstance(found, str) else None
