"""A process beside the server, as the worker is: started with it, watched, ended with it."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading

logger = logging.getLogger(__name__)
AGAIN = 1.0  # seconds before a process that ended by itself is started again
PATIENCE = 8  # seconds that a process has to end after SIGTERM


class Beside:
    """`otklik COMMAND` in a process of its own; when it ends untold it is started again."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.ending = threading.Event()
        self.starting = threading.Lock()
        self.process = self._start()
        threading.Thread(target=self._watch, name=f"watch {command}", daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "config.cli", self.command])  # noqa: S603

    def _watch(self) -> None:
        while True:
            code = self.process.wait()
            if self.ending.wait(AGAIN):
                return
            logger.error("otklik %s ended with %s: starting it again", self.command, code)
            with self.starting:
                if self.ending.is_set():
                    return
                self.process = self._start()

    def stop(self) -> None:
        """End it: at its ease, then at once."""
        with self.starting:
            self.ending.set()
        stop(self.process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process with SIGTERM, and with SIGKILL if that does not help."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
