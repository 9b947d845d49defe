"""Content Credentials (C2PA): a signed statement in the file that a trained model drew this picture.

    signed = sign_credentials(png)           # last of all: whatever changes a byte afterwards breaks the seal
    read_credentials(signed).sentence

The package `c2pa-python` is part of requirements.txt where it has wheels; everything else works without it. The
watermark stays in the pixels whatever becomes of the file; credentials say more, to anyone's tools, but any program
that saves the picture anew drops them.

The certificate is made on first use and kept with its key in the user's configuration folder, or in the one that
EASEL_CREDENTIALS names; `certificate.pem` (leaf first) and `key.pem` of your own may be put there instead. A
certificate made here is trusted by this Easel alone: others report "valid, signer unknown". It lasts ten years, since
without a timestamp server what it signed stops being valid with it.
"""

import datetime
import functools
import importlib.util
import io
import json
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CredentialsError", "FileCredentials", "available", "read_credentials", "sign_credentials"]
__all__ += ["without_credentials"]

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"  # IPTC's word for it
SOFT_BINDING = "io.github.easel.watermark.1"  # our name for the mark; none is registered
VALID_DAYS = 3650
_SETTINGS = {"builder": {"thumbnail": {"enabled": False}}}  # it would add up to 900 kB to a picture of 60
_TRUSTED_SECONDS = 600.0  # after which a certificate is proven anew: it may have ended meanwhile
_signing = threading.Lock()  # a signer is used by one thread at a time
GENERATOR = {"name": "Easel", "version": "0.1.0"}


class CredentialsError(RuntimeError):
    """A file could not be signed; the message says what to do."""


@dataclass(frozen=True)
class FileCredentials:
    """What a file's credentials say."""

    # Trusted: intact, signed here; Valid: intact, signer unknown; Invalid: changed since, or not sound;
    # Elsewhere: the file only names an address, which is not asked
    state: str
    generator: str | None  # the program that claims to have made the file
    generated: bool  # it says that a trained model made the picture
    problems: tuple[str, ...]  # C2PA's codes, such as assertion.dataHash.mismatch
    mark: str | None = None  # what the manifest says of the watermark, `key id:payload`

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        who = f" by {self.generator}" if self.generator else ""
        if self.state == "Invalid":
            return f"The Content Credentials do not fit this file ({', '.join(self.problems)}): do not rely on them."
        if self.state == "Elsewhere":
            return "The Content Credentials of this file are kept at another address, which is not asked: not checked."
        made = "drawn by a trained model" if self.generated else "signed"
        if self.state == "Trusted":
            return f"Content Credentials made here: {made}{who}, unchanged since."
        return f"Content Credentials: {made}{who}, unchanged since; who signed it is not known here."


def available() -> bool:
    """Whether the optional package is installed."""
    return importlib.util.find_spec("c2pa") is not None


def sign_credentials(data: bytes, directory: Path | None = None, *, mark: str | None = None) -> bytes:
    """A PNG, JPEG, WebP or AVIF file with credentials added; its pixels and text are left as they are.

    Args:
        data: the finished file.
        directory: of `certificate.pem` and `key.pem`; made on first use. Default: see the module's text.
        mark: what the watermark in the pixels says, `key id:payload`, as a soft binding: whoever finds the picture
            without its manifest reads the mark, and by it finds the manifest again.

    Raises:
        CredentialsError: the package is not installed, the certificate is not fit for signing, or the file is none of
            the four formats.
    """
    if not available():
        raise CredentialsError("Content Credentials need the package `c2pa-python`: pip install -r requirements.txt.")
    import c2pa

    kind = _kind(data)
    if kind is None:
        raise CredentialsError(f"`data` takes a PNG, JPEG, WebP or AVIF file, got bytes that start with {data[:8]!r}.")
    actions = [{"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE, "softwareAgent": GENERATOR}]
    assertions: list[dict] = [{"label": "c2pa.actions", "data": {"actions": actions}}]
    if mark is not None:
        actions.append({"action": "c2pa.watermarked", "softwareAgent": GENERATOR})
        binding = {"alg": SOFT_BINDING, "blocks": [{"scope": {}, "value": mark}]}
        assertions.append({"label": "c2pa.soft-binding", "data": binding})
    manifest = {"claim_generator_info": [GENERATOR], "format": kind, "assertions": assertions}
    output = io.BytesIO()
    try:
        with _signing:
            desk = _desk(*_certificate(directory or _default_directory()), int(time.monotonic() // _TRUSTED_SECONDS))
            with c2pa.Builder(manifest, desk.context) as builder:
                builder.sign(desk.signer, kind, io.BytesIO(data), output)
            desk.has_signed()
    except (c2pa.C2paError, OSError, ValueError) as error:
        raise CredentialsError(f"The file was not signed: {error}") from error
    return output.getvalue()


class _Desk:
    """What every signature of one certificate needs, made once. The package reads the first file back, and so proves
    that the certificate is fit for signing; what it proved it need not prove with every further one.
    """

    def __init__(self, chain: bytes, key: bytes):
        import c2pa

        self.signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))
        self.context = c2pa.Context.from_dict(_SETTINGS)
        self._proven = False

    def has_signed(self) -> None:
        """Its first file was read back."""
        if not self._proven:
            import c2pa

            self.context = c2pa.Context.from_dict(_SETTINGS | {"verify": {"verify_after_sign": False}})
            self._proven = True


@functools.lru_cache(maxsize=2)
def _desk(chain: bytes, key: bytes, _period: int) -> _Desk:
    return _Desk(chain, key)


def read_credentials(data: bytes, directory: Path | None = None) -> FileCredentials | None:
    """What the credentials in a file say; None where it has none, or where the package is not installed.

    Args:
        data: the whole file, as it was received.
        directory: whose certificate counts as ours.
    """
    kind = _kind(data)
    if kind is None or not available():
        return None
    import c2pa

    settings: dict = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    chain = (directory or _default_directory()) / "certificate.pem"
    if chain.is_file():
        settings["trust"] = {"trust_anchors": chain.read_text(encoding="utf-8")}
    try:
        with c2pa.Reader(kind, io.BytesIO(data), context=c2pa.Context.from_dict(settings)) as reader:
            report, state = json.loads(reader.json()), reader.get_validation_state()
    except c2pa.C2paError as error:
        if "ManifestNotFound" in f"{type(error).__name__} {error}":
            return None
        if "remote" in f"{type(error).__name__} {error}".lower():
            return FileCredentials("Elsewhere", None, False, ())
        return FileCredentials("Invalid", None, False, (str(error)[:200],))
    manifest = report.get("manifests", {}).get(report.get("active_manifest"), {})
    generator = next(
        (info.get("name") for info in manifest.get("claim_generator_info") or [] if info.get("name")), None
    )
    problems = tuple(
        status.get("code", "unknown")
        for status in report.get("validation_status") or []
        if status.get("code") != "signingCredential.untrusted"
    )
    assertions = manifest.get("assertions", [])
    generated = SOURCE_TYPE in json.dumps(assertions)
    return FileCredentials(str(state), generator, generated, problems, _mark(assertions))


def without_credentials(png: bytes) -> bytes:
    """A PNG file as it was before it was signed, byte for byte: no two signatures are alike, what they seal is.

    Raises:
        ValueError: it is no whole PNG file.
    """
    if _kind(png) != "image/png":
        raise ValueError(f"`png` takes a PNG file, got bytes that start with {png[:8]!r}.")
    kept, start = [png[:8]], 8
    while start < len(png):
        length = int.from_bytes(png[start : start + 4], "big")
        end = start + 12 + length  # length, name, content, checksum
        if len(png) < end:
            raise ValueError("`png` takes a whole PNG file, got one that is cut short.")
        if png[start + 4 : start + 8] != b"caBX":
            kept.append(png[start:end])
        start = end
    return b"".join(kept)


def _mark(assertions: list) -> str | None:
    """What the soft binding of ours says, where there is one."""
    for assertion in assertions:
        data = assertion.get("data") if isinstance(assertion, dict) else None
        if isinstance(data, dict) and data.get("alg") == SOFT_BINDING:
            return next((str(block.get("value")) for block in data.get("blocks") or []), None)
    return None


def _kind(data: bytes) -> str | None:
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _default_directory() -> Path:
    named = os.environ.get("EASEL_CREDENTIALS", "").strip()
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_CONFIG_HOME", "").strip()
    return (Path(base).expanduser() if base else Path.home() / ".config") / "easel" / "credentials"


def _certificate(directory: Path) -> tuple[bytes, bytes]:
    """The chain and the key in a folder, as PEM; made if the folder does not exist."""
    if not directory.exists():
        chain, key = _make_certificate()
        directory.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".credentials-", dir=directory.parent))  # for the user's eyes only
        (fresh / "certificate.pem").write_bytes(chain)
        (fresh / "key.pem").write_bytes(key)
        (fresh / "key.pem").chmod(0o600)
        try:
            fresh.rename(directory)
        except OSError:  # another process was faster: its certificate it is
            for name in ("certificate.pem", "key.pem"):
                (fresh / name).unlink()
            fresh.rmdir()
    return (directory / "certificate.pem").read_bytes(), (directory / "key.pem").read_bytes()


def _make_certificate() -> tuple[bytes, bytes]:
    """A leaf for signing below a root of its own, whose key is thrown away: it can never sign anything else.

    C2PA takes a leaf with digitalSignature, the e-mail protection usage and both key identifiers, and no other.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def certificate(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, authority: bool) -> x509.Certificate:
        def names(common: str) -> x509.Name:
            organisation = x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Easel, self-made certificate")
            return x509.Name([organisation, x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])

        usage = dict.fromkeys(
            "content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only".split(),
            False,
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(names(name))
            .issuer_name(names(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=VALID_DAYS + 1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, **usage),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )
        if not authority:
            email = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(email, critical=False)
        return builder.sign(root_key, hashes.SHA256())

    root = certificate("Easel root", "Easel root", root_key, True)
    leaf = certificate("Easel", "Easel root", leaf_key, False)
    pem = serialization.Encoding.PEM
    private = leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return leaf.public_bytes(pem) + root.public_bytes(pem), private
