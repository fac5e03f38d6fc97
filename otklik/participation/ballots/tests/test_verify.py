"""The verifier: it passes what was published and finds every single change, or the table says."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from otklik.participation.ballots import blind, chain, commands, counting, package, rules, threats
from otklik.participation.ballots.tests.helpers import (
    CHOICES,
    END,
    Voter,
    citizen,
    finished,
    on_paper,
    operators,
    running,
)
from tools import verify_vote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otklik.participation.ballots.models import Vote

VERIFIER = Path(verify_vote.__file__)
LEVELS = ("open", "detached", "blind")
#: What the operator may change, holding the key of the package, without the verifier's knowing.
UNSEEN = {("README.txt",), ("threats.json",), ("package.json", "record", "published_at")}


@dataclass
class Made:
    """A published package, taken apart, with the key of its operator and one voter's own things."""

    body: bytes
    files: dict[str, Any]
    readme: bytes
    key: Ed25519PrivateKey
    code: str
    receipt: dict[str, Any]
    token_key: str


def made(
    secrecy: str, method: str = "approval", voters: int = 12, *, paper: bool = False
) -> Made:  # fmt: skip
    vote = running(secrecy, method, paper=paper)
    if paper:
        by = operators()
        on_paper(vote, 1, ["v1"], ["v1"], by=by)
        on_paper(vote, 2, ["v1"], ["v3"], ["v1", "v3"], by=by)
        on_paper(vote, 3, ["v2"], ["v3"], by=by)
        on_paper(vote, 4, None, None, by=by)
    people = [
        Voter(citizen("vologda-city" if n % 3 else "cherepovets-city")) for n in range(voters)
    ]
    taken = None
    for number, voter in enumerate(people):
        taken = voter.cast(vote, CHOICES[method][number % 2])
    people[0].cast(vote, CHOICES[method][1])
    assert taken is not None
    token_key = vote.keys.token_secret
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vote.keys.receipt_secret))
    body = bytes(finished(vote).publication.package)
    with zipfile.ZipFile(BytesIO(body)) as packed:
        files = {n: json.loads(packed.read(n)) for n in packed.namelist() if n.endswith(".json")}
        readme = packed.read("README.txt")
    receipt = {"record": taken.record, "signature": taken.signature}
    return Made(body, files, readme, key, people[-1].code, receipt, token_key)


def repacked(made: Made, files: dict[str, Any], readme: bytes, *, sign: bool) -> bytes:
    """Return the archive of changed files; `sign` as the operator would, over their new hashes."""
    bodies = {name: chain.canonical(value) for name, value in files.items()}
    bodies["README.txt"] = readme
    said, known = files["package.json"], made.files["package.json"]
    if sign and said == known:
        sums = {n: sha256(b).hexdigest() for n, b in bodies.items() if n != "package.json"}
        said = {**said, "record": {**said["record"], "files": sums}}
    if sign and said.get("record", known["record"]) != known["record"]:
        said = {**said, "signature": chain.sign(made.key, said["record"])}
    bodies["package.json"] = chain.canonical(said)
    return package.archive(bodies)


def accepted(tmp: Path, body: bytes, **own: str) -> bool:
    path = tmp / "package.zip"
    path.write_bytes(body)
    try:
        verify_vote.verify(str(path), **own)
    except verify_vote.Wrong:
        return False
    return True


def changes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every single change, of a value and of its place."""
    if isinstance(value, dict):
        yield path, {**value, "more": 1}
        for name, held in value.items():
            yield (*path, name), {k: v for k, v in value.items() if k != name}
            for deeper, changed in changes(held, (*path, name)):
                yield deeper, {**value, name: changed}
    elif isinstance(value, list):
        yield from moved(value, path)
    elif isinstance(value, bool):
        yield path, not value
    elif value is None:
        yield path, "x"
    elif isinstance(value, int):
        yield from ((path, value + 1), (path, value - 1), (path, str(value)))
    else:
        yield from ((path, value + "0"), (path, other(value)), (path, None))


def moved(value: list[Any], path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield a list with an element invented, dropped, doubled, moved by one, or changed."""
    yield path, [*value, "ab" * 32]
    for place, held in enumerate(value):
        here, before, after = (*path, place), value[:place], value[place + 1 :]
        yield here, before + after
        yield here, [*before, held, held, *after]
        if place and before[-1] != held:
            yield here, [*before[:-1], held, before[-1], *after]
        for deeper, changed in changes(held, here):
            yield deeper, [*before, changed, *after]


def other(text: str) -> str:
    """Return a text of the same length with its first letter changed."""
    return ("1" if text[:1] == "0" else "0") + text[1:] if text else "x"


def single_changes(made: Made) -> Iterator[tuple[tuple[Any, ...], dict[str, Any], bytes]]:
    for name, held in made.files.items():
        for path, changed in changes(held, (name,)):
            yield path, {**made.files, name: changed}, made.readme
    yield ("README.txt",), made.files, made.readme + b"!"


def unseen(path: tuple[Any, ...]) -> bool:
    return any(path[: len(each)] == each for each in UNSEEN)


@pytest.mark.usefixtures("world")
@pytest.mark.slow
@pytest.mark.parametrize("secrecy", LEVELS)
def test_every_single_change_is_caught(secrecy: str, tmp_path: Path) -> None:
    whole = made(secrecy, paper=secrecy == "detached")
    assert accepted(tmp_path, whole.body)
    tried = passed = 0
    for path, files, readme in single_changes(whole):
        tried += 1
        assert not accepted(tmp_path, repacked(whole, files, readme, sign=False)), path
        if accepted(tmp_path, repacked(whole, files, readme, sign=True)):
            assert unseen(path), f"the operator may change {path}"
            passed += 1
    assert tried > 1000
    assert 0 < passed < tried / 4  # words that people read, each listed as not covered
    assert "texts" in {each["code"] for each in whole.files["threats.json"]}


@pytest.mark.usefixtures("world")
def test_a_sheet_counted_against_its_readings_is_caught_even_with_everything_rewritten(
    tmp_path: Path,
) -> None:
    whole = made("detached", voters=3, paper=True)
    assert "paper.json" in whole.files
    sheets = whole.files["paper.json"]
    settled = next(n for n, each in enumerate(sheets) if len(each["entries"]) == 3)
    for place, change in (
        (settled, {"choices": ["v2"]}), (settled, {"state": "spoiled", "choices": None}),
        (settled, {"entries": [["v1"], ["v1"], ["v2"]], "choices": ["v2"]}),
        (settled, {"entries": [["v1"], ["v3"]], "choices": ["v1"]}),
        (settled, {"entries": [["v9"], ["v9"]], "choices": ["v9"]}),
    ):  # fmt: skip
        files = copy.deepcopy(whole.files)
        files["paper.json"][place] |= change
        last = files["checkpoints.json"][-1]
        last["record"]["paper"] = chain.digest(files["paper.json"])
        last["signature"] = chain.sign(whole.key, last["record"])
        assert not accepted(tmp_path, repacked(whole, files, whole.readme, sign=True)), change
    assert "paper" in {each["code"] for each in whole.files["threats.json"]}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("secrecy", LEVELS)
@pytest.mark.parametrize("method", CHOICES)
def test_what_was_published_passes_with_the_voters_own_code_and_receipt(
    method: str, secrecy: str, tmp_path: Path
) -> None:
    whole = made(secrecy, method, voters=5)
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(whole.receipt))
    assert accepted(tmp_path, whole.body, receipt=str(receipt))
    assert accepted(tmp_path, whole.body, code=chain.spaced(whole.code)) == (secrecy != "open")
    assert not accepted(tmp_path, whole.body, code=chain.code_of(bytes(16)))
    terms = chain.digest(whole.files["manifest.json"])
    assert accepted(tmp_path, whole.body, terms=terms)
    assert not accepted(tmp_path, whole.body, terms="ab" * 32)
    for name, value in (("commit", "ab" * 32), ("head", "ab" * 32), ("rev", 7), ("seq", 99)):
        forged = {**whole.receipt, "record": {**whole.receipt["record"], name: value}}
        receipt.write_text(json.dumps(forged))
        assert not accepted(tmp_path, whole.body, receipt=str(receipt)), name
        forged["signature"] = chain.sign(whole.key, forged["record"])
        receipt.write_text(json.dumps(forged))
        assert accepted(tmp_path, whole.body, receipt=str(receipt)) == (name == "rev"), name


def rewritten(made: Made, files: dict[str, Any]) -> bytes:
    """Return the package as an operator makes it who writes everything anew after a change."""
    vote, ballots = chain.digest(files["manifest.json"]), files["ballots.json"]
    for each in ballots:
        names = ("token", "rev", "choices", "nonce")
        each["commit"] = chain.digest(chain.core(vote, *(each[name] for name in names)))
    ballots.sort(key=lambda each: each["commit"])
    commits = [each["commit"] for each in ballots]
    heads = chain.heads(vote, commits)
    files["board.json"] = [
        {"seq": n, "commit": c, "head": h}
        for n, (c, h) in enumerate(zip(commits, heads, strict=True), start=1)
    ]
    record = {
        **files["checkpoints.json"][-1]["record"], "number": 1, "seq": len(heads),
        "head": heads[-1], "issued": len(files["register.json"]),
        "register": chain.digest(files["register.json"]),
    }  # fmt: skip
    signature = chain.sign(made.key, record)
    files["checkpoints.json"] = [{"record": record, "signature": signature}]
    last: dict[str, Any] = {}
    for each in sorted(ballots, key=lambda each: each["rev"]):
        last[each["token"]] = each["choices"]
    contest = rules.contest_of(files["manifest.json"])
    counted = counting.tally(contest, list(last.values()), rules.lot(heads[-1], contest.options))
    issued = len(files["register.json"])
    files["result.json"] |= {**counted, "issued": issued, "turnout": {"": issued}}
    return repacked(made, {**files, "package.json": made.files["package.json"]}, made.readme,
                    sign=True)  # fmt: skip


def without_one(whole: Made, token: str) -> dict[str, Any]:
    files = copy.deepcopy(whole.files)
    files["ballots.json"] = [each for each in files["ballots.json"] if each["token"] != token]
    return files


@pytest.mark.usefixtures("world")
def test_a_ballot_dropped_with_the_whole_board_rewritten_is_found_by_its_owner_alone(
    tmp_path: Path,
) -> None:
    whole = made("detached", voters=4)
    secret = chain.secret_of(whole.code)
    token = chain.detached_token(secret, chain.digest(whole.files["manifest.json"]))
    files = without_one(whole, token)
    assert not accepted(tmp_path, rewritten(whole, copy.deepcopy(files)))  # its line is left over
    files["register.json"].pop()
    body = rewritten(whole, files)
    assert accepted(tmp_path, body)  # as the table says: nobody looks who kept nothing
    assert {"dropped", "rewritten"} <= {each.code for each in threats.of("detached")}
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(whole.receipt))
    assert not accepted(tmp_path, body, receipt=str(receipt))
    assert not accepted(tmp_path, body, code=whole.code)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("secrecy", LEVELS)
def test_an_invented_ballot_is_caught_while_every_right_was_used(
    secrecy: str, tmp_path: Path
) -> None:
    whole = made(secrecy, voters=4)
    files = copy.deepcopy(whole.files)
    files["ballots.json"].append({**files["ballots.json"][0], "token": "ab" * 32, "rev": 1})
    assert not accepted(tmp_path, rewritten(whole, files))


@pytest.mark.usefixtures("world")
def test_a_token_forged_by_the_operator_passes_only_while_rights_are_unused(
    tmp_path: Path,
) -> None:
    whole = made("blind", voters=4)
    vote = chain.digest(whole.files["manifest.json"])
    forger = Ed25519PrivateKey.generate()
    key, token = blind.private_key(whole.token_key), chain.public_of(forger)
    prepared = blind.prepare(blind.token_message(vote, token))
    hidden, inverse = blind.blind(key.public_key(), prepared)
    signed = blind.finalize(key.public_key(), prepared, blind.blind_sign(key, hidden), inverse)
    invented = {
        "token": token, "rev": 1, "choices": ["v1"], "nonce": "cd" * 32, "commit": "",
        "prefix": prepared[:32].hex(), "token_signature": signed.hex(),
        "signature": chain.sign(forger, chain.core(vote, token, 1, ["v1"], "cd" * 32)),
    }  # fmt: skip
    files = copy.deepcopy(whole.files)
    files["ballots.json"].append(invented)
    assert not accepted(tmp_path, rewritten(whole, copy.deepcopy(files)))
    files["register.json"] = sorted([*files["register.json"], "ef" * 32])
    assert accepted(tmp_path, rewritten(whole, files))  # «stuffed» of the table
    assert "stuffed" in {each.code for each in threats.of("blind")}


@pytest.mark.usefixtures("world")
def test_a_foreign_choice_in_a_blind_ballot_is_caught_even_with_everything_rewritten(
    tmp_path: Path,
) -> None:
    whole = made("blind", voters=4)
    files = copy.deepcopy(whole.files)
    files["ballots.json"][0]["choices"] = ["v2"]
    assert not accepted(tmp_path, rewritten(whole, files))
    detached = made("detached", voters=4)
    files = copy.deepcopy(detached.files)
    files["ballots.json"][0]["choices"] = ["v2"]
    assert accepted(tmp_path, rewritten(detached, files))  # «rewritten»: receipts find it


@pytest.mark.usefixtures("world")
def test_the_verifier_stands_alone_and_its_status_tells(tmp_path: Path) -> None:
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(VERIFIER.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    ours = {name.split(".")[0] for name in imported} - set(sys.stdlib_module_names)
    assert ours == {"cryptography"}
    path = tmp_path / "package.zip"
    path.write_bytes(made("detached", voters=3).body)
    alone = [sys.executable, "-I", str(VERIFIER)]

    def told(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            [*alone, name], capture_output=True, text=True, check=False, cwd=tmp_path
        )

    good = told(str(path))
    assert (good.returncode, good.stderr) == (0, "")
    path.write_bytes(path.read_bytes()[:-40])
    bad = told(str(path))
    assert bad.returncode == 1
    assert "НЕВЕРНО" in bad.stdout
    assert told("none.zip").returncode == 1


def test_the_keys_are_gone_after_publication(world: None) -> None:
    for secrecy in LEVELS:
        vote: Vote = running(secrecy)
        Voter(citizen()).cast(vote, ["v1"])
        keys = finished(vote).keys
        assert (keys.receipt_secret, keys.token_secret) == ("", "")
        assert commands.publish_vote(vote.pk, now=END).sha256
