"""数据库自己的拒绝。 What makes the database itself refuse a write outside an act.

Every table of a capability carries a statement trigger that looks for the ledger entry named by the setting
``tongxin.act`` with the transaction number of *this* transaction. Append-only tables carry a second one that writes
the digest of the appended rows, salted, into ``ledger_write``: whoever changes such a row later is found by
``tongxin ledger verify``. The application's role owns no table, and may not truncate or alter any.
"""

from collections.abc import Collection

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

FUNCTIONS = """
CREATE OR REPLACE FUNCTION tongxin_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM ledger_ledgerentry
     WHERE act = nullif(current_setting('tongxin.act', true), '')::uuid
       AND xact = pg_current_xact_id() AND outcome = 'done'
  ) THEN
    RAISE EXCEPTION '% on % outside an act: no ledger entry in this transaction', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'TX001', HINT = 'write through a public operation of the capability';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tongxin_digest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
DECLARE stray bigint;
BEGIN
  SELECT count(*) INTO stray FROM appended n
   WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerentry e
                      WHERE e.id = n.entry AND e.xact = pg_current_xact_id() AND e.outcome = 'done');
  IF stray > 0 THEN
    RAISE EXCEPTION '% row(s) of % name a ledger entry of another transaction', stray, TG_TABLE_NAME
      USING ERRCODE = 'TX002';
  END IF;
  INSERT INTO ledger_ledgerwrite (entry_id, relation, first, last, digest)
  SELECT n.entry, TG_TABLE_NAME, min(n.id), max(n.id),
         sha256(c.salt || convert_to(string_agg(jsonb_strip_nulls(to_jsonb(n))::text, E'\\n' ORDER BY n.id), 'UTF8'))
    FROM appended n JOIN ledger_ledgercontent c ON c.entry_id = n.entry
   GROUP BY n.entry, c.salt;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tongxin_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'TX003';
END $$;
"""
ENTRY_COLUMNS = "act, verb, outcome, at, organ, office, list_entry, clauses, commitment"


def install(connection: BaseDatabaseWrapper, *, role: str, guarded: Collection[str], records: Collection[str],
            bookkeeping: Collection[str]) -> None:
    """装上门卫。 Install functions, triggers and grants; run by the owner after every migration, idempotent.

    `guarded`: tables of capabilities; `records`: those of them that are append-only and have `id` and `entry`;
    `bookkeeping`: append-only tables that the platform writes outside acts (leaves, checkpoints, deliveries).
    """
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        cursor.execute(_sql("GRANT USAGE ON SCHEMA public TO {role}", role))
        cursor.execute(_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}", role))
        cursor.execute(_sql("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}", role))
        cursor.execute(_sql(f"GRANT INSERT ({ENTRY_COLUMNS}) ON ledger_ledgerentry TO {{role}}", role))
        cursor.execute(_sql("GRANT INSERT, DELETE ON ledger_ledgercontent TO {role}", role))
        cursor.execute(_guard("ledger_ledgercontent", "DELETE"))
        for table in sorted(guarded):
            rights = "INSERT" if table in records else "INSERT, UPDATE, DELETE"
            cursor.execute(_sql(f"REVOKE ALL ON {{table}} FROM {{role}}; GRANT SELECT, {rights} ON {{table}} TO {{role}}",
                                role, table))
            cursor.execute(_guard(table, "UPDATE OR DELETE OR INSERT"))
            if table in records:
                cursor.execute(_digest(table))
        for table in sorted(bookkeeping):
            cursor.execute(_sql("GRANT INSERT ON {table} TO {role}", role, table))


def _sql(text: str, role: str, table: str = "") -> sql.Composed:
    return sql.SQL(text).format(role=sql.Identifier(role), table=sql.Identifier(table))


def _guard(table: str, events: str) -> sql.Composed:
    return sql.SQL(
        "DROP TRIGGER IF EXISTS tongxin_guard ON {table};"
        "CREATE TRIGGER tongxin_guard AFTER " + events + " ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION tongxin_guard();"
        "DROP TRIGGER IF EXISTS tongxin_truncate ON {table};"
        "CREATE TRIGGER tongxin_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION tongxin_fixed()"
    ).format(table=sql.Identifier(table))


def _digest(table: str) -> sql.Composed:
    return sql.SQL(
        "DROP TRIGGER IF EXISTS tongxin_digest ON {table};"
        "CREATE TRIGGER tongxin_digest AFTER INSERT ON {table} REFERENCING NEW TABLE AS appended"
        " FOR EACH STATEMENT EXECUTE FUNCTION tongxin_digest()"
    ).format(table=sql.Identifier(table))
