"""See to it that Pango is here: PDF are drawn with it, and no Python package brings it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess

NEEDED = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def missing() -> list[str]:
    """Return Debian's packages of the libraries that cannot be loaded."""
    lacking = []
    for library, package in NEEDED.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            lacking.append(package)
    return lacking


def main() -> None:
    """Install what is missing where that is possible; else say so, and go on without PDF."""
    packages = missing()
    if not packages or os.name != "posix":
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("• Pango, for PDF, from Debian's packages", flush=True)
        subprocess.run(["apt-get", "update", "-q"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
            check=False,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if missing():
        print(f"• Without PDF: install {' '.join(missing())}; pages offer the browser's printing")


if __name__ == "__main__":
    main()
