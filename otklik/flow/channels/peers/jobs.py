"""Cases leave for other systems from here; what became of them is asked for."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

AT_ONCE = 100


@app.task(name="peers.deliver", queue="peers")
def deliver(*, forward_id: int) -> None:
    """Try a case once; the sweep tries what is left."""
    from otklik.flow.channels.peers import commands  # noqa: PLC0415  (they defer this job)

    commands.deliver(forward_id, now=timezone.now())


@app.task(name="peers.ask", queue="peers")
def ask(*, peer_id: int) -> None:
    """Ask one system for its news."""
    from otklik.flow.channels.peers import commands  # noqa: PLC0415

    commands.ask(peer_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="peers.sweep", queue="timers", queueing_lock="peers.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Wake what waits and whose pause is over, and the systems whose time to be asked has come."""
    from otklik.flow.channels.peers import queries  # noqa: PLC0415

    now = timezone.now()
    for forward_id in queries.due_forwards(now, AT_ONCE):
        deliver.defer(forward_id=forward_id)
    for peer_id in queries.due_peers(now):
        ask.defer(peer_id=peer_id)
