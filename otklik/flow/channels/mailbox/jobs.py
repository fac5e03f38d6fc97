"""Mailboxes are looked into each minute; invitations leave from here."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

AT_ONCE = 50


@app.task(name="mailbox.invite", queue="mail")
def invite(*, letter_id: int) -> None:
    """Send an invitation."""
    from otklik.flow.channels.mailbox import commands  # noqa: PLC0415  (they defer this job)

    commands.invite(letter_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="mailbox.look", queue="mail", queueing_lock="mailbox.look")
def look(timestamp: int) -> None:  # noqa: ARG001  (the minute it stands for)
    """Take what came, send what waits."""
    from otklik.flow.channels.mailbox import commands, queries  # noqa: PLC0415

    for mailbox in queries.mailboxes():
        commands.look(mailbox, now=timezone.now)
    for letter_id in queries.due_invitations(timezone.now(), AT_ONCE):
        commands.invite(letter_id, now=timezone.now())
