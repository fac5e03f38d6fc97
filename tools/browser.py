"""See to it that a Chromium is here for the browser tests: Debian's own, or Playwright's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def main() -> None:
    """Install a browser if none is found."""
    if shutil.which("chromium") or os.environ.get("CHROMIUM"):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("• Chromium, from Debian's packages", flush=True)
        subprocess.run(["apt-get", "update", "-q"], check=False, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
            check=False,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
        if done.returncode == 0:
            return
    print("• Chromium, from Playwright", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
