"""Passwords that are too well known: of this place's own words, and of lists of breaches."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import region, territories

if TYPE_CHECKING:
    from typing import BinaryIO

OURS = frozenset({"отклик", "otklik", "жалоба", "обращение", "администрация", "госуслуги"})
SHORT = 4
_LETTERS = re.compile(r"[a-zа-яё]+")
LINE = 64
"""More bytes than a line of the list has: forty signs of a print, a colon, a count."""


class OwnWords:
    """Refuses a password that is a word of this place with digits or signs about it."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002  (Django's form)
        """Raise ValidationError."""
        if "".join(_LETTERS.findall(password.lower())) in own_words():
            raise ValidationError(_("Этот пароль легко угадать: в нём только местное слово"))

    def get_help_text(self) -> str:
        """Say it beforehand."""
        return _("Не берите название места, организации или этого сайта")


@remembered(600)
def own_words() -> frozenset[str]:
    """Return the words of this site, the region, its places and bodies."""
    here = region()
    said = [here.code, here.title_ru, here.title_en]
    for each in territories().values():
        said += [each.code, each.title_ru, each.short_ru, each.title_en]
    said += [each.code for each in organisations().values()]
    words = {word for each in said for word in _LETTERS.findall(str(each).lower())}
    return OURS | {each for each in words if len(each) >= SHORT}


class Breached:
    """Refuses a password of a list of breaches that lies beside: nothing is asked outside."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002
        """Raise ValidationError."""
        if settings.BREACHED_PASSWORDS and listed(password, Path(settings.BREACHED_PASSWORDS)):
            raise ValidationError(_("Этот пароль есть в списках украденных: возьмите другой"))

    def get_help_text(self) -> str:
        """Say it beforehand."""
        return _("Не берите пароль, который был украден на другом сайте")


def listed(password: str, path: Path) -> bool:
    """Tell whether a password's print is in the list: halves a sorted file, reads 40 lines of it.

    Its lines are those of «Pwned Passwords» by hash: `SHA1:count`, in order.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            start, line = _line_at(file, middle)
            if start >= high or line[:40].upper() > wanted:
                high = middle
            elif line[:40].upper() == wanted:
                return True
            else:
                low = start + len(line)
    return False


def _line_at(file: BinaryIO, place: int) -> tuple[int, bytes]:
    """Return the line that begins at a place or after it, and where."""
    begin = max(0, place - 1)
    file.seek(begin)
    if place:
        file.readline()
    start = file.tell()
    return start, file.readline(LINE)
