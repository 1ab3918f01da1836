"""台账的写入。 Writes of the ledger: the gate appends entries, the sequencer integrates them, witnesses and authorities attest.

These are the ground that acts stand on, and so the only operations in the house that are not acts.
"""

import functools
import json
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, models, transaction

from tongxin.ledger import merkle, rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerCosignature, LedgerStamp
from tongxin.ledger.queries.settled import Settled, settled
from tongxin.ledger.rules.signing import Signer
from tongxin.ledger.terms import NewEntry, Sheet, canonical

SEQUENCER_LOCK = 0x746F6E67  # advisory lock: one sequencer at a time
SALT_BYTES = 16
BATCH = 20_000  # entries that one checkpoint takes in at most: 0.2 s of work, so that who comes last waits no longer for those before
MANY = 64  # rows from which on COPY is cheaper than its round trips
Cells = Sequence[str | int | float | bool | None]
CLOCKS_APART = timedelta(seconds=30)

APPEND = """
WITH given AS (
  SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(act uuid, verb text, outcome text, at timestamptz, organ text,
    office text, list_entry text, clauses text, commitment bytea, salt bytea, subject text, persons text[],
    content jsonb)
), new AS (
  INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment)
  SELECT act, verb, outcome, at, organ, office, list_entry, clauses, commitment FROM given
  RETURNING id, act
), content AS (
  INSERT INTO ledger_ledgercontent (entry_id, salt, subject, persons, content)
  SELECT new.id, salt, subject, persons, content FROM new JOIN given USING (act)
)
SELECT new.id, new.act, set_config('tongxin.act', new.act::text, true) FROM new
"""
# The same within the one statement of an act that is checked, recorded and done in it (docs/decisions/0013). `verdict` says what
# came of the checks (code: null when nothing stands against it) and `about` whom it concerns. What is committed to is put
# together here as `canonical` writes it; of a refusal it is the actor and the code, and nobody is named. A ledger founded on
# another hash than SHA-256, which the database cannot compute, is given the commitment of each outcome.
APPEND_IN_ONE = """
told AS (
  SELECT v.*,
         CASE WHEN v.code IS NULL THEN %(content)s::text
              ELSE '{"actor":' || to_json(%(person)s::text)::text || ',"code":"' || v.code || '"}' END AS content,
         CASE WHEN v.code IS NULL THEN a.persons ELSE '{}' END AS persons,
         CASE WHEN v.code IS NULL THEN a.persons_json ELSE '[]' END AS persons_json
    FROM verdict v, about a),
new AS (
  INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment)
  SELECT %(act)s::uuid, %(verb)s, CASE WHEN code IS NULL THEN 'done' ELSE 'refused' END, %(at)s::timestamptz, organ, office,
         list_entry, CASE WHEN code IS NULL THEN refs ELSE clause END,
         coalesce(decode(%(commitments)s::jsonb ->> coalesce(code, 'done'), 'hex'),
                  sha256(%(salt)s::bytea || convert_to('{"content":' || content || ',"persons":' || persons_json
                         || ',"subject":' || to_json(%(subject)s::text)::text || '}', 'UTF8')))
    FROM told RETURNING id),
content AS (
  INSERT INTO ledger_ledgercontent (entry_id, salt, subject, persons, content)
  SELECT new.id, %(salt)s::bytea, %(subject)s::text, persons, content::jsonb FROM new, told)"""
IN_HAND = "set_config('tongxin.act', %(act)s::text, true)"

# One statement and no COPY: a sequencer that is frozen between two parts of a COPY could not be ended by the database's own limits.
LEAVES = """
INSERT INTO ledger_ledgerleaf (index, entry_id, hash)
SELECT $1::bigint + g, ('x' || encode(substr($2::bytea, g * 8 + 1, 8), 'hex'))::bit(64)::bigint, substr($3::bytea, g * 32 + 1, 32)
  FROM generate_series(0, length($2::bytea) / 8 - 1) AS g
"""
NODES = """
INSERT INTO ledger_ledgernode (level, index, hash)
SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])
"""


def append_entries(*, entries: Sequence[NewEntry]) -> list[int]:
    """登记若干条目。 Append entries in the caller's transaction, in one statement; returns their ids in order.

    Afterwards the database accepts writes of this transaction (see guard.py), for the last of them by name.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs to the transaction of its act")
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [written(entries)])
        ids = {act: number for number, act, _ in cursor.fetchall()}
    return [ids[entry.act] for entry in entries]


def written(entries: Sequence[NewEntry]) -> str:
    """条目写成的 JSON。 Entries as the JSON that the statement appends, each with a new salt and its commitment."""
    return json.dumps([_row(entry) for entry in entries], ensure_ascii=False)


def _row(entry: NewEntry) -> dict[str, Any]:
    salt = secrets.token_bytes(SALT_BYTES)
    bound = {"content": dict(entry.content), "subject": entry.subject, "persons": list(entry.persons)}
    return {
        "act": str(entry.act),
        "verb": entry.verb,
        "outcome": entry.outcome.value,
        "at": entry.at.isoformat(),
        "organ": entry.organ,
        "office": entry.office,
        "list_entry": entry.list_entry,
        "clauses": entry.clauses,
        "commitment": "\\x" + rules.commitment(salt, canonical(bound), suite=settings.LEDGER_HASH).hex(),
        "salt": "\\x" + salt.hex(),
        "subject": entry.subject,
        "persons": list(entry.persons),
        "content": dict(entry.content),
    }


@functools.cache
def sheet(model: type[models.Model], *given: str) -> Sheet:
    """一张表的写法。 How rows of a table are written, of which the columns `given` are given and the others are the model's defaults."""
    fields = {f.column: f for f in model._meta.concrete_fields}  # noqa: SLF001 - Django's own way to ask for columns
    others = [
        f for name, f in fields.items() if name not in given and not f.primary_key and not f.has_db_default()
    ]
    named = [fields[name] for name in given] + others
    columns = ", ".join(f'"{f.column}"' for f in named)
    # a length in a cast would cut without a word; the column's own refuses what is too long
    types = [re.sub(r"\(.*?\)", "", str(f.db_type(connection))) for f in named]
    cells = ", ".join(f"(r ->> {nth})::{kind}" for nth, kind in enumerate(types))
    return Sheet(
        few=f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {cells} FROM jsonb_array_elements($1::jsonb) AS r',  # noqa: SLF001
        many=f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN',  # noqa: SLF001
        rest=tuple(_blank(f) for f in others),
    )


def _blank(field: Any) -> str | int | bool | None:
    found = field.get_default()
    return "{}" if found in ([], {}) else found


def lay_rows(*, sheets: Sequence[tuple[Sheet, Sequence[Cells]]]) -> None:
    """一次写下若干表的行。 Write rows of several tables in the transaction of an act, in the order given.

    Few rows go in one round trip, one prepared statement a table; many by COPY. To the guard both are one statement a table.
    Raises what the database raises, as Django names it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("rows belong to the transaction of their act")
    laid = [(one, rows) for one, rows in sheets if rows]
    raw: psycopg.Connection = connection.connection
    with connection.wrap_database_errors:
        if any(len(rows) >= MANY for _, rows in laid):
            for one, rows in laid:
                with raw.cursor() as cursor, cursor.copy(one.many) as out:
                    for row in rows:
                        out.write_row([*row, *one.rest])
        else:
            with raw.pipeline():
                for one, rows in laid:
                    text = json.dumps([[*row, *one.rest] for row in rows], ensure_ascii=False)
                    psycopg.RawCursor(raw).execute(one.few, [text], prepare=True)


def sequence(*, signer: Signer, at: datetime, batch: int = BATCH) -> int:
    """定序。 Integrate settled entries into the tree and sign a checkpoint; returns how many were integrated.

    Two sequencers at once are harmless: the second finds the lock taken and does nothing. A checkpoint is never dated before
    the one it follows: where the clock went back, it carries that one's moment until the clock has caught up. What the
    entries say of their own moments stays as it was.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        newest = LedgerCheckpoint.objects.order_by("-size").first()
        found = settled(
            xact=str(newest.last_xact) if newest else "0",
            entry=newest.last_entry if newest else 0,
            most=batch,
            suite=signer.suite,
        )
        if len(found):
            _integrate(found, newest, signer, max(at, newest.at) if newest else at)
        return len(found)


def _integrate(found: Settled, newest: LedgerCheckpoint | None, signer: Signer, at: datetime) -> None:
    """入树并签名。 Leaves, roots of full tiles and the checkpoint, all in the caller's transaction."""
    frontier = bytes(newest.frontier) if newest else b""
    step = merkle.HASH_BYTES
    tree = merkle.Frontier(
        newest.size if newest else 0,
        [frontier[i : i + step] for i in range(0, len(frontier), step)],
        suite=signer.suite,
    )
    begin = tree.size
    with connection.cursor() as cursor:
        with connection.wrap_database_errors:
            given = [begin, found.numbers, found.hashes]
            psycopg.RawCursor(connection.connection).execute(LEAVES, given, prepare=True)
        tree.extend(found.hashes)
        if tree.completed:
            cursor.execute(NODES, [list(column) for column in zip(*tree.completed, strict=True)])
    own = rules.extensions(at=at, previous=begin, suite=signer.suite)
    LedgerCheckpoint.objects.create(
        size=tree.size,
        root=tree.root(),
        frontier=b"".join(tree.hashes),
        at=at,
        note=signer.sign(rules.checkpoint_body(signer.origin, tree.size, tree.root(), own)),
        last_xact=found.last_xact,
        last_entry=found.last_entry,
    )


def accept_cosignature(*, size: int, line: rules.Signature, key: rules.Key, at: datetime) -> bool:
    """收下共同签名。 Keep a witness's cosignature on the checkpoint of a size; False when it was kept before.

    `at`: the moment it was received. Raises ValueError when it does not hold, or when the witness's clock is more than
    `CLOCKS_APART` from ours: a time from the future would keep calls open after the witness has gone.
    """
    checkpoint = LedgerCheckpoint.objects.filter(size=size).first()
    if checkpoint is None:
        raise ValueError(f"there is no checkpoint of size {size}")
    body, _ = rules.read_note(checkpoint.note)
    moment = datetime.fromtimestamp(rules.cosignature_time(body, line, key), UTC)
    if abs(moment - at) > CLOCKS_APART:
        raise ValueError(f"the clock of {key.name} is {(moment - at).total_seconds():.0f} s from ours")
    _, made = LedgerCosignature.objects.get_or_create(
        size=size, witness=key.name, at=moment, defaults={"key_id": line.id, "signature": line.raw[8:]}
    )
    return made


def keep_stamp(*, size: int, authority: str, token: bytes, at: datetime, signer: Signer) -> None:
    """收下时间戳。 Keep the token that an authority gave for the checkpoint of a size, sealed with the log's key.

    `at`: the token's own time. The token is verified by the caller (`web/stamping.py`), which knows the authority.
    """
    seal = signer.seal(rules.stamp_message(size=size, authority=authority, at=at, token=token))
    LedgerStamp.objects.create(size=size, authority=authority, at=at, token=token, seal=seal)
