"""Write what Otklik is made of, as CycloneDX tells it: scanners of known holes read such a list.

`python -m tools.sbom > sbom.json`. Packages and versions are those of the locks, which also hold
the print of every file; what only tests and checks need is not in it.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    version = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "otklik",
                          "version": version[1] if version else "0"},
        },
        "components": [*_python(), *_front()],
    }  # fmt: skip


def _python() -> list[dict[str, Any]]:
    pinned = _PINNED.findall((ROOT / "requirements.txt").read_text())
    return [
        {"type": "library", "name": name, "version": version,
         "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"}
        for name, version in pinned
    ]  # fmt: skip


def _front() -> list[dict[str, Any]]:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    found = []
    for path, said in locked.items():
        name = path.rpartition("node_modules/")[2]
        if not name or said.get("dev"):
            continue
        algorithm, _, print_ = said["integrity"].partition("-")
        found.append({
            "type": "library", "name": name, "version": said["version"],
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{said['version']}",
            "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"),
                        "content": base64.b64decode(print_).hex()}],
            **({"licenses": [{"expression": said["license"]}]} if "license" in said else {}),
        })  # fmt: skip
    return found


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, ensure_ascii=False, indent=1)
