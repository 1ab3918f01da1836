"""按月分表。 Tables that grow, divided by month: the arithmetic of the months and the words of SQL (docs/decisions/0019).

A number made by `tongxin_month_id` carries the month in which the database made it, so that the bounds of every part are
known beforehand and one comparison of numbers finds the part. A row that belongs to another (a step to its case, content to
its entry) lies in the month of that other. Rows of a database that is older than this lie in the part `before`; what has no
part of its own lies in the part `rest`: no insert ever fails for want of a month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

BITS: Final = 36  # below them the number of a sequence: 68 thousand million; above them the month: below 2^53 for 8,000 years
BEFORE, REST = "before", "rest"
AHEAD: Final = (
    3  # months that are made ahead: the workers may be down for that long before anything falls into `rest`
)

FUNCTIONS: Final = f"""
CREATE OR REPLACE FUNCTION tongxin_month(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (extract(year FROM moment AT TIME ZONE 'UTC') * 12 + extract(month FROM moment AT TIME ZONE 'UTC') - 1)::bigint
$$;
CREATE OR REPLACE FUNCTION tongxin_month_id(numbers regclass) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT (public.tongxin_month(now()) << {BITS}) | nextval(numbers)
$$;
CREATE OR REPLACE FUNCTION tongxin_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %, a part of a table: write to the whole table', TG_OP, TG_TABLE_NAME USING ERRCODE = 'TX001';
END $$;
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parted:
    """一张按月分的表。 One table that is divided by month.

    key     the column whose month decides
    within  True: the row's own number `id` carries the month of the row it belongs to (written by a trigger)
    local   constraints that each part has for itself, `{{part}}` for the end of its name
    """

    table: str
    key: str
    within: bool = False
    local: tuple[str, ...] = ()

    def name(self, part: str) -> str:
        """部分的表名。 Name of the table of a part."""
        return f"{self.table}_{part}"


def month_of(number: int) -> int:
    """号中的月。 The month that a number carries, counted from the year 0; 0 for numbers from before."""
    return number >> BITS


def month(day: date) -> int:
    """某日所在的月。 The month of a day (in UTC), counted from the year 0."""
    return day.year * 12 + day.month - 1


def floor(of: int) -> int:
    """月的下限。 The smallest number that carries this month."""
    return of << BITS


def part(of: int) -> str:
    """月的写法。 What the part of a month is called: `2026_11`; `before` for 0."""
    return f"{of // 12:04d}_{of % 12 + 1:02d}" if of else BEFORE


def read_part(text: str) -> int:
    """读回月。 The month of such a name, or of `2026-11`. Raises ValueError."""
    if text == BEFORE:
        return 0
    year, _, rest = text.replace("-", "_").partition("_")
    if not (len(year) == 4 and len(rest) == 2 and (year + rest).isdecimal() and 1 <= int(rest) <= 12):
        raise ValueError(f"{text!r} is not a month YYYY-MM")
    return int(year) * 12 + int(rest) - 1


def empty_part(one: Parted, name: str) -> str:
    """一部分的空表。 SQL that makes the table of a part, not yet attached."""
    table = one.name(name)
    local = "".join(f"ALTER TABLE {table} ADD {clause.replace('{part}', name)};\n" for clause in one.local)
    return (
        f"CREATE TABLE {table} (LIKE {one.table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE);\n"
        f"{local}{apart(table)}"
    )


def attached(one: Parted, of: int) -> str:
    """挂上。 SQL that attaches the part of a month."""
    return (
        f"ALTER TABLE {one.table} ATTACH PARTITION {one.name(part(of))} "
        f"FOR VALUES FROM ({floor(of)}) TO ({floor(of + 1)});\n"
    )


def apart(table: str) -> str:
    """不得直接写部分。 SQL of the trigger that refuses whoever writes to a part and not to the table, the owner too."""
    return (
        f"CREATE OR REPLACE TRIGGER tongxin_apart BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tongxin_apart();\n"
    )


def divided(one: Parted) -> str:
    """分开一张表。 SQL that divides a table that is whole: it becomes the part `before`, no row is moved.

    Numbers go on where they were. Keys and foreign keys that the whole table cannot have are each part's own. A foreign key
    that pointed at the table is dropped: its parts have it, or the caller says what stands in its place.
    """
    before = one.name(BEFORE)
    local = "\n".join(
        f"  EXECUTE 'ALTER TABLE {before} ADD {clause.replace('{part}', BEFORE)}';" for clause in one.local
    )
    return f"""
DO $divide$
DECLARE
  kept text[] := '{{}}';
  said text;
  one record;
  last bigint;
  numbers text;
BEGIN
  IF EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = '{one.table}'::regclass AND attname = 'id') THEN
    numbers := pg_get_serial_sequence('{one.table}', 'id');
  END IF;
  FOR one IN SELECT tgname FROM pg_trigger WHERE tgrelid = '{one.table}'::regclass AND NOT tgisinternal LOOP
    EXECUTE format('DROP TRIGGER %I ON {one.table}', one.tgname);
  END LOOP;
  FOR one IN SELECT conname, conrelid::regclass AS at FROM pg_constraint WHERE confrelid = '{one.table}'::regclass LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.at, one.conname);
  END LOOP;
  -- what the whole table will have again, in its own words: constraints, then plain indexes
  FOR one IN
    SELECT c.conname, c.contype, c.conindid, pg_get_constraintdef(c.oid) AS said,
           c.contype = 'f' OR (SELECT attnum FROM pg_attribute WHERE attrelid = c.conrelid AND attname = '{one.key}') = ANY(c.conkey)
             AS whole
      FROM pg_constraint c WHERE c.conrelid = '{one.table}'::regclass AND c.contype IN ('p', 'u', 'f')
  LOOP
    IF one.whole THEN
      kept := kept || format('ALTER TABLE {one.table} ADD CONSTRAINT %I %s', one.conname, one.said);
    ELSIF one.contype = 'p' THEN  -- the number alone is each part's own key
      kept := kept || format('ALTER TABLE {one.table} ADD CONSTRAINT %I PRIMARY KEY ({one.key}, id)', one.conname);
    END IF;
    IF NOT one.whole THEN
      EXECUTE format('ALTER TABLE {one.table} DROP CONSTRAINT %I', one.conname);
    ELSIF one.contype <> 'f' THEN
      EXECUTE format('ALTER TABLE {one.table} RENAME CONSTRAINT %I TO %I', one.conname, left(one.conname, 56) || '_before');
    END IF;
  END LOOP;
  FOR one IN
    SELECT c.relname, pg_get_indexdef(i.indexrelid) AS said FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = '{one.table}'::regclass
       AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))
  LOOP
    kept := kept || one.said;
    EXECUTE format('ALTER INDEX %I RENAME TO %I', one.relname, left(one.relname, 56) || '_before');
  END LOOP;
  IF numbers IS NOT NULL THEN
    EXECUTE 'SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM ' || numbers INTO last;
    ALTER TABLE {one.table} ALTER COLUMN id DROP IDENTITY;
    EXECUTE format('CREATE SEQUENCE %s AS bigint START %s', numbers, last);
  END IF;
  ALTER TABLE {one.table} RENAME TO {before};
  CREATE TABLE {one.table} (LIKE {before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE) PARTITION BY RANGE ({one.key});
  IF numbers IS NOT NULL THEN
    EXECUTE format('ALTER SEQUENCE %s OWNED BY {one.table}.id', numbers);
    EXECUTE format('ALTER TABLE {one.table} ALTER COLUMN id SET DEFAULT {_numbered(one)}', numbers);
  END IF;
{local}
  FOREACH said IN ARRAY kept LOOP
    EXECUTE said;
  END LOOP;
  EXECUTE format('ALTER TABLE {one.table} ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO (%s)',
                 tongxin_month(now()) << {BITS});
END $divide$;
{apart(before)}{_numbering(one)}{empty_part(one, REST)}
ALTER TABLE {one.table} ATTACH PARTITION {one.name(REST)} DEFAULT;
"""


def numbered(table: str) -> str:
    """号带月。 SQL by which the numbers of a table that stays whole carry the month from now on."""
    return f"""
DO $numbers$
DECLARE
  last bigint;
  numbers text := pg_get_serial_sequence('{table}', 'id');
BEGIN
  EXECUTE 'SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM ' || numbers INTO last;
  ALTER TABLE {table} ALTER COLUMN id DROP IDENTITY;
  EXECUTE format('CREATE SEQUENCE %s AS bigint START %s', numbers, last);
  EXECUTE format('ALTER SEQUENCE %s OWNED BY {table}.id', numbers);
  EXECUTE format('ALTER TABLE {table} ALTER COLUMN id SET DEFAULT tongxin_month_id(%L)', numbers);
END $numbers$;
"""


def _numbered(one: Parted) -> str:
    return "tongxin_month_id(%L)" if one.key == "id" else "nextval(%L)"


def _numbering(one: Parted) -> str:
    """行号带所属之月。 SQL of the trigger that gives a row's number the month of the row it belongs to."""
    if not one.within:
        return ""
    return f"""
CREATE OR REPLACE FUNCTION tongxin_number_{one.table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id := ((NEW.{one.key} >> {BITS}) << {BITS}) | nextval('public.{one.table}_id_seq');
  RETURN NEW;
END $$;
CREATE TRIGGER tongxin_number BEFORE INSERT ON {one.table} FOR EACH ROW EXECUTE FUNCTION tongxin_number_{one.table}();
ALTER TABLE {one.table} ADD CONSTRAINT {one.table}_month CHECK (id >> {BITS} = {one.key} >> {BITS});
"""


def near(present: Sequence[int]) -> str:
    """近处。 SQL of the functions that look into the months that are near: the last, this and the next."""
    return in_hand(present[-2:]) + after(present)


def in_hand(parts: Sequence[int]) -> str:
    """行为在手。 SQL of the two functions by which the guard finds the entries of this transaction.

    `parts`: the months in which they are looked for first, by the names of their parts, so that the plans are kept: this month
    and the next. An entry that lies in none of them (nobody has made its month) is looked for in the whole ledger: slower, and
    never wrong.
    """
    mine = "e.act = named AND e.xact = pg_current_xact_id()"
    those = "e.id = ANY(ids) AND e.xact = pg_current_xact_id() AND e.outcome = 'done'"
    elsewhere = "".join(f" AND NOT (e.id >= {floor(of)} AND e.id < {floor(of + 1)})" for of in parts)
    first = (
        f"""  SELECT f.* INTO entry, came, salt FROM ({_either("e.id, e.outcome, c.salt", parts, mine)}) f;
  IF FOUND THEN
    RETURN;
  END IF;
"""
        if parts
        else ""
    )
    own = (
        f"""  RETURN QUERY {_either("e.id, c.salt", parts, those)};
  GET DIAGNOSTICS got = ROW_COUNT;
"""
        if parts
        else ""
    )
    return f"""
CREATE OR REPLACE FUNCTION tongxin_hand(named uuid, OUT entry bigint, OUT came text, OUT salt bytea) LANGUAGE plpgsql AS $$
BEGIN
{first}  SELECT e.id, e.outcome, c.salt INTO entry, came, salt
    FROM public.ledger_ledgerentry e LEFT JOIN public.ledger_ledgercontent c ON c.entry_id = e.id WHERE {mine};
END $$;
CREATE OR REPLACE FUNCTION tongxin_own(ids bigint[]) RETURNS TABLE (entry bigint, salt bytea) LANGUAGE plpgsql AS $$
DECLARE
  got bigint := 0;
BEGIN
{own}  IF got < cardinality(ids) THEN
    RETURN QUERY SELECT e.id, c.salt FROM public.ledger_ledgerentry e
      LEFT JOIN public.ledger_ledgercontent c ON c.entry_id = e.id WHERE {those}{elsewhere};
  END IF;
END $$;
"""


def after(parts: Sequence[int]) -> str:
    """其后的头一条。 SQL of the function that tells when the first entry after a place in the order was recorded.

    For a statement that asks it at every call: only the parts of these months are opened, while the place lies in the second of
    them or later (a transaction that began in the month before may still follow it) and the present month is not beyond the last
    of them (nobody has told this function of a later one, and what follows may lie there); else the whole ledger.
    """
    follows = "(e.xact, e.id) > (last_xact, last_entry)"
    near = " UNION ALL ".join(
        f"(SELECT e.recorded_at, e.xact, e.id FROM public.ledger_ledgerentry_{part(of)} e WHERE {follows} ORDER BY e.xact, e.id LIMIT 1)"
        for of in parts
    )
    quick = (
        f"""  IF last_entry >= {floor(parts[1])} AND public.tongxin_month(now()) <= {parts[-1]} THEN
    RETURN (SELECT f.recorded_at FROM ({near}) f ORDER BY f.xact, f.id LIMIT 1);
  END IF;
"""
        if len(parts) > 1
        else ""
    )
    return f"""
CREATE OR REPLACE FUNCTION tongxin_after(last_xact xid8, last_entry bigint) RETURNS timestamptz LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
{quick}  RETURN (SELECT e.recorded_at FROM public.ledger_ledgerentry e WHERE {follows} ORDER BY e.xact, e.id LIMIT 1);
END $$;
"""


def _either(columns: str, parts: Sequence[int], where: str) -> str:
    return " UNION ALL ".join(
        f"SELECT {columns} FROM public.ledger_ledgerentry_{part(of)} e "
        f"LEFT JOIN public.ledger_ledgercontent_{part(of)} c ON c.entry_id = e.id WHERE {where}"
        for of in parts
    )
