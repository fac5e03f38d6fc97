"""The package of a finished vote: all that a stranger needs to recount it, in one archive."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from otklik.participation.ballots import chain, threats

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MOMENT = (2026, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that the same records make the same bytes."""
README = """Пакет голосования «{question}»

Здесь всё, чтобы пересчитать голосование без нас. Возьмите verify_vote.py (tools/verify_vote.py в
исходном коде «Отклика» или /votes/verify_vote.py на сайте) и выполните

    python3 verify_vote.py package.zip
    python3 verify_vote.py package.zip --code КОД-БЮЛЛЕТЕНЯ
    python3 verify_vote.py package.zip --receipt квитанция.json

manifest.json     условия: вопрос, варианты, правила, ключи; опубликованы до начала
board.json        доска: отпечатки всех бюллетеней по порядку, цепочка хешей
checkpoints.json  подписанные головы цепочки с числом выданных бюллетеней
ballots.json      бюллетени
register.json     строки списка получивших; чья строка, знает только сам человек
{paper}result.json       итог
threats.json      от чего защищено и от чего нет
package.json      хеши этих файлов и подпись

Отпечаток условий (SHA-256): {vote}
Сверьте его с тем, что был напечатан на странице голосования до начала.
"""
PAPER = "paper.json        листы на бумаге: хеш скана, что прочли двое, что решил третий\n"


def pack(
    *, manifest: dict[str, Any], board: list[dict[str, Any]], checkpoints: list[dict[str, Any]],
    ballots: list[dict[str, Any]], register: list[str], result: dict[str, Any],
    published_at: str, key: Ed25519PrivateKey, papers: list[dict[str, Any]] | None = None,
) -> bytes:  # fmt: skip
    """Return the archive; the last of its files signs the hashes of all others.

    `papers` are the sheets of a vote that takes ballots on paper; None for one that takes none.
    """
    vote = chain.digest(manifest)
    files = {
        "manifest.json": chain.canonical(manifest),
        "board.json": chain.canonical(board),
        "checkpoints.json": chain.canonical(checkpoints),
        "ballots.json": chain.canonical(ballots),
        "register.json": chain.canonical(register),
        "result.json": chain.canonical(result),
        "threats.json": chain.canonical(threats.published(manifest["secrecy"])),
        "README.txt": README.format(
            question=manifest["question"], vote=vote, paper="" if papers is None else PAPER
        ).encode(),
    }
    if papers is not None:
        files["paper.json"] = chain.canonical(papers)
    record = {
        "kind": "package", "vote": vote, "published_at": published_at,
        "files": {name: sha256(body).hexdigest() for name, body in files.items()},
    }  # fmt: skip
    signed = {"record": record, "signature": chain.sign(key, record)}
    return archive({**files, "package.json": chain.canonical(signed)})


def archive(files: dict[str, bytes]) -> bytes:
    """Return a zip whose bytes depend on its files alone."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, MOMENT), body, zipfile.ZIP_DEFLATED)
    return held.getvalue()
