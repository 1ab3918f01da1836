"""What the database itself must refuse, read from its own catalogue."""

from collections.abc import Collection, Mapping

import psycopg

from tests.house.rules.terms import Violation

OWN_NOTHING = "let the owner own it (web/schema.py); the application's role reads and appends, no more"
NO_POWER = "take it away from the role; what it may do is written in ledger/guard.py and nowhere else"
GUARD = (
    "make it a table of a capability and run `tongxin migrate`: the guard is installed on every one of them"
)
WHOLE = "a part is written through its whole table alone: make it by web/months.py, and let guard.install run"
FIXED = "records are appended and never edited: grant INSERT and SELECT alone"

# Tables that carry no guard, each with the reason; everything else does.
UNGUARDED = {
    "django_migrations": "the owner's own list of migrations",
    "ledger_ledgerentry": "it is what the guard looks for; nobody may change or name another transaction",
    "ledger_ledgercontent": "appended with its entry; guarded against deletion outside an act",
    "ledger_ledgerwrite": "only the database's own digest writes it",
    "ledger_ledgerleaf": "the sequencer's; bound by the signed checkpoint",
    "ledger_ledgernode": "the sequencer's; bound by the signed checkpoint",
    "ledger_ledgercheckpoint": "the sequencer's; signed",
    "ledger_ledgercosignature": "a witness's; signed by it",
    "ledger_ledgerstamp": "a time-stamp authority's; sealed by the log",
    "cases_tally": "counts that only the fold writes; worked out anew from the cases at any moment",
    "cases_tallydelta": "what a write adds to the counts; only the triggers of the tally write it",
    "ledger_ledgerarchive": "the owner's alone; sealed by the log, so that a row put in is found",
    "acts_delivery": "bookkeeping of the platform's own attempts to deliver",
    "identity_ticket": "what stands between two requests for a minute; signed, so that a planted row is not read",
    "allauth_idp_oidc_token": "tokens of minutes for other systems, by a keyed digest: a planted one opens nothing",
    "account_emailaddress": "of allauth, never written: mail is the person's",
    "account_emailconfirmation": "of allauth, never written",
    "auth_group": "of Django, never written: rights come from offices",
    "auth_group_permissions": "of Django, never written",
    "auth_permission": "of Django, written by migrations alone",
    "django_content_type": "of Django, written by migrations alone",
    "socialaccount_socialaccount": "of allauth, never written: a link is identity_outsidelink",
    "socialaccount_socialapp": "of allauth, never written: providers are settings",
    "socialaccount_socialtoken": "of allauth, never written",
}
PASSING = {"identity_ticket", "allauth_idp_oidc_token"}
APPENDED = {
    "ledger_ledgerentry",
    "ledger_ledgercontent",
    "ledger_ledgerleaf",
    "ledger_ledgernode",
    "ledger_ledgercheckpoint",
    "ledger_ledgercosignature",
    "ledger_ledgerstamp",
    "acts_delivery",
}
ENTRY_COLUMNS = {"act", "verb", "outcome", "at", "organ", "office", "list_entry", "clauses", "commitment"}

OWNED = """
SELECT 'table ' || relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = %(role)s
 UNION ALL SELECT 'function ' || proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE r.rolname = %(role)s
 UNION ALL SELECT 'schema ' || nspname FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE r.rolname = %(role)s
 UNION ALL SELECT 'database ' || datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = %(role)s
 UNION ALL SELECT 'type ' || typname FROM pg_type t JOIN pg_roles r ON r.oid = t.typowner WHERE r.rolname = %(role)s
"""
POWERS = """
SELECT v.power FROM pg_roles r, LATERAL (VALUES
  (r.rolsuper, 'SUPERUSER'), (r.rolcreatedb, 'CREATEDB'), (r.rolcreaterole, 'CREATEROLE'),
  (r.rolreplication, 'REPLICATION'), (r.rolbypassrls, 'BYPASSRLS'),
  (has_schema_privilege(r.oid, 'public', 'CREATE'), 'CREATE in schema public'),
  (has_database_privilege(r.oid, current_database(), 'CREATE'), 'CREATE in the database'),
  (EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid), 'membership in another role')
) AS v(held, power) WHERE r.rolname = %s AND v.held ORDER BY 1
"""
RIGHTS = """
SELECT c.relname, p.name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p(name)
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND (has_table_privilege(%(role)s, c.oid, p.name)
        OR (p.name IN ('UPDATE', 'REFERENCES') AND has_any_column_privilege(%(role)s, c.oid, p.name)))
 ORDER BY 1, 2
"""
SETVAL = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(%s, c.oid, 'UPDATE') ELSE false END
 ORDER BY 1
"""
NAMED_COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = 'ledger_ledgerentry'::regclass AND attnum > 0 AND NOT attisdropped
   AND has_column_privilege(%s, attrelid, attnum, 'INSERT') ORDER BY 1
"""
TRIGGERS = """
SELECT c.relname, t.tgname, t.tgtype::int, t.tgenabled::text, p.proname,
       string_to_array(rtrim(replace(encode(t.tgargs, 'escape'), '\\000', ','), ','), ','),
       coalesce(t.tgnewtable, t.tgoldtable) FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal LEFT JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1, 2
"""
# The parts of a divided table: the whole carries the guard, a part refuses whoever writes to it directly.
PARTS = """
SELECT c.relname, (SELECT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                    WHERE t.tgrelid = c.oid AND t.tgname = 'tongxin_apart' AND t.tgenabled IN ('O', 'A') AND t.tgtype = 62),
       ARRAY(SELECT r.name FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS r(name)
              WHERE has_table_privilege(%(role)s, c.oid, r.name)
                 OR (r.name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%(role)s, c.oid, r.name)))
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relkind = 'r' ORDER BY 1
"""
BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = (
    2,
    4,
    8,
    16,
    32,
)  # of a trigger for each statement, unless it says ROW (1)
Row = tuple[str, str, int, str, str, list[str], str]


def owns_nothing(connection: psycopg.Connection, role: str) -> list[Violation]:
    """The application's role owns nothing."""
    rows = connection.execute(OWNED, {"role": role}).fetchall()
    return [Violation(f"role {role}", f"owns the {what}", OWN_NOTHING) for (what,) in rows]


def has_no_powers(connection: psycopg.Connection, role: str) -> list[Violation]:
    """The application's role has no power over the database, and belongs to no other role."""
    rows = connection.execute(POWERS, [role]).fetchall()
    found = [Violation(f"role {role}", f"has {what}", NO_POWER) for (what,) in rows]
    return found + [
        Violation(f"sequence {name}", "the role may set it back", NO_POWER)
        for (name,) in connection.execute(SETVAL, [role]).fetchall()
    ]


def rights(connection: psycopg.Connection, role: str, records: Collection[str]) -> list[Violation]:
    """The role may append to records and to the ledger, write guarded tables, and nothing else."""
    found = []
    for table, right in connection.execute(RIGHTS, {"role": role}).fetchall():
        if right not in _allowed(table, records):
            found.append(Violation(f"table {table}", f"the role may {right}", FIXED))
    named = {name for (name,) in connection.execute(NAMED_COLUMNS, [role]).fetchall()}
    return found + [
        Violation(f"table ledger_ledgerentry.{name}", "the role may name it in an INSERT", FIXED)
        for name in sorted(named - ENTRY_COLUMNS)
    ]


def _allowed(table: str, records: Collection[str]) -> set[str]:
    if table == "ledger_ledgerentry":
        return set()  # some columns of INSERT alone
    if table == "ledger_ledgercontent":
        return {"INSERT", "DELETE"}
    if table in APPENDED or table in records:
        return {"INSERT"}
    if table in PASSING:
        return {"INSERT", "UPDATE", "DELETE"}
    return set() if table in UNGUARDED else {"INSERT", "UPDATE", "DELETE"}


def guards(
    connection: psycopg.Connection, tables: Mapping[str, str], records: Collection[str]
) -> list[Violation]:
    """Every table of every capability carries the guard for each kind of write, told its key and whether it is a record."""
    triggers: dict[str, list[Row]] = {}
    for row in connection.execute(TRIGGERS).fetchall():
        triggers.setdefault(row[0], []).append(row)
    found = []
    for table, rows in sorted(triggers.items()):
        if table in UNGUARDED and table != "ledger_ledgercontent":
            continue
        told = [tables.get(table, "entry_id"), "record" if table in records else "present"]
        events = (
            {"delete": DELETE}
            if table in UNGUARDED
            else {"insert": INSERT, "update": UPDATE, "delete": DELETE}
        )
        missing = [
            f"tongxin_guard_{name}"
            for name, event in events.items()
            if not any(_guards(row, f"tongxin_guard_{name}", event, told) for row in rows)
        ]
        if table not in UNGUARDED and not any(
            _holds(row, "tongxin_truncate", "tongxin_fixed", TRUNCATE | BEFORE) for row in rows
        ):
            missing.append("tongxin_truncate")
        found += [
            Violation(f"table {table}", f"carries no working trigger `{name}`", GUARD) for name in missing
        ]
    return found


def parts(connection: psycopg.Connection, role: str) -> list[Violation]:
    """Nobody writes to a part of a table: the role has no right to it at all, and the owner is refused by its trigger."""
    found = []
    for table, refuses, rights_held in connection.execute(PARTS, {"role": role}).fetchall():
        found += [
            Violation(f"table {table}", f"the role may {right} on a part", WHOLE) for right in rights_held
        ]
        if refuses != "tongxin_apart":
            found.append(Violation(f"table {table}", "a part without its trigger `tongxin_apart`", WHOLE))
    return found


def _guards(row: Row, name: str, event: int, told: list[str]) -> bool:
    return _holds(row, name, "tongxin_guard", event) and (row[5], row[6]) == (told, "changed")


def _holds(row: Row, name: str, function: str, kind: int) -> bool:
    return (row[1], row[2], row[4]) == (name, kind, function) and row[3] in "OA"
