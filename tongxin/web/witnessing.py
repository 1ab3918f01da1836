"""送见证者共同签名。 Checkpoints go to the witnesses, and their cosignatures come back (C2SP tlog-witness, add-checkpoint)."""

import base64
import http.client
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError, close_old_connections, connection

from tongxin.ledger import rules
from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.operations import accept_cosignature
from tongxin.ledger.queries import consistency, newest_checkpoint
from tongxin.web.clock import now

TIMEOUT: Final = 5.0  # seconds that one witness may take
ANSWER_BYTES: Final = 64 * 1024
REMEMBERED: Final = "witnesses.txt"  # in the data folder: every witness key this ledger ever had
log = logging.getLogger("tongxin.witness")


class WitnessError(Exception):
    """见证者没有签。 A witness did not cosign; the message says why."""


class ContradictedError(WitnessError):
    """见证者看到过别的。 A witness has seen what this ledger does not lead to: entries are missing here, or there are two ledgers."""


@dataclass(slots=True)
class Witness:
    """一个见证者。 A witness: where it is asked, its key, and what it last cosigned, as far as we know."""

    url: str
    key: rules.Key
    size: int = 0
    at: datetime | None = field(default=None)


def witnesses() -> list[Witness]:
    """设定的见证者。 The witnesses set by TONGXIN_WITNESSES: `URL KEY`, separated by commas. Raises ValueError, naming the entry."""
    found = []
    for entry in filter(None, (part.strip() for part in settings.WITNESSES.split(","))):
        url, _, text = entry.partition(" ")
        key = rules.verifier_key(text.strip())
        if urlsplit(url).scheme not in ("http", "https") or key.kind != rules.COSIGNATURE:
            raise ValueError(f"TONGXIN_WITNESSES: not `URL KEY` of a witness: {entry[:120]!r}")
        found.append(Witness(url.rstrip("/"), key))
    return found


def known_keys() -> tuple[rules.Key, ...]:
    """认得的见证者公钥。 The keys of all witnesses there are or ever were: cosignatures of former ones stay verifiable."""
    path = settings.DATA / REMEMBERED
    lines = path.read_text(encoding="utf-8").split() if path.exists() else []
    return tuple(
        dict.fromkeys([*(one.key for one in witnesses()), *(rules.verifier_key(line) for line in lines)])
    )


def remember(keys: Iterable[rules.Key]) -> None:
    """记下公钥。 Write keys down in the data folder, each once."""
    path = settings.DATA / REMEMBERED
    known = set(path.read_text(encoding="utf-8").split()) if path.exists() else set()
    with path.open("a", encoding="utf-8") as out:
        out.writelines(f"{key}\n" for key in keys if str(key) not in known)


_against: dict[str, str] = {}
_heard: set[str] = set()


def contradicted() -> dict[str, str]:
    """谁说对不上。 The witnesses that have seen another ledger than this, each with its reason, as last asked by this process."""
    return dict(_against)


def heard() -> bool:
    """有没有听到过。 Whether a witness has found the ledger consistent, since this process last began to ask."""
    return bool(_heard)


def begin() -> None:
    """重新问起。 Forget what was heard: the database may be another one now."""
    _heard.clear()


def attend(witness: Witness, stopping: threading.Event, going: Callable[[], bool] = lambda: True) -> None:
    """照看一个见证者。 Take each new checkpoint to a witness until told to stop; trouble is logged, and tried again.

    `going` says whether this process is the one that does it; of several machines only one asks. One that stays the newest is taken anew before its cosignature grows old, so that a quiet city is not a city unwitnessed.
    """
    pause = 1.0
    while not stopping.wait(pause):
        pause = 1.0
        if not going():
            witness.at = None  # another asks; whoever takes it up again asks at once
            continue
        try:
            newest = newest_checkpoint()
            if newest is not None and _due(witness, newest, now()):
                submit(witness, newest, now())
                _against.pop(witness.key.name, None)
                _heard.add(witness.key.name)
        except OperationalError:
            close_old_connections()
            connection.close()
        except ContradictedError as error:
            _against[witness.key.name] = str(error)
            _heard.discard(witness.key.name)
            log.error("WITNESS %s CONTRADICTS: %s", witness.key.name, error)  # noqa: TRY400 - no trace is needed
            pause = 5.0
        except (WitnessError, ValueError, OSError, http.client.HTTPException) as error:
            log.warning("witness %s: %s", witness.key.name, error)
            pause = 5.0
    connection.close()


def _due(witness: Witness, newest: LedgerCheckpoint, at: datetime) -> bool:
    anew = timedelta(seconds=settings.WITNESSED_WITHIN / 4)
    asked_anew = witness.key.name not in _heard  # since the database was last found anew
    return asked_anew or witness.at is None or witness.size != newest.size or at - witness.at >= anew


def submit(witness: Witness, checkpoint: LedgerCheckpoint, at: datetime) -> None:
    """送一个检查点。 Have a witness cosign a checkpoint, and keep the cosignature. Raises WitnessError when it does not."""
    if witness.size > checkpoint.size:
        witness.size = (
            0  # what it said last does not fit: it is asked anew, and may have been set back meanwhile
        )
    status, answer = _asked(witness, checkpoint)
    if status == http.HTTPStatus.CONFLICT:  # it knows another size than we thought: it says which
        witness.size = _told_size(answer)
        if witness.size > checkpoint.size:
            raise ContradictedError(
                f"it has cosigned {witness.size} entries, this ledger has {checkpoint.size}: entries are missing here"
            )
        status, answer = _asked(witness, checkpoint)
    if status == http.HTTPStatus.UNPROCESSABLE_ENTITY:
        raise ContradictedError(
            f"it has seen another ledger of this name: size {witness.size} does not lead to ours"
        )
    if status != http.HTTPStatus.OK:
        raise WitnessError(f"it answered {status}")
    _, lines = rules.read_note("x\n\n" + answer)
    own = [line for line in lines if line.by(witness.key)]
    if not own:
        raise WitnessError("it answered without a cosignature of its key")
    accept_cosignature(size=checkpoint.size, line=own[0], key=witness.key, at=at)
    witness.size, witness.at = checkpoint.size, at


def _told_size(answer: str) -> int:
    text = answer.removesuffix("\n")
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise WitnessError("it answered a conflict without its size")
    return int(text)


def _asked(witness: Witness, checkpoint: LedgerCheckpoint) -> tuple[int, str]:
    proof = consistency(size1=witness.size, size2=checkpoint.size)
    steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
    body = f"old {witness.size}\n{steps}\n{checkpoint.note}"
    parts = urlsplit(witness.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    opened = kind(parts.netloc, timeout=TIMEOUT)
    try:
        opened.request("POST", f"{parts.path}/add-checkpoint", body.encode())
        response = opened.getresponse()
        return response.status, response.read(ANSWER_BYTES).decode("utf-8", "replace")
    finally:
        opened.close()
