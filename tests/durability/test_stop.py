"""Told to stop in the middle of its first start, Otklik leaves no process behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.durability.conftest import surroundings

pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_first_start_can_be_stopped_at_any_moment(tmp_path: Path, told: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "config.cli", "serve", "--demo"],
        env=surroundings(tmp_path / "data"), stdout=subprocess.PIPE, text=True,
    ) as started:  # fmt: skip
        assert started.stdout is not None
        for line in started.stdout:
            if line.startswith("• Database"):
                break
        else:
            pytest.fail("it ended before its first step")
        while not any(
            "migrate" in child.cmdline() for child in psutil.Process(started.pid).children()
        ):
            time.sleep(0.1)  # the step of the first start is at work
        pid = (tmp_path / "data" / "postgres" / "postmaster.pid").read_text().splitlines()[0]
        step = psutil.Process(started.pid).children(recursive=True)
        postmaster = psutil.Process(int(pid))
        assert step
        started.send_signal(told)
        started.stdout.read()
    _, left = psutil.wait_procs([postmaster, *step], timeout=30)
    assert not left
