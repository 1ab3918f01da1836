"""累计数。 The counts of cases that pages show, kept by the database itself while cases move (docs/decisions/0020).

Statement triggers append, in the transaction that writes a case or a step, what it adds to a count and what it takes away:
rows of its own, so that no two acts ever wait for each other here. The worker folds them into the tally. A read sums
both, so it is exact in every snapshot. The application's role may read both tables and write neither; it may ask for a fold.

What is counted is written once, in `CASES` and `RETURNS`: the triggers, the recount and the verification all use it.
Both tables can be worked out anew from the cases at any moment; they are no record, and so no migration makes them.
"""

import hashlib
from typing import Final

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

LOCK: Final = 7262  # only one folds at a time; whoever comes second has nothing to do

# One SELECT for each kind of count, over rows of cases with a weight `n`. Keys are text: days in the city's zone, as ISO says.
CASES: Final = """
SELECT 'standing', ARRAY[district, state, outcome, overdue::text, settled::text, reopened::text]::text[] COLLATE "C", sum(n) AS n
  FROM (SELECT district, state, outcome, overdue, settled_at IS NOT NULL AS settled, reopened > 0 AS reopened, n FROM {rows}) c
 GROUP BY district, state, outcome, overdue, settled, reopened HAVING sum(n) <> 0
 UNION ALL
SELECT 'grid', ARRAY[district, grid]::text[] COLLATE "C", sum(n)
  FROM (SELECT district, coalesce(path[1], '') AS grid, n FROM {rows} WHERE state NOT IN ('closed', 'hung')) c
 GROUP BY district, grid HAVING sum(n) <> 0
 UNION ALL
SELECT 'day', ARRAY[to_char(day, 'YYYY-MM-DD'), district]::text[] COLLATE "C", sum(n)
  FROM (SELECT (reported_at AT TIME ZONE {zone})::date AS day, district, n FROM {rows}) c
 GROUP BY day, district HAVING sum(n) <> 0
 UNION ALL
SELECT 'matter', ARRAY[to_char(month, 'YYYY-MM'), matter]::text[] COLLATE "C", sum(n)
  FROM (SELECT date_trunc('month', reported_at AT TIME ZONE {zone}) AS month, matter, n FROM {rows} WHERE matter <> '') c
 GROUP BY month, matter HAVING sum(n) <> 0
"""
RETURNS: Final = """
SELECT 'returns', ARRAY[organ, named]::text[] COLLATE "C", sum(n) AS n FROM {rows} WHERE verb = 'return_case' GROUP BY organ, named
"""
ZONE: Final = "(SELECT timezone FROM places_city LIMIT 1)"
# Everything counted anew, for filling the tally and for comparing it.
RECOUNT: Final = (
    CASES.format(rows="(SELECT *, 1::bigint AS n FROM cases_case) r", zone=ZONE)
    + " UNION ALL "
    + RETURNS.format(rows="(SELECT *, 1::bigint AS n FROM cases_casestep) r")
)
# What a page reads: the tally and what is not folded yet.
COUNTED: Final = "SELECT kind, key, n FROM cases_tally UNION ALL SELECT kind, key, n FROM cases_tallydelta"
DIFFERING: Final = f"""
WITH kept AS (SELECT kind, key, sum(n) AS n FROM ({COUNTED}) t GROUP BY kind, key HAVING sum(n) <> 0),
     anew (kind, key, n) AS ({RECOUNT})
SELECT coalesce(kept.kind, anew.kind), coalesce(kept.key, anew.key), coalesce(kept.n, 0), coalesce(anew.n, 0)
  FROM kept FULL JOIN anew ON anew.kind = kept.kind AND anew.key = kept.key
 WHERE kept.n IS DISTINCT FROM anew.n ORDER BY 1, 2 LIMIT 1
"""
TABLES: Final = """
CREATE TABLE IF NOT EXISTS cases_tally (
  kind text NOT NULL, key text[] COLLATE "C" NOT NULL, n bigint NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE IF NOT EXISTS cases_tallydelta (kind text NOT NULL, key text[] COLLATE "C" NOT NULL, n bigint NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000);
"""


def _append(counted: str, rows: str) -> str:
    """一句追加。 The statement that appends what some rows change."""
    return f"INSERT INTO cases_tallydelta (kind, key, n) {counted.format(rows=f'({rows}) r', zone='zone')};"


_ADDED = "SELECT c.*, 1::bigint AS n FROM changed c"
_TAKEN = "SELECT c.*, -1::bigint AS n FROM changed c"
FUNCTIONS: Final = f"""
CREATE OR REPLACE FUNCTION tongxin_tally_cases() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  zone text := (SELECT timezone FROM places_city LIMIT 1);
BEGIN
  IF TG_OP = 'INSERT' THEN
    {_append(CASES, _ADDED)}
  ELSIF TG_OP = 'DELETE' THEN
    {_append(CASES, _TAKEN)}
  ELSE  -- what stayed as it was cancels out
    {_append(CASES, f"{_TAKEN.replace('changed', 'before')} UNION ALL {_ADDED}")}
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tongxin_tally_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM changed WHERE verb = 'return_case') THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    {_append(RETURNS, _ADDED)}
  ELSE
    {_append(RETURNS, _TAKEN)}
  END IF;
  RETURN NULL;
END $$;

-- One statement takes the deltas it sees and adds them up: it happens whole or not at all, and what comes meanwhile waits.
CREATE OR REPLACE FUNCTION tongxin_tally_fold() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  folded bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock({LOCK}) THEN
    RETURN 0;
  END IF;
  WITH taken AS (DELETE FROM cases_tallydelta RETURNING kind, key, n), added AS (
    INSERT INTO cases_tally AS t (kind, key, n)
    SELECT kind, key, sum(n) FROM taken GROUP BY kind, key HAVING sum(n) <> 0
        ON CONFLICT (kind, key) DO UPDATE SET n = t.n + excluded.n
  ) SELECT count(*) INTO folded FROM taken;
  RETURN folded;
END $$;

-- Rows that leave, or come back, without a statement on the table itself: a month's partition that is taken off or put on.
-- The owner calls it in the same transaction, with -1 or 1.
CREATE OR REPLACE FUNCTION tongxin_tally_partition(part regclass, weight int) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  zone text := (SELECT timezone FROM places_city LIMIT 1);
BEGIN
  IF EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = part AND attname = 'reported_at' AND NOT attisdropped) THEN
    EXECUTE format($f$INSERT INTO cases_tallydelta (kind, key, n) {CASES.format(rows="(SELECT p.*, %2$s::bigint AS n FROM %1$s p) r", zone="%3$L")}$f$,
                   part, weight, zone);
  ELSE
    EXECUTE format($f$INSERT INTO cases_tallydelta (kind, key, n) {RETURNS.format(rows="(SELECT p.*, %2$s::bigint AS n FROM %1$s p) r")}$f$,
                   part, weight);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION tongxin_tally_recount() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  LOCK TABLE cases_case, cases_casestep, cases_tally, cases_tallydelta IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM cases_tallydelta;
  DELETE FROM cases_tally;
  INSERT INTO cases_tally (kind, key, n) {RECOUNT};
END $$;
REVOKE ALL ON FUNCTION tongxin_tally_fold(), tongxin_tally_recount(), tongxin_tally_partition(regclass, int) FROM PUBLIC;
"""
TRIGGERS: Final = {
    ("cases_case", "tongxin_tally_insert"): "INSERT ON {} REFERENCING NEW TABLE AS changed",
    (
        "cases_case",
        "tongxin_tally_update",
    ): "UPDATE ON {} REFERENCING OLD TABLE AS before NEW TABLE AS changed",
    ("cases_case", "tongxin_tally_delete"): "DELETE ON {} REFERENCING OLD TABLE AS changed",
    ("cases_casestep", "tongxin_tally_insert"): "INSERT ON {} REFERENCING NEW TABLE AS changed",
    ("cases_casestep", "tongxin_tally_delete"): "DELETE ON {} REFERENCING OLD TABLE AS changed",
}
CALLED: Final = {"cases_case": "tongxin_tally_cases", "cases_casestep": "tongxin_tally_steps"}
FORM: Final = hashlib.sha256(
    "\n".join([TABLES, FUNCTIONS, *(f"{of} {what}" for of, what in TRIGGERS.items())]).encode()
).hexdigest()
STANDING: Final = """
SELECT count(*) FILTER (WHERE t.tgname IS NOT NULL), obj_description(to_regclass('public.cases_tally'), 'pg_class')
  FROM unnest(%s::text[], %s::text[]) AS w(relation, name)
  LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass('public.' || w.relation) AND t.tgname = w.name AND t.tgenabled IN ('O', 'A')
"""


def install(owner: BaseDatabaseWrapper, *, role: str) -> bool:
    """装上累计。 Install tables, functions and triggers as the owner; whether everything was counted anew.

    Run after every migration. It does something only where what stands there is not what this version writes: then, in
    one transaction and under a lock that lets nobody write cases meanwhile, everything is installed and counted once.
    Who may do what is said each time: the role may be another than when the functions were made.
    """
    if _stands(owner):
        with owner.cursor() as cursor:
            _entitle(cursor, role)
        return False
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute("LOCK TABLE cases_case, cases_casestep IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(FUNCTIONS)
        for (table, name), event in TRIGGERS.items():
            cursor.execute(
                sql.SQL(
                    "CREATE OR REPLACE TRIGGER {name} AFTER "
                    + event.format("{table}")
                    + " FOR EACH STATEMENT EXECUTE FUNCTION {called}()"
                ).format(
                    name=sql.Identifier(name),
                    table=sql.Identifier(table),
                    called=sql.Identifier(CALLED[table]),
                )
            )
            cursor.execute(
                sql.SQL("ALTER TABLE {} ENABLE TRIGGER {}").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
            )
        _entitle(cursor, role)
        cursor.execute("SELECT tongxin_tally_recount()")
        cursor.execute(sql.SQL("COMMENT ON TABLE cases_tally IS {}").format(sql.Literal(FORM)))
    return True


def _entitle(cursor: CursorWrapper, role: str) -> None:
    """谁可以做什么。 The role reads both tables and asks for a fold. What the triggers call is not for triggers of its own tables."""
    cursor.execute(
        sql.SQL(
            "REVOKE ALL ON FUNCTION tongxin_tally_cases(), tongxin_tally_steps() FROM PUBLIC, {role};"
            "REVOKE ALL ON cases_tally, cases_tallydelta FROM {role}; GRANT SELECT ON cases_tally, cases_tallydelta TO {role};"
            "GRANT EXECUTE ON FUNCTION tongxin_tally_fold() TO {role}"
        ).format(role=sql.Identifier(role))
    )


def _stands(owner: BaseDatabaseWrapper) -> bool:
    relations, names = zip(*TRIGGERS, strict=True)
    with owner.cursor() as cursor:
        cursor.execute(STANDING, [list(relations), list(names)])
        row = cursor.fetchone()
    return bool(row == (len(TRIGGERS), FORM))


def fold() -> int:
    """并入。 Add what has changed to the tally; returns how many deltas. Safe to call at any moment, by anybody, any number of times."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tongxin_tally_fold()")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
