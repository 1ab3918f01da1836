"""Open clocks for the figures of the sweep: cases copied from one that was really reported, and clocks spread over a hundred days."""

from datetime import datetime, timedelta

import psycopg

from benchmarks.stage import Stage, apart
from tests.factories import NOW, reported

CLOCKS, CLOCKS_SHORT = 10_000_000, 200_000
CASES, CASES_SHORT = 100_000, 5_000
BEGINS = NOW + timedelta(days=1)  # the first clock is due after this
SPAN = timedelta(days=100)
CASE = """
INSERT INTO cases_case ({columns}) SELECT {values} FROM cases_case t, generate_series(1, {count}) AS n
 WHERE t.id = (SELECT min(id) FROM cases_case)
"""
REPORTS = """
INSERT INTO cases_report (case_id, person, text, name, phone, email, address, language, token_digest)
SELECT id, '', '', '', '', '', '', 'zh-hans', md5(number) FROM cases_case WHERE starts_with(number, 'S')
"""
CLOCK = """
INSERT INTO cases_clock (case_id, organ, stage, step, number, unit, clause, started_at, due_at, provisional, escalations, sweep_at)
SELECT c.id, c.organ, 'handle', '', 1, 'hour', t.clause, %(begins)s, %(begins)s + n * %(apart)s, false, 0, %(begins)s + n * %(apart)s
  FROM generate_series(1, %(count)s) AS n
  JOIN (SELECT id, organ, row_number() OVER (ORDER BY id) AS nth FROM cases_case WHERE starts_with(number, 'S')) c
    ON c.nth = 1 + n::bigint * 7919 %% %(cases)s,
  (SELECT clause FROM cases_clock ORDER BY id LIMIT 1) t
"""


def load(stage: Stage) -> None:
    """Loaded once on a stage: 10,000,000 open clocks of 100,000 cases, and 69 of them due in a minute. The short form has less."""
    count, cases = (CLOCKS_SHORT, CASES_SHORT) if stage.short else (CLOCKS, CASES)
    with stage.owner() as owner:
        if owner.execute(
            "SELECT EXISTS (SELECT FROM cases_case WHERE starts_with(number, 'S'))"
        ).fetchone() == (True,):
            return
        apart(lambda: _report(stage))
        owner.execute(
            "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off"
        )
        dropped = _dropped(owner)
        columns = {name: f"t.{name}" for name in _columns(owner)}
        columns |= {"number": "'S' || lpad(n::text, 8, '0')", "client_key": "'bench:s' || n"}
        owner.execute(
            CASE.format(columns=", ".join(columns), values=", ".join(columns.values()), count=cases)
        )
        owner.execute(REPORTS)
        values = {"begins": BEGINS, "apart": SPAN / count, "count": count, "cases": cases}
        owner.execute(CLOCK, values)
        for definition in dropped:
            owner.execute(definition)
        owner.execute("VACUUM ANALYZE cases_clock, cases_case, cases_report")


def due_at(stage: Stage, nth: int) -> datetime:
    """The moment at which so many of the clocks that wait are due."""
    with stage.owner() as owner:
        found = owner.execute(
            "SELECT sweep_at FROM cases_clock WHERE ended_at IS NULL AND suspended_at IS NULL AND sweep_at IS NOT NULL "
            "ORDER BY sweep_at OFFSET %s LIMIT 1", [nth - 1],
        ).fetchone()  # fmt: skip
    assert found is not None
    moment: datetime = found[0]
    return moment


def _report(stage: Stage) -> None:
    stage.enter()
    reported()


def _columns(owner: psycopg.Connection) -> list[str]:
    rows = owner.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'cases_case' AND column_name <> 'id'"
    )
    return [str(name) for (name,) in rows.fetchall()]


def _dropped(owner: psycopg.Connection) -> list[str]:
    rows = owner.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'cases_clock' AND indexname IN ('clock_sweep', 'clock_case')"
    ).fetchall()
    for name, _definition in rows:
        owner.execute(f"DROP INDEX {name}")
    return [str(definition) for _name, definition in rows]
