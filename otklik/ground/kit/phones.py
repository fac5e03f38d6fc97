"""Phones as they are typed and as they are kept."""

from __future__ import annotations

import phonenumbers


def phone_of(text: str) -> str | None:
    """Return a phone in E.164, or None if it is none."""
    try:
        parsed = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
