"""时间戳：检查点送时间戳机构。 Time stamps: checkpoints go to a time-stamp authority (RFC 3161).

Any authority is set by its address and the certificates it is trusted by. A token shows that a checkpoint existed at a time,
as far as that authority is believed; what legal weight it has follows from who the authority is, and is not claimed here.
The library `rfc3161-client` is an optional extra: without it nothing is asked, and stored tokens are said to be unchecked.
"""

import http.client
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection

from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.operations import keep_stamp
from tongxin.ledger.queries import newest_checkpoint, newest_stamp
from tongxin.ledger.rules.signing import Signer
from tongxin.ledger.terms import Fault
from tongxin.web.clock import now

try:
    import rfc3161_client
except ImportError:  # the optional extra is not here
    rfc3161_client = None

EVERY: Final = timedelta(minutes=10)
TIMEOUT: Final = 10.0  # seconds
TOKEN_BYTES: Final = 64 * 1024
log = logging.getLogger("tongxin.stamp")


class StampError(Exception):
    """没有得到时间戳。 No time stamp was had, or one that does not hold; the message says why."""


def authority() -> str:
    """设定的时间戳机构。 The address of the authority, empty when none is set."""
    return str(settings.STAMP_AUTHORITY)


def not_checked() -> list[str]:
    """没法核对的。 Why stored tokens cannot be checked here; empty when they can, or there are none."""
    if (rfc3161_client is None or not settings.STAMP_ROOTS) and newest_stamp().exists():
        return ["time stamps: their tokens need the package rfc3161-client and TONGXIN_STAMP_ROOTS"]
    return []


def fault() -> Fault | None:
    """存着的时间戳的第一处不符。 The first stored token that is not of its checkpoint, by the certificates that are set."""
    if rfc3161_client is None or not settings.STAMP_ROOTS:
        return None
    notes = LedgerCheckpoint.objects
    for stamp in newest_stamp().order_by("size", "authority").iterator(500):
        note = notes.get(size=stamp.size).note
        try:
            told = verified(bytes(stamp.token), note.encode())
        except StampError as error:
            return Fault("signature", "ledger_ledgerstamp", f"{stamp.size} {stamp.authority}", str(error))
        if told != stamp.at:
            reason = "its moment is not the token's"
            return Fault("altered", "ledger_ledgerstamp", f"{stamp.size} {stamp.authority}", reason)
    return None


def attend(signer: Signer, stopping: threading.Event, going: Callable[[], bool] = lambda: True) -> None:
    """照看时间戳机构。 Have the newest checkpoint stamped every ten minutes until told to stop; trouble is logged.

    `going` says whether this process is the one that does it.
    """
    pause = 1.0
    while not stopping.wait(pause):
        pause = 5.0
        if not going():
            continue
        try:
            newest, last = newest_checkpoint(), newest_stamp().first()
            moment = now()
            if newest and (last is None or (last.size != newest.size and moment - last.at >= EVERY)):
                stamp(newest, signer)
        except OperationalError:
            close_old_connections()
            connection.close()
        except (StampError, OSError, http.client.HTTPException) as error:
            log.warning("time-stamp authority %s: %s", authority(), error)
            pause = 60.0
    connection.close()


def stamp(checkpoint: LedgerCheckpoint, signer: Signer) -> None:
    """给一个检查点加时间戳。 Have a checkpoint stamped, verify the token, keep it. Raises StampError."""
    if rfc3161_client is None:
        raise StampError("the package rfc3161-client is not installed: pip install 'tongxin[timestamps]'")
    message = checkpoint.note.encode()
    builder = rfc3161_client.TimestampRequestBuilder().data(message)
    request = builder.hash_algorithm(rfc3161_client.HashAlgorithm.SHA256).build()
    token = _asked(request.as_bytes())
    told = verified(token, message, nonce=request.nonce)
    keep_stamp(size=checkpoint.size, authority=authority(), token=token, at=told, signer=signer)


def verified(token: bytes, message: bytes, *, nonce: int | None = None) -> datetime:
    """核对时间戳。 The time that a token (DER of a TimeStampResp) gives for a message. Raises StampError when it does not hold."""
    try:
        response = rfc3161_client.decode_timestamp_response(token)
        builder = rfc3161_client.VerifierBuilder(roots=roots(), nonce=nonce)
        builder.build().verify_message(response, message)
        told: datetime = response.tst_info.gen_time
    except (rfc3161_client.VerificationError, ValueError) as error:
        raise StampError(f"the token does not hold: {error}") from error
    return told


def roots() -> list[x509.Certificate]:
    """信任的证书。 The certificates that the authority is trusted by, from TONGXIN_STAMP_ROOTS (PEM). Raises StampError."""
    try:
        return x509.load_pem_x509_certificates(Path(settings.STAMP_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        raise StampError(f"TONGXIN_STAMP_ROOTS: {type(error).__name__}") from error


def _asked(query: bytes) -> bytes:
    parts = urlsplit(authority())
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    opened = kind(parts.netloc, timeout=TIMEOUT)
    try:
        opened.request("POST", parts.path or "/", query, {"Content-Type": "application/timestamp-query"})
        response = opened.getresponse()
        answer = response.read(TOKEN_BYTES)
    finally:
        opened.close()
    if response.status != http.HTTPStatus.OK:
        raise StampError(f"it answered {response.status}")
    return answer
