"""The command line: `otklik serve | web | live | work | migrate | ground | demo | journal | …`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from config.beside import Beside, stop

ROOT = Path(__file__).resolve().parent.parent
HELP = """otklik COMMAND [options]

  serve [--demo]   everything on one port: pages, live streams, worker, embedded database
  web              pages and API alone (granian, WSGI, several workers)
  live             live streams and the heat map's memory (uvicorn, ASGI)
  work             followers of the journal, jobs and timers
  migrate          create or upgrade the database; runs as its owner
  ground load|export   the region's data from files and back
  demo seed|storm|day  the demo region
  imitator         a stand-in for ЕСИА, in the demo only; `serve --demo` starts it
  journal tail|lag|skip|rebuild
  triage versions|train|use N|release|vectors   the classifier that finds topics
  photos print             prints for photos that have none
  keys status|new|rotate|reindex|drop   the keys that seal personal data
  kept list|open           files of appeals sealed after their authors were erased
  deadline POLICY START    try a deadline policy
  any command of Django
"""


def main() -> None:
    """Prepare the surroundings, then do what was asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        print(HELP)
        return
    # told to stop at any moment, also in a first start: end what was started, the database too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        if arguments[0] == "imitator":  # needs neither Django nor the database
            imitator([])
        prepare()
        _do(arguments)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _do(arguments: list[str]) -> None:
    command = arguments[0]
    if command in SERVERS:
        SERVERS[command](arguments[1:])
    else:
        if command in OWNERS:
            os.environ["OTKLIK_OWNER"] = "1"
        run_django(arguments)


def prepare() -> None:
    """Set what was not set: where data lives, the secret, the embedded database."""
    from config import embedded  # noqa: PLC0415  (the help needs none of it)
    from otklik.ground.kit import keyring  # noqa: PLC0415

    data = Path(os.environ.setdefault("OTKLIK_DATA", str(ROOT / "var"))).resolve()
    data.mkdir(parents=True, exist_ok=True)
    if "SECRET_KEY" not in os.environ:
        os.environ["SECRET_KEY"] = embedded.secret_key(data)
    os.environ.setdefault("FIELD_KEYS", ",".join(keyring.field_keys(data)))
    os.environ.setdefault("INDEX_KEY", keyring.index_key(data))
    os.environ.setdefault("IDENTITY_KEY", keyring.identity_key(data))
    os.environ.setdefault("VAPID_KEY", keyring.vapid_key(data))
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = embedded.start(data / "postgres")


def run_django(arguments: list[str]) -> None:
    """Run a management command in this process."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["otklik", *arguments])


def serve(arguments: list[str]) -> NoReturn:
    """Bring the database up to date, start the worker beside, serve until told to stop."""
    if "--demo" in arguments:
        os.environ["OTKLIK_DEMO"] = "1"
    _bring_up_to_date(demo="--demo" in arguments)
    port = os.environ.get("PORT", "8000")
    commands = ["work", *(["imitator"] if _demo() and not os.environ.get("ESIA_URL") else [])]
    children = [Beside(command) for command in commands]
    # uvicorn raises the signal again when it has stopped: it must find us, not the end
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with suppress(KeyboardInterrupt):
            _uvicorn(port)
    finally:
        for child in children:
            child.stop()
    sys.exit(0)


def _demo() -> bool:
    return os.environ.get("OTKLIK_DEMO", "").lower() in {"1", "true", "yes", "on"}


def imitator(_arguments: list[str]) -> NoReturn:
    """Imitate ЕСИА beside the demo; refused anywhere else."""
    if not _demo():
        sys.exit("the imitator of ЕСИА runs in the demo only: OTKLIK_DEMO=1")
    import uvicorn  # noqa: PLC0415

    from otklik.demo.esia.server import Imitator  # noqa: PLC0415

    data = Path(os.environ.get("OTKLIK_DATA", str(ROOT / "var"))).resolve()
    port = int(os.environ.get("ESIA_IMITATOR_PORT") or int(os.environ.get("PORT", "8000")) + 10)
    host = os.environ.get("HOST", "127.0.0.1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(Imitator(data / "esia"), host=host, port=port, log_level="warning")
    sys.exit(0)


STEPS = (
    ("Database", ("migrate", "--verbosity=0")),
    ("The region: boundaries, bodies, topics", ("ground", "load")),
    ("Sixty days of the demo region", ("demo", "seed")),
)


def _bring_up_to_date(*, demo: bool) -> None:
    """Migrate, load the region and seed the demo, unless the database holds just that already."""
    from config import freshness  # noqa: PLC0415

    address = os.environ["DATABASE_URL"]
    wanted = freshness.digest(demo=demo)
    if freshness.known(address) == wanted:
        return
    for name, step in STEPS if demo else STEPS[:-1]:
        began = time.monotonic()
        print(f"• {name} …", flush=True)
        _run([sys.executable, "-m", "config.cli", *step])
        print(f"  done in {time.monotonic() - began:.1f} s", flush=True)
    freshness.remember(address, wanted)


def _run(arguments: list[str]) -> None:
    """Run a step to its end; when told to stop, let it end what it started before we end."""
    step = subprocess.Popen(arguments)  # noqa: S603
    try:
        if step.wait():
            sys.exit(step.returncode)
    finally:
        if step.poll() is None:
            stop(step)


def _uvicorn(port: str) -> None:
    import uvicorn  # noqa: PLC0415

    host = os.environ.get("HOST", "127.0.0.1")
    print(f"Otklik is at http://{host}:{port}", flush=True)
    uvicorn.run(
        "config.asgi:application",
        host=host,
        port=int(port),
        log_level=os.environ.get("LOG_LEVEL", "warning").lower(),
        timeout_graceful_shutdown=3,
        backlog=4096,
    )


def live(_arguments: list[str]) -> None:
    """Serve the streams and the heat map's memory alone."""
    _uvicorn(os.environ.get("PORT", "8001"))


def web(arguments: list[str]) -> NoReturn:
    """Serve pages and API with granian; further options are granian's own."""
    granian = str(Path(sys.executable).with_name("granian"))
    os.execv(  # noqa: S606
        granian,
        [
            granian,
            "--interface", "wsgi",
            "--host", os.environ.get("HOST", "127.0.0.1"),
            "--port", os.environ.get("PORT", "8000"),
            "--workers", os.environ.get("WEB_WORKERS", "2"),
            "--blocking-threads", os.environ.get("WEB_THREADS", "4"),
            "--backlog", "4096",
            "--no-access-log",
            "--log-level", "warning",
            *arguments,
            "config.wsgi:application",
        ],
    )  # fmt: skip


SERVERS = {"serve": serve, "live": live, "web": web, "imitator": imitator}
OWNERS = {"migrate", "makemigrations"}

if __name__ == "__main__":
    main()
