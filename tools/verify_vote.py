#!/usr/bin/env python3
"""Recount a finished vote of Otklik from its package, without Otklik.

    python3 verify_vote.py PACKAGE.zip [--code CODE | --receipt FILE] [--terms SHA256]

One file: Python's standard library and `cryptography`. Exit status 0 only when all holds.
With --code or --receipt it also looks for your own ballot; --terms compares the hash of the terms
that you noted before the vote began. What a passing package still does not prove stands in its
threats.json; how to use this: docs/explanation/votes.md.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import sys
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import repeat
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, padding
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key

JSON = ("manifest", "board", "checkpoints", "ballots", "register", "result", "threats", "package")
FILES = {f"{name}.json" for name in JSON} | {"README.txt"}
PAPER = "paper.json"
MANY = 2_000
FIELDS = {
    "open": {"token", "rev", "choices", "nonce", "commit"},
    "detached": {"token", "rev", "choices", "nonce", "commit"},
    "blind": {"token", "rev", "choices", "nonce", "commit", "prefix", "token_signature",
              "signature"},
}  # fmt: skip
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans("OILАВЕКМНОРСТХ", "011ABEKMH0PCTX")


class Wrong(Exception):  # noqa: N818
    """Something in the package does not hold."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise Wrong(what)


def canonical(value: Any) -> bytes:
    """RFC 8785 for texts, whole numbers, lists and objects: all that a package holds."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def is_hash(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "поле записано дважды")
    return dict(pairs)


def read(path: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read an archive that has these files, each once, each in its one form."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            right = set(names) in (FILES, FILES | {PAPER})
            need(len(names) == len(set(names)) and right, "в архиве не те файлы")
            raw = {name: packed.read(name) for name in names}
        held = [name.removesuffix(".json") for name in names if name.endswith(".json")]
        found = {name: json.loads(raw[f"{name}.json"], object_pairs_hook=_once) for name in held}
    except (OSError, ValueError, zipfile.BadZipFile) as failure:
        raise Wrong(f"архив не читается: {failure}") from None
    for name in held:
        need(canonical(found[name]) == raw[f"{name}.json"], f"{name}.json записан не по RFC 8785")
    takes = found["manifest"].get("paper") is True
    need(takes == ("paper" in found), "листы на бумаге не отвечают условиям")
    return found, raw


def signed(key: str, record: Any, signature: object) -> bool:
    return signed_bytes(key, canonical(record), signature)


def signed_bytes(key: str, said: bytes, signature: object) -> bool:
    try:
        public = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(base64.b64decode(str(signature), validate=True), said)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- What is checked, in order ------------------------------------------------------------------


def check_package(held: dict[str, Any], raw: dict[str, bytes]) -> str:
    package, manifest = held["package"], held["manifest"]
    need(set(package) == {"record", "signature"}, "package.json: не те поля")
    record = package["record"]
    need(set(record) == {"kind", "vote", "published_at", "files"}, "package.json: не те поля")
    need(record["kind"] == "package", "package.json: это не подпись пакета")
    need(record["vote"] == digest(manifest), "пакет подписан для других условий")
    sums = {
        name: hashlib.sha256(body).hexdigest()
        for name, body in raw.items()
        if name != "package.json"
    }
    need(record["files"] == sums, "файл изменён после подписи")
    need(signed(manifest["receipt_key"], record, package["signature"]), "подпись пакета неверна")
    need(str(record["published_at"]) >= str(manifest["closes_at"])[:10], "опубликован до конца")
    return "файлы целы, подпись пакета верна"


def check_board(held: dict[str, Any], vote: str) -> str:
    head, board = vote, held["board"]
    for place, entry in enumerate(board, start=1):
        need(set(entry) == {"seq", "commit", "head"}, f"доска, {place}: не те поля")
        need(entry["seq"] == place and is_hash(entry["commit"]), f"доска, {place}: не на месте")
        joined = bytes.fromhex(head) + bytes.fromhex(entry["commit"])
        head = hashlib.sha256(joined).hexdigest()
        need(entry["head"] == head, f"доска, {place}: цепочка порвана")
    commits = [entry["commit"] for entry in board]
    need(len(set(commits)) == len(commits), "на доске один бюллетень дважды")
    return f"цепочка доски цела: {len(board)}"


def check_checkpoints(held: dict[str, Any], vote: str) -> str:
    board, before = held["board"], (-1, 0)
    for place, point in enumerate(held["checkpoints"], start=1):
        need(set(point) == {"record", "signature"}, f"голова {place}: не те поля")
        record = point["record"]
        key = held["manifest"]["receipt_key"]
        need(signed(key, record, point["signature"]), f"голова {place}: подпись неверна")
        need(record["kind"] == "checkpoint" and record["vote"] == vote, f"голова {place}: чужая")
        need(record["number"] == place, f"голова {place}: пропущена или повторена")
        seq, issued = record["seq"], record["issued"]
        need(0 <= seq <= len(board), f"голова {place}: такой записи на доске нет")
        need(record["head"] == (board[seq - 1]["head"] if seq else vote), f"голова {place}: другая")
        need(seq >= before[0] and issued >= before[1], f"голова {place}: идёт назад")
        before = seq, issued
    closing = held["checkpoints"][-1]["record"]["register"]
    need(closing == digest(held["register"]), "список не тот, что при закрытии")
    if "paper" in held:
        sheets = held["checkpoints"][-1]["record"]["paper"]
        need(sheets == digest(held["paper"]), "листы на бумаге не те, что при закрытии")
    need(before[0] == len(board), "последняя голова не покрывает всей доски")
    need(before[1] == len(held["register"]), "выдано не столько, сколько строк в списке")
    return f"подписанные головы на месте: {len(held['checkpoints'])}"


def check_register(held: dict[str, Any]) -> str:
    register = held["register"]
    need(all(is_hash(each) for each in register), "строка списка — не хеш")
    need(register == sorted(set(register)), "строки списка повторяются или не по порядку")
    return f"список получивших бюллетень: {len(register)}"


def check_ballots(held: dict[str, Any], vote: str) -> str:
    manifest, ballots = held["manifest"], held["ballots"]
    # Signatures are the slow part: many ballots are shared out among the machine's processors.
    workers = min(os.cpu_count() or 1, len(ballots) // MANY)
    if workers > 1:
        step = len(ballots) // workers + 1
        parts = [ballots[start : start + step] for start in range(0, len(ballots), step)]
        with ProcessPoolExecutor(workers) as pool:
            list(pool.map(check_each, repeat(manifest), repeat(vote), parts))
    else:
        check_each(manifest, vote, ballots)
    commits = [each["commit"] for each in ballots]
    need(commits == sorted(commits), "бюллетени не по порядку")
    need(
        commits == sorted(each["commit"] for each in held["board"]),
        "бюллетени и доска не совпадают",
    )
    check_rights(held)
    return f"каждый бюллетень стоит на доске и допустим: {len(ballots)}"


def check_each(manifest: dict[str, Any], vote: str, ballots: list[dict[str, Any]]) -> None:
    """Check what can be said of a ballot alone."""
    secrecy = manifest["secrecy"]
    names = FIELDS[secrecy]
    key: Any = (
        load_der_public_key(bytes.fromhex(manifest["token_key"])) if secrecy == "blind" else 0
    )
    for each in ballots:
        need(set(each) == names, "бюллетень: не те поля")
        need(
            is_hash(each["token"]) and is_hash(each["nonce"]), "бюллетень: жетон или соль — не хеш"
        )
        signed_part = canonical(core(each, vote))
        need(
            hashlib.sha256(signed_part).hexdigest() == each["commit"],
            "бюллетень не отвечает своему отпечатку",
        )
        need(legal(manifest, each["choices"]), "в бюллетене недопустимый выбор")
        if secrecy == "blind":
            check_token(key, each, vote, signed_part)


def core(ballot: dict[str, Any], vote: str) -> dict[str, Any]:
    names = ("token", "rev", "choices", "nonce")
    return {"kind": "ballot", "vote": vote, **{name: ballot[name] for name in names}}


def check_token(key: Any, ballot: dict[str, Any], vote: str, signed_part: bytes) -> None:
    need(is_hash(ballot["prefix"]), "жетон: не тот префикс")
    parts = ballot["prefix"], b"votetoken1".hex(), vote, ballot["token"]
    try:
        key.verify(
            bytes.fromhex(ballot["token_signature"]), bytes.fromhex("".join(parts)),
            padding.PSS(padding.MGF1(SHA384()), 48), SHA384(),
        )  # fmt: skip
    except (InvalidSignature, ValueError):
        raise Wrong("жетон не подписан ключом голосования") from None
    need(ballot["token_signature"] == ballot["token_signature"].lower(), "жетон записан иначе")
    good = signed_bytes(ballot["token"], signed_part, ballot["signature"])
    need(good, "бюллетень не подписан своим жетоном")


def check_rights(held: dict[str, Any]) -> None:
    revs: dict[str, list[int]] = {}
    for each in held["ballots"]:
        need(type(each["rev"]) is int, "номер изменения — не число")
        revs.setdefault(each["token"], []).append(each["rev"])
    for found in revs.values():
        need(sorted(found) == list(range(1, len(found) + 1)), "пропущено изменение бюллетеня")
    secrecy, register = held["manifest"]["secrecy"], held["register"]
    if secrecy == "open":
        need(sorted(revs) == register, "бюллетени не отвечают списку получивших")
    elif secrecy == "detached":
        need(len(revs) == len(register), "бюллетеней не столько, сколько выдано")
    else:
        need(len(revs) <= len(register), "бюллетеней больше, чем выдано")


def legal(manifest: dict[str, Any], choices: Any) -> bool:
    rules, keys = manifest["rules"], [each["key"] for each in manifest["options"]]
    if rules["method"] == "score":
        return (
            isinstance(choices, dict)
            and set(choices) == set(keys)
            and all(type(v) is int and 0 <= v <= rules["max_score"] for v in choices.values())
        )
    if not isinstance(choices, list) or not 1 <= len(choices) <= rules["max_choices"]:
        return False
    marks = [each for each in choices if isinstance(each, str) and each in keys]
    unlike = len(set(marks)) == len(choices)
    return unlike and (rules["method"] == "ranked" or choices == sorted(choices))


def check_result(held: dict[str, Any], vote: str) -> str:
    manifest, result = held["manifest"], held["result"]
    last: dict[str, dict[str, Any]] = {}
    for each in held["ballots"]:
        if each["token"] not in last or each["rev"] > last[each["token"]]["rev"]:
            last[each["token"]] = each
    head = held["board"][-1]["head"] if held["board"] else vote
    site = [each["choices"] for each in last.values()]
    sheets = held.get("paper", [])
    paper = [each["choices"] for each in sheets if each["state"] == "counted"]
    recounted = recount(manifest, site + paper, head)
    if "paper" in held:
        recounted |= {"site": part(manifest, site), "paper": part(manifest, paper) | left(sheets)}
    said = {name: result[name] for name in result if name not in OUTSIDE}
    need(said == recounted, f"пересчёт дал другое: {json.dumps(recounted, ensure_ascii=False)}")
    need(set(result) == {*recounted, *OUTSIDE}, "result.json: не те поля")
    need(result["kind"] == "result" and result["vote"] == vote, "итог другого голосования")
    need(result["issued"] == len(held["register"]), "выдано не столько, сколько строк в списке")
    check_turnout(manifest, result)
    return f"пересчёт совпал: {', '.join(labels(manifest, recounted['chosen'])) or 'никто'}"


OUTSIDE = ("kind", "vote", "issued", "turnout")


def check_paper(held: dict[str, Any]) -> str:
    """Two read each sheet; where they differ a third decides. What nobody agreed on counts not."""
    sheets = held.get("paper", [])
    for each in sheets:
        need(set(each) == {"scan", "entries", "state", "choices"}, "лист на бумаге: не те поля")
        entries = each["entries"]
        need(is_hash(each["scan"]) and 1 <= len(entries) <= 3, "лист на бумаге: не тот вид")
        need(
            all(said is None or legal(held["manifest"], said) for said in entries),
            "на листе недопустимый выбор",
        )
        need(len(entries) < 3 or entries[0] != entries[1], "третий читал лист без расхождения")
        agreed = len(entries) == 3 or (len(entries) == 2 and entries[0] == entries[1])
        value = entries[-1] if agreed else None
        state = "waiting" if len(entries) == 1 else "differs"
        if agreed:
            state = "spoiled" if value is None else "counted"
        need((each["state"], each["choices"]) == (state, value), "лист засчитан не по чтениям")
    scans = [each["scan"] for each in sheets]
    need(scans == sorted(set(scans)), "листы на бумаге повторяются или не по порядку")
    return f"листы на бумаге прочитаны двумя: {len(sheets)}"


def part(manifest: dict[str, Any], ballots: list[Any]) -> dict[str, Any]:
    keys = [each["key"] for each in manifest["options"]]
    votes = support(manifest["rules"]["method"], keys, ballots)
    return {"ballots": len(ballots), "votes": votes}


def left(sheets: list[dict[str, Any]]) -> dict[str, int]:
    states = Counter(each["state"] for each in sheets)
    return {"spoiled": states["spoiled"], "unread": states["waiting"] + states["differs"]}


def check_turnout(manifest: dict[str, Any], result: dict[str, Any]) -> None:
    turnout, cell = result["turnout"], manifest["cell"]
    need(sum(turnout.values()) == result["issued"], "явка по территориям не сходится")
    need(set(turnout) <= {*manifest["places"], ""}, "явка неизвестной территории")
    need(len(turnout) <= 1 or min(turnout.values()) >= cell, "напечатана малая территория")


def labels(manifest: dict[str, Any], keys: Any) -> list[str]:
    names = {each["key"]: each["label"] for each in manifest["options"]}
    if isinstance(keys, dict):
        return [f"{names[key]}: {score}" for key, score in keys.items()]
    return [names[key] for key in keys]


# --- Counting anew --------------------------------------------------------------------------------


def recount(manifest: dict[str, Any], ballots: list[Any], head: str) -> dict[str, Any]:
    rules, keys = manifest["rules"], [each["key"] for each in manifest["options"]]
    lot = sorted(keys, key=lambda key: hashlib.sha256(f"{head}:{key}".encode()).digest())
    votes = support(rules["method"], keys, ballots)
    found: dict[str, Any] = {"ballots": len(ballots), "votes": votes, "rounds": []}
    if not ballots:
        found.update(chosen=[], lot_decided=False)
    elif rules["method"] == "ranked":
        found.update(Ranked(keys, ballots, lot).run(rules["counting"], rules["seats"]))
    elif rules["method"] == "budget":
        found.update(budget(manifest, ballots, votes, lot))
    else:
        best = max(votes.values())
        equal = [key for key in lot if votes[key] == best]
        found.update(chosen=equal[:1], lot_decided=len(equal) > 1)
    why = missing(rules, found)
    return {**found, "holds": not why, "why": why}


def support(method: str, keys: list[str], ballots: list[Any]) -> dict[str, int]:
    votes = dict.fromkeys(keys, 0)
    for ballot in ballots:
        marks = ballot[:1] if method == "ranked" else ballot
        for key in marks:
            votes[key] += ballot[key] if method == "score" else 1
    return votes


def missing(rules: dict[str, Any], found: dict[str, Any]) -> str:
    if not found["ballots"] or found["ballots"] < rules["quorum"]:
        return "quorum"
    if rules["method"] in {"single", "approval"} and rules["threshold"]:
        share = Fraction(100 * found["votes"][found["chosen"][0]], found["ballots"])
        return "" if share > rules["threshold"] else "threshold"
    return ""


def afford(costs: dict[str, int], votes: dict[str, int], money: int, lot: list[str]) -> list[str]:
    taken = []
    for key in sorted(votes, key=lambda key: (-votes[key], lot.index(key))):
        if votes[key] > 0 and costs[key] <= money:
            taken.append(key)
            money -= costs[key]
    return taken


def budget(
    manifest: dict[str, Any], ballots: list[list[str]], votes: dict[str, int], lot: list[str]
) -> dict[str, Any]:
    rules = manifest["rules"]
    costs = {each["key"]: each["cost"] for each in manifest["options"]}
    equal = len(set(votes.values())) < len(votes)
    if rules["counting"] == "greedy":
        return {"chosen": afford(costs, votes, rules["budget"], lot), "lot_decided": equal}
    shares = equal_shares(costs, ballots, rules["budget"], lot)
    left = rules["budget"] - sum(costs[key] for key in shares)
    rest = afford(costs, {k: v for k, v in votes.items() if k not in shares}, left, lot)
    return {
        "chosen": shares + rest, "rounds": [{"shares": shares, "rest": rest}], "lot_decided": equal,
    }  # fmt: skip


def equal_shares(
    costs: dict[str, int], ballots: list[list[str]], money: int, lot: list[str]
) -> list[str]:
    people = Counter(tuple(ballot) for ballot in ballots)
    purse = dict.fromkeys(people, Fraction(money, len(ballots)))
    taken: list[str] = []
    while True:
        best = None
        for key in lot:
            fans = sorted((who for who in people if key in who), key=lambda who: purse[who])
            owed, many = Fraction(costs[key]), sum(people[who] for who in fans)
            for who in fans if key not in taken else []:
                if purse[who] * many >= owed:
                    price = owed / many / costs[key]
                    best = (price, key) if best is None or price < best[0] else best
                    break
                owed -= purse[who] * people[who]
                many -= people[who]
        if best is None:
            return taken
        price, key = best
        taken.append(key)
        for who in people:
            if key in who:
                purse[who] -= min(purse[who], price * costs[key])


class Ranked:
    """Instant runoff and Scottish STV; papers are [ranking, how many, value]."""

    def __init__(self, keys: list[str], ballots: list[list[str]], lot: list[str]) -> None:
        self.keys, self.lot, self.total = keys, lot, len(ballots)
        self.papers = Counter(tuple(ballot) for ballot in ballots)
        self.history: list[dict[str, int]] = []
        self.drawn, self.spent = False, 0

    def order(self, keys: set[str]) -> list[str]:
        """Strongest first: latest round, then earlier ones, then the lot."""
        place = {key: tuple(-votes[key] for votes in reversed(self.history)) for key in keys}
        return sorted(keys, key=lambda key: (place[key], self.lot.index(key)))

    def drew(self, first: str, others: set[str]) -> None:
        """Remember whether the lot parted one from others of the same history."""
        if any(all(v[first] == v[key] for v in self.history) for key in others - {first}):
            self.drawn = True

    def give(self, papers: list[Any], to: set[str]) -> None:
        for ranking, many, value in papers:
            key = next((each for each in ranking if each in to), None)
            if key is None:
                self.spent += many * value
            else:
                self.piles[key].append([ranking, many, value])

    def note(self) -> dict[str, int]:
        self.history.append(
            {key: sum(m * v for _, m, v in pile) for key, pile in self.piles.items()}
        )
        return self.history[-1]

    def run(self, counting: str, seats: int) -> dict[str, Any]:
        unit = 1 if counting == "irv" else 100_000
        self.piles: dict[str, list[Any]] = {key: [] for key in self.keys}
        self.give([[ranking, many, unit] for ranking, many in self.papers.items()], set(self.keys))
        if counting == "irv":
            chosen, rounds, more = *self.irv(), {}
        else:
            quota = (self.total // (seats + 1) + 1) * unit
            chosen, rounds, more = *self.stv(seats, quota), {"quota": quota}
        return {"chosen": chosen, "rounds": rounds, "lot_decided": self.drawn, **more}

    def drop(self, standing: set[str]) -> str:
        out = self.order(standing)[-1]
        self.drew(out, standing)
        standing.remove(out)
        return out

    def told(self, shown: set[str], spent: int, **step: Any) -> dict[str, Any]:
        votes = {key: self.history[-1][key] for key in self.keys if key in shown}
        return {"votes": votes, "exhausted": spent, **{k: v for k, v in step.items() if v}}

    def irv(self) -> tuple[list[str], list[Any]]:
        standing, rounds = set(self.keys), list[Any]()
        while True:
            votes, shown, spent = self.note(), set(standing), self.spent
            best = max(standing, key=lambda key: votes[key])
            alive = sum(votes[key] for key in standing)
            if votes[best] > alive - votes[best] or len(standing) == 1:
                return [best], [*rounds, self.told(shown, spent, chosen=[best])]
            out = self.drop(standing)
            rounds.append(self.told(shown, spent, out=out))
            papers, self.piles[out] = self.piles[out], []
            self.give(papers, standing)

    def stv(self, seats: int, quota: int) -> tuple[list[str], list[Any]]:
        standing, over = set(self.keys), set[str]()
        chosen, rounds = list[str](), list[Any]()
        while True:
            votes, spent = self.note(), self.spent
            won = self.strongest({key for key in standing if votes[key] >= quota})
            won = won[: seats - len(chosen)]
            chosen += won
            over |= {key for key in won if votes[key] > quota}
            shown = standing | over
            standing = standing - set(won)
            if len(standing) + len(chosen) <= seats:
                rest = self.strongest(standing)
                return chosen + rest, [*rounds, self.told(shown, spent, chosen=won + rest)]
            if len(chosen) == seats:
                return chosen, [*rounds, self.told(shown, spent, chosen=won)]
            step = self.pass_on(over, standing, quota)
            rounds.append(self.told(shown, spent, chosen=won, **step))

    def strongest(self, keys: set[str]) -> list[str]:
        found = self.order(keys)
        for place, key in enumerate(found):
            self.drew(key, set(found[place:]))
        return found

    def pass_on(self, over: set[str], standing: set[str], quota: int) -> dict[str, str]:
        if not over:
            out = self.drop(standing)
            papers, self.piles[out] = self.piles[out], []
            self.give(papers, standing)
            return {"out": out}
        giver = self.order(over)[0]
        self.drew(giver, over)
        over.remove(giver)
        total = self.history[-1][giver]
        papers = [[r, m, (total - quota) * value // total] for r, m, value in self.piles[giver]]
        self.piles[giver] = [[(), 1, quota]]
        self.give(papers, standing)
        return {"surplus_of": giver}


# --- My own ballot --------------------------------------------------------------------------------


def find_by_code(held: dict[str, Any], vote: str, code: str) -> str:
    letters = "".join(each for each in code.upper() if each.isalnum()).translate(ALIKE)
    need(len(letters) == 26 and set(letters) <= set(ALPHABET), "это не код бюллетеня")
    number = 0
    for letter in letters:
        number = number * 32 + ALPHABET.index(letter)
    need(number < 1 << 128, "в коде ошибка")
    secrecy = held["manifest"]["secrecy"]
    need(secrecy != "open", "в открытом голосовании кодов нет: проверяйте по квитанции")
    info = b"otklik detached token" if secrecy == "detached" else b"otklik ballot key"
    secret = hmac.digest(bytes.fromhex(vote), number.to_bytes(16, "big"), "sha256")
    token = hmac.digest(secret, info + b"\x01", "sha256")
    if secrecy == "blind":
        token = ed25519.Ed25519PrivateKey.from_private_bytes(token).public_key().public_bytes_raw()
    mine = [each for each in held["ballots"] if each["token"] == token.hex()]
    need(mine, "бюллетеня с этим кодом нет")
    last = max(mine, key=lambda each: int(each["rev"]))
    return f"ваш бюллетень учтён: {', '.join(labels(held['manifest'], last['choices']))}"


def find_by_receipt(held: dict[str, Any], vote: str, path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            receipt = json.load(file)
        record = receipt["record"]
        signature, commit, seq = receipt["signature"], record["commit"], record["seq"]
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise Wrong(f"квитанция не читается: {failure}") from None
    need(signed(held["manifest"]["receipt_key"], record, signature), "подпись квитанции неверна")
    need(record["kind"] == "receipt" and record["vote"] == vote, "квитанция не этого голосования")
    board = held["board"]
    need(commit in [each["commit"] for each in board], "бюллетеня с этой квитанцией на доске нет")
    need(seq <= len(board), "доска короче, чем была при выдаче квитанции")
    need(record["head"] == (board[seq - 1]["head"] if seq else vote), "доску переписали")
    mine = next(each for each in held["ballots"] if each["commit"] == commit)
    last = max(int(each["rev"]) for each in held["ballots"] if each["token"] == mine["token"])
    if last > mine["rev"]:
        return f"ваш бюллетень на доске; учтено его изменение № {last}"
    return f"ваш бюллетень учтён: {', '.join(labels(held['manifest'], mine['choices']))}"


def verify(path: str, code: str = "", receipt: str = "", terms: str = "") -> list[str]:
    """Return what was found to hold; Wrong for the first thing that does not."""
    held, raw = read(path)
    vote = digest(held["manifest"])
    try:
        said = [f"условия: {vote}", check_package(held, raw)]
        need(not terms or terms.lower() == vote, "условия не те, отпечаток которых вы записали")
        said += [
            check_board(held, vote), check_register(held), check_checkpoints(held, vote),
            check_ballots(held, vote), *([check_paper(held)] if "paper" in held else []),
            check_result(held, vote),
        ]  # fmt: skip
        if code:
            said.append(find_by_code(held, vote, code))
        if receipt:
            said.append(find_by_receipt(held, vote, receipt))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as failure:
        raise Wrong(f"запись не того вида: {failure!r}") from None
    return said


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Пересчитать голосование по его пакету")
    parser.add_argument("package")
    own = parser.add_mutually_exclusive_group()
    own.add_argument("--code", default="", help="код бюллетеня")
    own.add_argument("--receipt", default="", help="файл квитанции")
    parser.add_argument("--terms", default="", help="отпечаток условий, записанный до начала")
    asked = parser.parse_args(arguments)
    try:
        for line in verify(asked.package, asked.code, asked.receipt, asked.terms):
            print("верно:", line)
    except Wrong as wrong:
        print("НЕВЕРНО:", wrong)
        return 1
    print("Всё сошлось. От чего это не защищает, сказано в threats.json.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
