"""本实例的密钥。 The secrets of one instance, made at its first start and kept readable by its user alone."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tongxin.ledger import merkle
from tongxin.ledger.rules import signing

LOG_NAME = "tongxin.local/ledger"  # the ledger's origin line, unless TONGXIN_LOG names another


def _rsa_key() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


# What data folders from before do not have; each is added once.
LATER: Final[Mapping[str, Callable[[], str]]] = {
    "identity_key": lambda: secrets.token_hex(32),
    "oidc_key": _rsa_key,
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """密钥。 Signing key of sessions, password of the application's database role, seed of the ledger's signature; of identity too:

    `identity_key` (64 hexadecimal characters) turns identifying numbers into digests and seals means of signing in: who loses
    it loses the way from a number to its person, so it belongs into every backup. `oidc_key` (PEM, RSA) signs what other
    systems of the city are told about who somebody is.

    With them lies what a ledger is founded with and keeps: its name, its hash suite, its SM2 key pair where it has one.
    """

    key: str
    app_password: str
    ledger_seed: str
    log_name: str
    identity_key: str
    oidc_key: str
    ledger_hash: str = merkle.SHA256
    sm2_private: str = ""
    sm2_public: str = ""

    @classmethod
    def of(cls, data: Path) -> "Secrets":
        """取出或新建。 Read the secrets of a data folder, or make them; two first starts at once agree on one."""
        path = data / "secrets.json"
        if not path.exists():
            data.mkdir(parents=True, exist_ok=True)
            suite = os.environ.get("TONGXIN_LEDGER_HASH", merkle.SHA256)
            merkle.digest(
                b"", suite=suite
            )  # said now, while nothing is founded: no such hash, or not on this machine
            pair = signing.sm2_pair() if os.environ.get("TONGXIN_LEDGER_SM2") == "1" else ("", "")
            made = cls(
                secrets.token_urlsafe(48),
                secrets.token_urlsafe(24),
                secrets.token_hex(32),
                os.environ.get("TONGXIN_LOG", LOG_NAME),
                **{name: make() for name, make in LATER.items()},
                ledger_hash=suite,
                sm2_private=pair[0],
                sm2_public=pair[1],
            )
            draft = _drafted(data, asdict(made))
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)  # fails when another start was first: then theirs holds
            draft.unlink()
        held = json.loads(path.read_text())
        return cls(**(held if held.keys() >= LATER.keys() else _completed(data, path)))


def _drafted(data: Path, held: dict[str, str]) -> Path:
    draft = data / f"secrets.{os.getpid()}.new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(held, out)
    return draft


def _completed(data: Path, path: Path) -> dict[str, str]:
    """旧的数据目录补上钥匙。 A data folder from before gets the keys it lacks, once, whoever else starts now."""
    with (data / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held: dict[str, str] = json.loads(path.read_text())
        missing = {name: make() for name, make in LATER.items() if name not in held}
        if missing:
            held |= missing
            _drafted(data, held).replace(path)
        return held
