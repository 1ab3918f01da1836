"""数据库自己的拒绝。 What makes the database itself refuse a write outside an act, and remember what an act wrote.

Every table of a capability carries statement triggers. They look for the ledger entry named by the setting
``tongxin.act`` with the transaction number of *this* transaction, refuse without it, and write the digest of each row
written, salted, into ``ledger_write``: whoever changes a row later is found by ``tongxin ledger verify``. Rows of
append-only tables name their own entry and may name only one of this transaction. An act that was refused in the very
statement that would have done it (docs/decisions/0013) changes no row, and that is all its entry allows. The application's
role owns no table, and may not truncate or alter any.
"""

from collections.abc import Collection, Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from tongxin.ledger.rules import parting

FUNCTIONS = """
CREATE OR REPLACE FUNCTION tongxin_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
DECLARE
  hand bigint;
  came text;
  salted bytea;
  one jsonb;
  many bigint;
  own bigint;
  told bytea;
  named bigint[];
BEGIN
  SELECT h.entry, h.came, h.salt, (SELECT to_jsonb(n) FROM changed n LIMIT 1),
         (SELECT count(*) FROM (SELECT 1 FROM changed LIMIT 2) n)
    INTO hand, came, salted, one, many
    FROM tongxin_hand(nullif(current_setting('tongxin.act', true), '')::uuid) h;
  IF hand IS NULL OR (came <> 'done' AND many > 0) THEN
    RAISE EXCEPTION '% on % outside an act: no ledger entry in this transaction', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'TX001', HINT = 'write through a public operation of the capability';
  END IF;
  IF many = 0 THEN
    RETURN NULL;
  END IF;
  own := CASE WHEN TG_ARGV[1] = 'record' THEN (one->>'entry')::bigint ELSE hand END;
  -- One row of the act in hand, without a document in it: the same digest as below, the short way.
  IF many = 1 AND own = hand AND strpos(substr(one::text, 2), '{') = 0 THEN
    IF salted IS NULL THEN
      RETURN NULL;
    END IF;
    one := jsonb_strip_nulls(one);
    told := CASE WHEN TG_OP = 'DELETE' THEN ''::bytea ELSE sha256(salted || convert_to(one::text, 'UTF8')) END;
    INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest, form)
    VALUES (own, TG_TABLE_NAME, ARRAY[one->>TG_ARGV[0]], ARRAY[told],
            sha256(convert_to(E'2\\n' || (one->>TG_ARGV[0]) || ':' || encode(told, 'hex'), 'UTF8')), 2);
    RETURN NULL;
  END IF;
  named := ARRAY[hand];
  IF TG_ARGV[1] = 'record' THEN  -- the entries named, each once: row by row against each other it would grow with the square
    SELECT array_agg(DISTINCT c.entry) INTO named FROM changed c;
    IF array_position(named, NULL) IS NOT NULL
       OR cardinality(named) <> (SELECT count(*) FROM tongxin_own(named)) THEN
      RAISE EXCEPTION 'a row of % names a ledger entry of another transaction', TG_TABLE_NAME USING ERRCODE = 'TX002';
    END IF;
  END IF;
  -- materialized: else the planner writes each row out once for every mention of it, at twice the price in bulk.
  -- Of a row without its empty columns the text is taken the cheapest way there is: nothing in it is empty; no document in it;
  -- column by column.
  WITH whole AS MATERIALIZED (SELECT w, w::text AS t FROM (SELECT to_jsonb(changed) AS w FROM changed OFFSET 0) x), rows AS (
    SELECT c.w->>TG_ARGV[0] AS key,
           CASE WHEN strpos(c.t, ': null') = 0 THEN c.t
                WHEN strpos(substr(c.t, 2), '{') = 0 THEN jsonb_strip_nulls(c.w)::text
                ELSE (SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(c.w) f WHERE jsonb_typeof(f.value) <> 'null')::text
           END AS j,
           CASE WHEN TG_ARGV[1] = 'record' THEN (c.w->>'entry')::bigint ELSE hand END AS entry
      FROM whole c
  ), digested AS MATERIALIZED (
    SELECT w.entry, w.key, CASE WHEN TG_OP = 'DELETE' THEN ''::bytea
                                ELSE sha256(c.salt || convert_to(w.j, 'UTF8')) END AS digest
      FROM rows w JOIN tongxin_own(named) c ON c.entry = w.entry AND c.salt IS NOT NULL
  )
  INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest, form)
  SELECT entry, TG_TABLE_NAME, array_agg(key ORDER BY key), array_agg(digest ORDER BY key),
         sha256(convert_to(E'2\\n' || string_agg(key || ':' || encode(digest, 'hex'), E'\\n' ORDER BY key), 'UTF8')), 2
    FROM digested GROUP BY entry ORDER BY entry;
  RETURN NULL;
END $$;

-- A leaf names an entry that is there: what a foreign key would say, were its entries not to leave with their month one day.
CREATE OR REPLACE FUNCTION tongxin_leaf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  least bigint;
  most bigint;
  missing bigint;
BEGIN
  SELECT min(entry_id), max(entry_id) INTO least, most FROM changed;
  SELECT c.entry_id INTO missing FROM changed c
   WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerentry e WHERE e.id = c.entry_id AND e.id BETWEEN least AND most) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a leaf of entry %, which is not there', missing USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tongxin_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is never emptied: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'TX003';
END $$;
"""
PARTS = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND relnamespace = 'public'::regnamespace"
ENTRY_COLUMNS = "act, verb, outcome, at, organ, office, list_entry, clauses, commitment"


def install(
    connection: BaseDatabaseWrapper,
    *,
    role: str,
    guarded: Mapping[str, str],
    records: Collection[str],
    bookkeeping: Collection[str],
    months: Sequence[int],
) -> None:
    """装上门卫。 Install functions, triggers and grants; run by the owner after every migration, idempotent.

    `guarded`: tables of capabilities, each with the name of its key column; `records`: those of them that are
    append-only and have a column `entry`; `bookkeeping`: append-only tables that the platform writes outside acts
    (leaves, checkpoints, deliveries); `months`: the last, this and the next, in which entries are looked for before the whole ledger.
    """
    with connection.cursor() as cursor:
        cursor.execute(parting.FUNCTIONS + parting.near(months) + FUNCTIONS)
        # They work with the owner's rights: nobody but the owner hangs them on a table.
        cursor.execute(
            _sql("REVOKE ALL ON FUNCTION tongxin_guard(), tongxin_leaf() FROM PUBLIC, {role}", role)
        )
        cursor.execute(_sql("GRANT USAGE ON SCHEMA public TO {role}", role))
        cursor.execute(_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}", role))
        cursor.execute(PARTS)
        for (
            part,
        ) in (
            cursor.fetchall()
        ):  # by the whole table alone: what a part holds is nobody's to write or read directly
            cursor.execute(_sql("REVOKE ALL ON {table} FROM {role}", role, part))
        cursor.execute(_sql("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}", role))
        cursor.execute(_sql(f"GRANT INSERT ({ENTRY_COLUMNS}) ON ledger_ledgerentry TO {{role}}", role))
        cursor.execute(_sql("GRANT INSERT, DELETE ON ledger_ledgercontent TO {role}", role))
        cursor.execute(
            _trigger(
                "ledger_ledgercontent",
                "tongxin_guard_delete",
                "DELETE",
                "tongxin_guard('entry_id', 'present')",
                " REFERENCING OLD TABLE AS changed",
            )
        )
        seen = " REFERENCING NEW TABLE AS changed"
        cursor.execute(_trigger("ledger_ledgerleaf", "tongxin_leaf", "INSERT", "tongxin_leaf()", seen))
        for table, key in sorted(guarded.items()):
            rights = "INSERT" if table in records else "INSERT, UPDATE, DELETE"
            cursor.execute(
                _sql(
                    f"REVOKE ALL ON {{table}} FROM {{role}}; GRANT SELECT, {rights} ON {{table}} TO {{role}}",
                    role,
                    table,
                )
            )
            _guard(cursor, table, key, "record" if table in records else "present")
        for table in sorted(bookkeeping):
            cursor.execute(_sql("GRANT INSERT ON {table} TO {role}", role, table))


def _sql(text: str, role: str, table: str = "") -> sql.Composed:
    return sql.SQL(text).format(role=sql.Identifier(role), table=sql.Identifier(table))


def _guard(cursor: CursorWrapper, table: str, key: str, kind: str) -> None:
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        seen = f" REFERENCING {rows} TABLE AS changed"
        cursor.execute(
            _trigger(
                table, f"tongxin_guard_{event.lower()}", event, f"tongxin_guard('{key}', '{kind}')", seen
            )
        )
    cursor.execute(_trigger(table, "tongxin_truncate", "TRUNCATE", "tongxin_fixed()", when="BEFORE"))


def _trigger(
    table: str, name: str, event: str, function: str, seen: str = "", when: str = "AFTER"
) -> sql.Composed:
    return sql.SQL(
        f"DROP TRIGGER IF EXISTS {name} ON {{table}};"
        f"CREATE TRIGGER {name} {when} {event} ON {{table}}{seen} FOR EACH STATEMENT EXECUTE FUNCTION {function}"
    ).format(table=sql.Identifier(table))
