"""Keys that an installation makes for itself and keeps in files beside its data.

Needed before Django is set up, so nothing here asks for settings.
"""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RING = "field_keys"


def new_key() -> str:
    """Return a fresh key as the ring writes it: NAME:SECRET."""
    return f"k{secrets.token_hex(3)}:{urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


def field_keys(folder: Path) -> list[str]:
    """Return the ring of keys that seal personal data, the present one first."""
    return kept(folder / RING, new_key).split()


def index_key(folder: Path) -> str:
    """Return the key of the prints by which sealed values are found."""
    return kept(folder / "index_key", lambda: secrets.token_urlsafe(32))


def identity_key(folder: Path) -> str:
    """Return the key of the hashes of accounts in other systems; it never changes."""
    return kept(folder / "identity_key", lambda: secrets.token_urlsafe(32))


def vapid_key(folder: Path) -> str:
    """Return the key that signs notices to devices; changing it ends every subscription."""
    return kept(folder / "vapid_key", new_vapid_key)


def new_vapid_key() -> str:
    """Return a fresh private key of the curve P-256 as 32 bytes in base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415  (once in a life)

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def write_ring(folder: Path, keys: list[str]) -> None:
    """Write the ring anew: all of it or nothing."""
    part = folder / f"{RING}.part"
    part.touch(mode=0o600)
    part.write_text("\n".join(keys) + "\n")
    part.replace(folder / RING)


def kept(file: Path, make: Callable[[], str]) -> str:
    """Return what a file holds, made once: of two who make it at once the first wins."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(make())
        with suppress(FileExistsError):
            os.link(part, file)
        part.unlink()
    return file.read_text().strip()
