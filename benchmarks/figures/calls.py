"""`call_data` as the door calls it, from sixteen processes, with 100,000 grants of which each rests on one or two clauses: office,
grant, seal, clauses in force, fields, purpose, witness, meter, entry and call in one statement (docs/decisions/0013). The limit
is the same two statements (the grant's turn, then the call) by pgbench at sixteen clients on the same rows. It is bounded by
the statement itself (docs/measured-calls.md: of 0.93 ms for one client alone the guard's digests take 0.4, the law's part 0.2, the
seal 0.1) and by the commits; the values are made in Python.
"""

import multiprocessing
import os
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tests import plugin
from tests.factories import officer
from tongxin.acts import rules
from tongxin.acts.gate.in_one import values_of
from tongxin.acts.registry import open_book
from tongxin.acts.terms import Actor
from tongxin.exchange.operations import call_data
from tongxin.exchange.operations.call_statement import CALL, SEALED
from tongxin.exchange.operations.calling import _call_scope
from tongxin.exchange.rules.keys import grant_key
from tongxin.exchange.terms import Asked, Purpose
from tongxin.identity.rules import resident_check
from tongxin.ledger.operations import APPEND_IN_ONE, IN_HAND

ALL, SHORT, PROCESSES = 100_000, 5_000, 16
CODE, ORGAN, ITEM = "cn/ecological-environment-code", "bz/education", "data:s003"
FORK = multiprocessing.get_context("fork")


def grants(stage: Stage) -> int:
    """How many grants there are; every fifth rests on a clause of the code besides."""
    return SHORT if stage.short else ALL


def number(n: int) -> str:
    return f"Q2026-{n:06d}"


def fill(stage: Stage) -> None:
    """Grants, each on two clauses, one in five of them on a clause; all sealed."""
    count = grants(stage)
    with stage.owner() as owner:
        owner.execute("SET session_replication_role = replica")  # the rows of a benchmark are no acts
        owner.execute(
            f"""
            INSERT INTO exchange_grant (number, source_id, item, provider, organ, kind, purpose, manner, fields, since, until, calls, rows,
                                        persons, state, entered_by, reviewed_by, witnessed, duties, emergency)
            SELECT 'Q2026-' || lpad(n::text, 6, '0'), s.id, s.item, s.organ, '{ORGAN}', 'organ', 'eligibility', 'interface',
                   ARRAY['name', 'address', 'issued'], now() - interval '1 day', now() + interval '300 days', 1000000, 10000000, 1000000,
                   'active', 'person:consenting', '', true, '', true
              FROM exchange_source s, generate_series(1, {count}) n WHERE s.item = '{ITEM}';
            INSERT INTO exchange_meter (grant_id, calls, rows, persons) SELECT id, 0, 0, 0 FROM exchange_grant;
            WITH code AS (SELECT c.id, c.key, v.adopted, row_number() OVER (ORDER BY c.id) - 1 AS r, count(*) OVER () AS k, i.key AS law
                            FROM law_clause c JOIN law_version v ON v.id = c.version_id JOIN law_instrument i ON i.id = v.instrument_id
                           WHERE i.key = '{CODE}' AND c.text <> ''),
                 rest AS (SELECT c.id, c.key, v.adopted, row_number() OVER (ORDER BY c.id) - 1 AS r, count(*) OVER () AS k, i.key AS law
                            FROM law_clause c JOIN law_version v ON v.id = c.version_id JOIN law_instrument i ON i.id = v.instrument_id
                           WHERE i.key IN ('cn/personal-information-protection', 'cn/data-security', 'cn/administrative-licensing')
                             AND c.text <> ''),
                 g AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM exchange_grant)
            INSERT INTO exchange_grantclause (grant_id, clause_id, ref)
            SELECT g.id, rest.id, 'law:' || rest.law || '@' || rest.adopted || '#' || rest.key
              FROM g JOIN rest ON rest.r = g.r % (SELECT max(k) FROM rest)
             UNION ALL
            SELECT g.id, code.id, 'law:' || code.law || '@' || code.adopted || '#' || code.key
              FROM g JOIN code ON code.r = g.r % (SELECT max(k) FROM code) WHERE g.r < {count // 5};
            CREATE TABLE bench_key (n int PRIMARY KEY, key bytea);
            GRANT SELECT ON bench_key TO "{plugin.ROLE}";
            """
        )
        with owner.cursor() as cursor, cursor.copy("COPY bench_key FROM STDIN") as copy:
            for n in range(1, count + 1):
                copy.write_row((n, grant_key(number=number(n), secret=settings.IDENTITY_KEY)))
        owner.execute(
            f"""
            UPDATE exchange_grant g SET seal = sha256(k.key || sha256('\\x00'::bytea || k.key || convert_to({SEALED}, 'UTF8')))
              FROM bench_key k WHERE g.number = 'Q2026-' || lpad(k.n::text, 6, '0');
            """
        )
        owner.execute("VACUUM ANALYZE")


def witness(stage: Stage) -> None:
    """A cosignature of this moment, as a witness would leave it: the calls ask for one."""
    with stage.owner() as owner:
        owner.execute("SET session_replication_role = replica")
        columns = [
            row[0]
            for row in owner.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'ledger_ledgercosignature'"
            ).fetchall()
        ]
        given = {
            "size": "1",
            "witness": "'bench'",
            "at": "now()",
            "key_id": "'\\x00'",
            "signature": "'\\x00'",
        }
        owner.execute(
            "INSERT INTO ledger_ledgercheckpoint (size, root, frontier, note, last_xact, last_entry, at) "
            "VALUES (1, '', '', '', '9000000000000000000', 0, now()) ON CONFLICT DO NOTHING"
        )  # as if every entry were integrated at once: the sequencer is measured apart
        owner.execute(
            f"INSERT INTO ledger_ledgercosignature ({', '.join(columns)}) "
            f"VALUES ({', '.join(given.get(c, 'NULL') for c in columns)}) ON CONFLICT DO NOTHING"
        )


def resident(n: int) -> str:
    first = f"{100000 + n % 899999}19{n % 90 + 10:02d}0101{n % 1000:03d}"
    return first + resident_check(first)


def asked(dice: random.Random, count: int) -> Asked:
    return Asked(grant=number(dice.randint(count // 5 + 1, count)), fields=("address", "name"), purpose=Purpose.ELIGIBILITY,
                 matter="入学资格核对 2026-1", keys=(resident(dice.randrange(10**9)),), rows=1)  # fmt: skip


def clients(work: Callable[[random.Random], None], seconds: float) -> float:
    """Sixteen processes for a span; calls a second."""
    counted, begin = FORK.Value("q", 0), FORK.Barrier(PROCESSES)

    def process(nth: int) -> None:
        dice = random.Random(nth * 1_000_003 + os.getpid())
        for _ in range(8):
            work(dice)
        begin.wait()
        done, until = 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            work(dice)
            done += 1
        with counted.get_lock():
            counted.value += done
        connection.close()
        os._exit(0)

    connection.close()
    workers = [FORK.Process(target=process, args=(n,)) for n in range(PROCESSES)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
        if one.exitcode:
            raise RuntimeError("a client ended before its time; its message stands above")
    return float(counted.value) / seconds


def _values(caller: Actor, one: Asked) -> dict[str, object]:
    at = datetime.now(UTC)
    return values_of(call_data.declaration, CALL, caller, at, _call_scope(actor=caller, at=at, asked=one))


def script(caller: Actor, count: int) -> str:
    """The two statements in a pipeline, as pgbench puts them."""
    values = _values(caller, asked(random.Random(1), count))
    said = {
        "grant": "('Q2026-' || lpad((@g@)::text, 6, '0'))",
        "turn": "@g@",
        "key": "(SELECT k.key FROM bench_key k WHERE k.n = @g@)",
        "subject": "('grant:Q2026-' || lpad((@g@)::text, 6, '0'))",
        "digests": "ARRAY[md5((@p@)::text) || md5((@p@)::text)]",
        "aliases": "ARRAY['person:x-' || md5((@p@)::text)]",
        "act": "md5((@a@)::text)",
        "salt": "decode(md5((@a@)::text), 'hex')",
        "at": "now()",
    }

    def literal(value: object) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, list):
            return "ARRAY[" + ",".join(literal(v) for v in value) + "]::text[]"
        return "'" + str(value).replace("'", "''") + "'"

    def filled(text: str) -> str:
        whole = rules.NAMED.sub(lambda m: said.get(m.group(1)) or literal(values[m.group(1)]), text)
        quoted = re.sub(
            r"(?<!:):(?=\w)", "' || chr(58) || '", whole
        )  # pgbench would take it for a variable of its own
        return re.sub(r"@(\w)@", r":\1", quoted)

    here, standing, basis = open_book().in_one
    whole = rules.FRAME.format(here=here, standing=standing, basis=basis, append=APPEND_IN_ONE, in_hand=IN_HAND, about=CALL.about, rests=CALL.rests,
                               own=CALL.own, writes=CALL.writes, answer=CALL.answer)  # fmt: skip
    return (
        f"\\set g random({count // 5 + 1}, {count})\n\\set p random(1, 1000000000)\n\\set a random(1, 1000000000000000)\n\\startpipeline\n"
        f"{' '.join(filled(CALL.wait).split())};\n{' '.join(filled(whole).split())};\n\\endpipeline\n"
    )


def prepare(stage: Stage) -> None:
    """The grants, a witness's cosignature of this moment, and a first round: tables that are empty are planned for as empty."""
    fill(stage)
    witness(stage)
    settings.WITNESSED_WITHIN = 24 * 3600
    caller, count = officer(ORGAN, "data_officer"), grants(stage)
    clients(lambda dice: _call(caller, dice, count), 2)
    with stage.owner() as owner:
        owner.execute("VACUUM ANALYZE")


def _call(caller: Actor, dice: random.Random, count: int) -> None:
    call_data(actor=caller, at=datetime.now(UTC), asked=asked(dice, count))


def run(stage: Stage) -> Run:
    """Ours, then pgbench."""
    caller, count = officer(ORGAN, "data_officer"), grants(stage)
    ours = clients(lambda dice: _call(caller, dice, count), stage.seconds)
    limit = stage.pgbench(script(caller, count), clients=PROCESSES)
    return Run(
        ours=ours, limit=limit, facts={"grants": count, "clients": PROCESSES, "refused": refused(stage)}
    )


def refused(stage: Stage) -> int:
    """How many calls were refused: none may be."""
    with stage.owner() as owner:
        row = owner.execute(
            "SELECT count(*) FROM ledger_ledgerentry WHERE verb = 'call_data' AND outcome = 'refused'"
        ).fetchone()
    return int(row[0]) if row else 0


FIGURE = Figure(
    name="calls",
    words="Calls of shared data at 16 clients with 100,000 grants: checked and recorded in one statement.",
    unit="calls/s", rate=True, asked=1_000, ratio=0.5, band=0.1,
    limit_words="its two statements by pgbench", prepare=prepare, run=run,
)  # fmt: skip
