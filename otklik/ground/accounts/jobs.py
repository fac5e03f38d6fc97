"""What is mailed about access."""

from __future__ import annotations

from django.core.mail import send_mail
from procrastinate.contrib.django import app

from otklik.ground.accounts.models import Official
from otklik.ground.territories.queries import region

SUBJECT = "Приглашение в «Отклик»"
BODY = """Здравствуйте!

Вас пригласили работать с обращениями жителей: {organisation}, {region}.
Откройте ссылку и задайте пароль; она действует семь дней:

{link}

Если вы не ждали этого письма, ничего не делайте.
"""


@app.task(name="accounts.mail_invitation", queue="mail", retry=5)
def mail_invitation(*, official_id: int, link: str) -> None:
    """Mail an official the link that lets them in."""
    official = Official.objects.select_related("person", "organisation").get(pk=official_id)
    body = BODY.format(
        organisation=official.organisation.short_ru, region=region().title_ru, link=link
    )
    send_mail(SUBJECT, body, None, [official.person.email])
