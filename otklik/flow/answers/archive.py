"""The archive of photos, asked by an index: which of a million is nearly this one.

Sixteen keys of sixteen bits stand in a GIN index. Prints that differ in at most 31 bits agree in
some key but for one bit, so 272 keys find all of them; of those that differ in 32 to 44 bits
they find 98 in a hundred (bench/photos.py). What is found is measured by PostgreSQL itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from otklik.flow.answers import likeness

if TYPE_CHECKING:
    from otklik.flow.answers.prints import Prints

NEAREST = """
    SELECT attachment_id, bit_count(bits # %s::bit(256)) AS apart
      FROM answers_photoprint
     WHERE segments && %s::integer[] AND region_id = %s
       AND bit_count(bits # %s::bit(256)) <= %s
     ORDER BY apart, attachment_id LIMIT 20
"""
OF_REPORT = """
    SELECT p.attachment_id, min(bit_count(p.bits # %s::bit(256)))
      FROM answers_photoprint p JOIN intake_attachment a ON a.id = p.attachment_id
     WHERE a.report_id = %s AND a.id <> %s GROUP BY 1
"""


@dataclass(frozen=True)
class Match:
    """A photo that is nearly the same: in how many bits it differs, whether it is mirrored."""

    attachment: int
    apart: int
    mirrored: bool = False


def nearest(prints: Prints, region: str, most: float) -> list[Match]:
    """Return the photos of the archive within `most` bits of a photo, nearest first."""
    found: dict[int, Match] = {}
    with connection.cursor() as cursor:
        for bits, mirrored in _asked(prints):
            cursor.execute(NEAREST, [bits, likeness.probes(bits), region, bits, int(most)])
            _take(found, cursor.fetchall(), mirrored=mirrored)
    return sorted(found.values(), key=lambda match: match.apart)


def in_report(prints: Prints, report_id: int, but: int, most: float) -> list[Match]:
    """Return the other photos of the same message within `most` bits."""
    found: dict[int, Match] = {}
    with connection.cursor() as cursor:
        for bits, mirrored in _asked(prints):
            cursor.execute(OF_REPORT, [bits, report_id, but])
            _take(found, cursor.fetchall(), mirrored=mirrored)
    near = [match for match in found.values() if match.apart <= most]
    return sorted(near, key=lambda match: match.apart)


def _asked(prints: Prints) -> tuple[tuple[str, bool], ...]:
    return (prints.whole, False), (prints.inner, False), (prints.mirrored, True)


def _take(found: dict[int, Match], rows: list[tuple[int, int]], *, mirrored: bool) -> None:
    for attachment, apart in rows:
        known = found.get(attachment)
        if known is None or apart < known.apart:
            found[attachment] = Match(attachment, apart, mirrored)
