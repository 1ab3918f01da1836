"""调用与交付。 A call from asking to handing over: recorded first, then read, then cut to what was granted, then handed over.

The pages and the machine interface stand on this. A transfer is a row of such calls, one for each chunk: a chunk is read, the
persons in it are known, the call is checked and recorded, and only then is the chunk handed over. So an ending of the grant
holds from the next chunk on, and a chunk is no longer than half a second of the source's time.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tongxin.acts.terms import PLATFORM, Actor, Refused
from tongxin.exchange.models import Source
from tongxin.exchange.operations import call_data, settle_calls
from tongxin.exchange.queries import calls, sources
from tongxin.exchange.terms import Answered, Asked, Called, Came, Fetched, Manner, Settled, SourceFault

Clock = Callable[[], datetime]
FIRST_CHUNK, LARGEST_CHUNK = 64, 1_000
CHUNK_SECONDS: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated(Exception):  # noqa: N818 - it is an answer
    """已经办过。 The request was answered before; under which entry."""

    entry: int


def answered(*, actor: Actor, asked: Asked, clock: Clock) -> Answered:
    """调用一次。 One call by keys, from asking to handing over.

    Raises Refused, InvalidInput, SourceFault; Repeated where the same request was answered before.
    """
    did = _called(actor, asked, clock)
    source = calls.source_numbered(number=did.source)
    began = time.monotonic()
    try:
        found = sources.fetched(source=source, fields=asked.fields, keys=asked.keys, most=asked.rows)
    except SourceFault as fault:
        _settle(did, fault.came, 0, began, clock)
        raise
    if len(found.rows) != asked.rows or found.upstream:
        _settle(
            did, Came.ANSWERED if found.rows else Came.NOTHING, len(found.rows), began, clock, found.upstream
        )
    return Answered(entry=did.entry, rows=found.rows, more=found.more)


def _called(actor: Actor, asked: Asked, clock: Clock) -> Called:
    try:
        return call_data(actor=actor, at=clock(), asked=asked)
    except Refused as refusal:
        earlier = (
            calls.answered_before(actor=actor, grant=asked.grant, token=asked.token) if asked.token else None
        )
        if refusal.code == "repeated" and earlier is not None:
            raise Repeated(entry=earlier) from None
        raise


def _settle(did: Called, came: Came, rows: int, began: float, clock: Clock, upstream: str = "") -> None:
    took = min(int((time.monotonic() - began) * 1000), 2**31 - 1)
    one = Settled(call=did.call, came=came, rows=rows, took_ms=took, upstream=upstream)
    settle_calls(actor=PLATFORM, at=clock(), settled=[one])


def transferred(*, actor: Actor, asked: Asked, clock: Clock) -> Iterator[Answered]:
    """批量。 A transfer, chunk by chunk; `keys` and `rows` of `asked` are each chunk's own.

    Ends with the source, or with what the call raises once the grant does not carry it any more: Refused, recorded as every
    refusal, and the last chunk handed over is marked as the one after which it stopped. Raises InvalidInput, SourceFault.
    """
    asked = replace(asked, batch=True)
    source = _source(actor, asked, clock)
    asked = replace(asked, kind=source.key_kind or asked.kind)  # the keys will be the source's own
    last: tuple[Called, int] | None = None
    began = time.monotonic()
    try:
        for part in _chunks(source, asked):
            keys = tuple(dict.fromkeys(part.keys))
            did = call_data(
                actor=actor, at=clock(), asked=replace(asked, keys=keys, rows=len(part.rows), token="")
            )
            last = did, len(part.rows)
            yield Answered(entry=did.entry, rows=part.rows, more=True)
    except (Refused, SourceFault) as ended:
        if last is not None:
            came = ended.came if isinstance(ended, SourceFault) else Came.STOPPED
            _settle(last[0], came, last[1], began, clock)
        raise


def _source(actor: Actor, asked: Asked, clock: Clock) -> Source:
    """来源；明显不许的，不去读。 The source; what plainly may not be called is refused, and recorded, before it is read at all."""
    at = clock()
    grant = calls.grant_numbered(number=asked.grant)
    open_now = calls.grants_open_to(organ=grant.organ, at=at).filter(pk=grant.pk).exists() if grant else False
    fits = grant is not None and open_now and set(asked.fields) <= set(grant.fields) and grant.source.open
    fits = fits and grant is not None and grant.manner != Manner.INTERFACE.value
    if grant is None or not fits or not calls.is_users(actor=actor, grant=grant, at=at):
        call_data(actor=actor, at=at, asked=replace(asked, keys=(), rows=1, token=""))
        raise Refused("no_grant", "没有这份授权", "there is no such grant")
    return grant.source


def _chunks(source: Source, asked: Asked) -> Iterator[Fetched]:
    """一批一批地读。 Chunks of at most half a second: fewer rows after a slow one, more after a quick one."""
    size = FIRST_CHUNK
    with sources.opened(source=source, fields=asked.fields) as reader:
        while True:
            began = time.monotonic()
            rows = reader.take(size)
            took = time.monotonic() - began
            if not rows:
                return
            yield sources.cut(source=source, fields=asked.fields, rows=rows)
            if took > CHUNK_SECONDS:
                size = max(size // 4, 1)
            elif took < CHUNK_SECONDS / 4:
                size = min(size * 2, LARGEST_CHUNK)
