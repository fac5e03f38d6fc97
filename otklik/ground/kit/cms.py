"""Detached signatures (CMS, RFC 5652): made by a test key, checked as far as we can.

Russian qualified signatures use GOST algorithms, which a certified program alone may judge: they
are kept as they are and said to be unchecked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from asn1crypto import cms as asn1_cms
from asn1crypto import pem
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

VALID, INVALID, UNCHECKED = "valid", "invalid", "unchecked"
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512(),
}  # fmt: skip
LARGEST = 256 * 1024


@dataclass(frozen=True)
class Signed:
    """A detached signature and whose it is."""

    cms: bytes
    subject: str
    test: bool


@dataclass(frozen=True)
class Checked:
    """What checking a signature told."""

    state: str
    subject: str = ""
    note: str = ""
    certificate: str = ""
    """SHA-256 of the signer's certificate."""


class Signer(Protocol):
    """What can sign a document: a key on this machine, a certified program, a gateway."""

    def sign(self, data: bytes) -> Signed:
        """Return a detached signature of the bytes."""


class DemoSigner:
    """A key and certificate made at first use: for the demo, worth nothing in law."""

    SUBJECT = "Тестовая подпись, юридической силы не имеет"
    COMMON_NAME = "Тестовая подпись Отклика"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sign(self, data: bytes) -> Signed:
        """Sign with the test key."""
        key, certificate = self._pair()
        made = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(data)
            .add_signer(certificate, key, hashes.SHA256())
            .sign(
                serialization.Encoding.DER,
                [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary],
            )
        )
        return Signed(made, self.SUBJECT, test=True)

    @property
    def certificate(self) -> str:
        """SHA-256 of the certificate, as its other side keeps it to know us by."""
        return self._pair()[1].fingerprint(hashes.SHA256()).hex()

    def _pair(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        path = self.folder / "test-signer.pem"
        if not path.exists():
            self._make(path)
        body = path.read_bytes()
        key = serialization.load_pem_private_key(body, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key, x509.load_pem_x509_certificate(body)

    def _make(self, path: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.COMMON_NAME)])
        start = datetime(2026, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=3650))
            .sign(key, hashes.SHA256())
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        fresh.chmod(0o600)
        fresh.replace(path)


def check(data: bytes, signature: bytes) -> Checked:
    """Check a detached signature over the bytes; whether its owner is trusted is not judged."""
    try:
        signed = _signed_data(signature)
        signer = signed["signer_infos"][0]
        certificate = _certificate(signed, signer)
    except (ValueError, TypeError, KeyError, IndexError):
        return Checked(UNCHECKED, note="Файл не читается как подпись CMS; сохранён как есть")
    if certificate is None:
        return Checked(UNCHECKED, note="В подписи нет сертификата")
    subject = str(certificate.subject.human_friendly)[:300]
    algorithm = HASHES.get(str(signer["digest_algorithm"]["algorithm"].native))
    if algorithm is None:
        return Checked(UNCHECKED, subject, "Алгоритм проверяют сертифицированным средством (ГОСТ)")
    try:
        _verify(data, signer, certificate, algorithm)
    except InvalidSignature:
        return Checked(INVALID, subject, "Подпись сделана не к этому документу")
    except (ValueError, TypeError, NotImplementedError):
        return Checked(UNCHECKED, subject, "Алгоритм подписи не поддерживается")
    return Checked(VALID, subject, certificate=certificate.sha256.hex())


def _signed_data(signature: bytes) -> Any:
    if pem.detect(signature):
        _, _, signature = pem.unarmor(signature)
    content = asn1_cms.ContentInfo.load(signature, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("not signed data")
    return content["content"]


def _certificate(signed: Any, signer: Any) -> Any:
    wanted = signer["sid"].chosen.native.get("serial_number")
    for choice in signed["certificates"] or ():
        if choice.chosen.serial_number == wanted:
            return choice.chosen
    return None


def _verify(data: bytes, signer: Any, certificate: Any, algorithm: hashes.HashAlgorithm) -> None:
    attributes = signer["signed_attrs"]
    covered = data
    if attributes:
        told = {each["type"].native: each["values"][0].native for each in attributes}
        if told.get("message_digest") != hashlib.new(algorithm.name, data).digest():
            raise InvalidSignature
        covered = attributes.untag().dump(force=True)
    key = serialization.load_der_public_key(certificate.public_key.dump())
    value = signer["signature"].native
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(value, covered, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(value, covered, ec.ECDSA(algorithm))
    else:
        raise NotImplementedError
