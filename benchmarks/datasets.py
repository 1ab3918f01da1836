"""The data sets that figures need, by name and size.

A few dozen cases of every state are brought about by the real acts, in every district; the rest are copies of these made by
SQL as the owner, each with a number, a reporter's token and times of its own: the rows of a benchmark are no acts. The newest
cases are whole (steps, parts, clocks, report, ledger entries); of the older ones of the large set, all closed, only the case
itself is there, which is all that a list reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connection
from shapely.geometry import shape

from benchmarks import grids
from tests.factories import DONE, MATTER, a_report, officer, reporter
from tongxin.acts.terms import ANONYMOUS, PLATFORM
from tongxin.cases import operations as acts
from tongxin.cases.models import Assignment, Case
from tongxin.cases.terms import Receipt, ReturnGround, Settlement
from tongxin.places.models import Place
from tongxin.places.queries import city


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How large a data set is: cases in all and in the short form, the part that is still open, cases a day, the map of 50,000 grids or the city's."""

    cases: int
    short: int
    going_on: float
    a_day: int
    many_grids: bool = False


# Of ten years' cases hardly any is open; those that are, are whole.
SIZES = {
    "cases": Size(cases=100_000, short=10_000, going_on=0.04, a_day=1_000),
    "cases-grids": Size(cases=100_000, short=10_000, going_on=0.04, a_day=1_000, many_grids=True),
    "cases-10m": Size(cases=10_000_000, short=100_000, going_on=0.0025, a_day=2_740),
}
WHOLE, WHOLE_SHORT = 100_000, 10_000  # so many of the newest cases are whole
GRIDS = 6  # of each district
CLOSED = ("fixed", "fixed", "fixed", "fixed", "returned", "unanswered")
GOING_ON = ("dispatched", "handling", "handling", "checking", "confirming")


def size(data: str, *, short: bool) -> int:
    """How many cases a data set has; none where there is no data set. KeyError for a name that is none."""
    if not data:
        return 0
    return SIZES[data].short if short else SIZES[data].cases


def load(owner: psycopg.Connection, data: str, *, short: bool) -> None:
    """Load a data set into a founded city, to which Django is connected. KeyError for a name that is none."""
    count = size(data, short=short)
    now = datetime.now(UTC).replace(microsecond=0)
    at = now - timedelta(hours=3)
    patterns = prototypes(at)
    connection.close()
    owner.execute("SET session_replication_role = replica")
    owner.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'; SET synchronous_commit = off")
    _plan(owner, patterns, count, rate=SIZES[data].a_day, going_on=SIZES[data].going_on)
    dropped = _drop_indexes(owner, "cases_case") if count > WHOLE else []
    _copy_cases(owner)
    for definition in dropped:
        owner.execute(definition)
    _copy_parts(owner, first=count - (WHOLE_SHORT if short else WHOLE))
    owner.execute("DROP TABLE bench_plan, bench_whole")
    if SIZES[data].many_grids:
        grids.make_many(owner)
    owner.execute("VACUUM ANALYZE")
    owner.execute("RESET ALL")


# ---- Prototypes, by the real acts --------------------------------------------------------------------------------------


def prototypes(at: datetime) -> dict[str, list[int]]:
    """Cases in every state of every district, reported at a moment: their ids, by what became of them."""
    found: dict[str, list[int]] = {}
    kinds = (*CLOSED, *GOING_ON)
    for district in Place.objects.filter(level=Place.Level.DISTRICT).order_by("code"):
        rows = Place.objects.filter(level=Place.Level.GRID, path__contains=[district.code]).order_by("code")
        spots = list(rows[:: max(1, rows.count() // GRIDS)][:GRIDS])
        for nth, kind in enumerate(kinds):
            point = shape(spots[nth % len(spots)].boundary).representative_point()
            found.setdefault(kind, []).append(_brought_about(kind, at, (point.x, point.y)))
    return found


def _brought_about(kind: str, at: datetime, point: tuple[float, float]) -> int:
    new = a_report(
        matter=MATTER, lon=point[0], lat=point[1], reported_at=at, name="某某", phone="13900000000"
    )
    receipt = acts.report_cases(actor=ANONYMOUS, at=at, reports=[new])[0]
    if not isinstance(receipt, Receipt):
        raise TypeError(str(receipt))
    number = receipt.number
    for does in STEPS[kind]:
        does(Case.objects.get(number=number), at)
    return Case.objects.get(number=number).pk


def _accept(case: Case, at: datetime) -> None:
    acts.accept_cases(actor=officer(case.organ), at=at, numbers=[case.number])


def _settle(case: Case, at: datetime) -> None:
    done = Settlement(number=case.number, note="已经更换井盖", facts=DONE)
    for part in Assignment.objects.filter(case=case, role="assist", ended_at=None):
        acts.settle_part(actor=officer(part.organ), at=at, number=case.number, settlement=done)
    acts.settle_cases(actor=officer(case.organ), at=at, settlements=[done])


def _check(case: Case, at: datetime) -> None:
    checker = officer(case.organ, "checker")
    acts.check_case(actor=checker, at=at, number=case.number, passed=True, note="现场看过，已换新")


def _confirm(case: Case, at: datetime) -> None:
    acts.confirm_case(actor=reporter(case), at=at, number=case.number)


def _lapse(case: Case, at: datetime) -> None:
    acts.lapse_confirmations(actor=PLATFORM, at=at, numbers=[case.number])


def _return(case: Case, at: datetime) -> None:
    other = case.organ.rpartition("/")[0] + "/water"
    acts.return_case(actor=officer(case.organ), at=at, number=case.number, ground=ReturnGround.OUTSIDE_DUTY, named=other,
                     note="这个井盖属于供水设施")  # fmt: skip
    acts.dispatch_case(actor=officer(city().desk, "hotline_clerk"), at=at, number=case.number, organ=other)


HANDLED = (_accept, _settle, _check)
STEPS: Mapping[str, tuple[Callable[[Case, datetime], None], ...]] = {
    "fixed": (*HANDLED, _confirm),
    "returned": (_return, *HANDLED, _confirm),
    "unanswered": (*HANDLED, _lapse),
    "dispatched": (),
    "handling": (_accept,),
    "checking": (_accept, _settle),
    "confirming": HANDLED,
}


# ---- Copies, by SQL ----------------------------------------------------------------------------------------------------


def _plan(
    owner: psycopg.Connection, patterns: dict[str, list[int]], count: int, *, rate: int, going_on: float
) -> None:
    """Which case is a copy of which, and by how much earlier: the oldest first, those that are open among the newest."""
    closed = [pk for kind in CLOSED for pk in patterns[kind]]
    open_ = [pk for kind in GOING_ON for pk in patterns[kind]]
    first_open = count - int(count * going_on * 4)  # one in four of the newest is still open
    owner.execute(
        """
        CREATE UNLOGGED TABLE bench_plan AS
        SELECT n, 'B' || lpad(n::text, 9, '0') AS number,
               CASE WHEN n > %(first_open)s AND n %% 4 = 0 THEN (%(open)s::bigint[])[1 + (n / 4) %% cardinality(%(open)s::bigint[])]
                    ELSE (%(closed)s::bigint[])[1 + (hashint8(n)::bigint & 2147483647) %% cardinality(%(closed)s::bigint[])] END AS proto,
               make_interval(secs => (n - %(count)s) * 86400.0 / %(rate)s) AS shift
          FROM generate_series(1, %(count)s::bigint) n
        """,
        {"first_open": first_open, "open": open_, "closed": closed, "count": count, "rate": rate},
    )


def _copy_cases(owner: psycopg.Connection) -> None:
    """The cases, oldest first. The id is what the column's default says; where ids must carry a month, say so here alone."""
    changed = {
        "number": "p.number",
        "client_key": "'bench:' || p.number",
        **_shifted(owner, "cases_case"),
    }
    _insert(owner, "cases_case", changed, "bench_plan p JOIN cases_case t ON t.id = p.proto ORDER BY p.n")


def _copy_parts(owner: psycopg.Connection, *, first: int) -> None:
    """Steps, parts, clocks, reports and ledger entries of the newest cases, by the number of the case and the order of its acts."""
    owner.execute(
        f"CREATE UNLOGGED TABLE bench_whole AS SELECT p.*, c.id AS copy, o.number AS original FROM bench_plan p "
        f"JOIN cases_case c ON c.number = p.number JOIN cases_case o ON o.id = p.proto WHERE p.n > {first}"
    )
    owner.execute("ANALYZE bench_whole")
    act = "md5(p.number || ':' || t.id)::uuid"
    entries = (
        "bench_whole p JOIN ledger_ledgercontent s ON s.subject = 'case:' || p.original "
        "JOIN ledger_ledgerentry t ON t.id = s.entry_id ORDER BY p.n, t.id"
    )
    _insert(
        owner,
        "ledger_ledgerentry",
        {"act": act, "xact": "pg_current_xact_id()", **_shifted(owner, "ledger_ledgerentry")},
        entries,
    )
    owner.execute(
        "CREATE UNLOGGED TABLE bench_entry AS SELECT p.number, e.id AS original, n.id AS copy FROM bench_whole p "
        "JOIN ledger_ledgercontent s ON s.subject = 'case:' || p.original JOIN ledger_ledgerentry e ON e.id = s.entry_id "
        "JOIN ledger_ledgerentry n ON n.act = md5(p.number || ':' || e.id)::uuid; ANALYZE bench_entry"
    )
    own = "JOIN bench_entry e ON e.number = p.number AND e.original ="
    _insert(owner, "ledger_ledgercontent", {"entry_id": "e.copy", "subject": "'case:' || p.number", "salt": "decode(md5(p.number), 'hex')"},
            f"bench_whole p JOIN ledger_ledgercontent t ON t.subject = 'case:' || p.original {own} t.entry_id", key="")  # fmt: skip
    # the number of a step carries the month of its case; the trigger that sees to it is off here
    numbered = "((p.copy >> 36) << 36) | nextval('cases_casestep_id_seq')"
    _insert(owner, "cases_casestep", {"id": numbered, "case_id": "p.copy", "entry": "e.copy", **_shifted(owner, "cases_casestep")},
            f"bench_whole p JOIN cases_casestep t ON t.case_id = p.proto {own} t.entry ORDER BY p.n, t.id", key="")  # fmt: skip
    for table in ("cases_assignment", "cases_clock"):
        _insert(owner, table, {"case_id": "p.copy", **_shifted(owner, table)},
                f"bench_whole p JOIN {table} t ON t.case_id = p.proto ORDER BY p.n, t.id")  # fmt: skip
    token = "encode(sha256(convert_to('bench:' || p.number, 'UTF8')), 'hex')"
    _insert(owner, "cases_report", {"case_id": "p.copy", "token_digest": token},
            "bench_whole p JOIN cases_report t ON t.case_id = p.proto", key="")  # fmt: skip
    owner.execute("DROP TABLE bench_entry")


def _insert(
    owner: psycopg.Connection, table: str, changed: Mapping[str, str], source: str, *, key: str = "id"
) -> None:
    """Copies of rows `t`, with some columns changed; the key column is left to its default."""
    columns = [name for name, _type in _columns(owner, table) if name != key]
    values = [changed.get(name, f"t.{name}") for name in columns]
    owner.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}")


def _shifted(owner: psycopg.Connection, table: str) -> dict[str, str]:
    """Every moment of a row, moved as the plan says."""
    return {
        name: f"t.{name} + p.shift" for name, type_ in _columns(owner, table) if type_.startswith("timestamp")
    }


def _columns(owner: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    rows = owner.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [(str(name), str(type_)) for name, type_ in rows.fetchall()]


def _drop_indexes(owner: psycopg.Connection, table: str) -> list[str]:
    """Drop the indexes of a table that no constraint rests on; the statements that make them again."""
    rows = owner.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = %s::regclass "
        "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [table],
    ).fetchall()
    for name, _definition in rows:
        owner.execute(f"DROP INDEX {name}")
    return [str(definition) for _name, definition in rows]
