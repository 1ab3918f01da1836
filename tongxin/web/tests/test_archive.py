"""The archive: months leave the database and stay provable; a changed byte and a row that just went are found."""

import json
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories import NOW, checked, reported, reporter
from tests.plugin import TEMPLATE, WORKING, app_connection, copy_of, owner_connection, use
from tongxin.acts.terms import PLATFORM
from tongxin.cases import operations as cases
from tongxin.ledger.queries import archived_months, proof_of, receipt_of, tile_bytes
from tongxin.ledger.rules import ENTRIES, Tile
from tongxin.ledger.rules.parting import floor, in_hand, month, near, part
from tongxin.ledger.tests.events import past
from tongxin.web import ground, schema
from tongxin.web.archive import checking, dropping, living, manifest, writing
from tongxin.web.archive.manifest import ArchiveError
from tongxin.web.console.commands import archiving

YEARS = 5
BEGAN = month(
    datetime.now(UTC).date()
)  # the month in which the rows of the tests are made, by the database's clock
LATER = datetime.now(UTC).replace(day=1, year=datetime.now(UTC).year + YEARS)
BEFORE = month(LATER.date()) - archiving.LEAST_MONTHS


def years_go_by(name: str) -> None:
    """From now on the database makes numbers of five years later, and has the months for them."""
    with owner_connection(name) as owner:
        owner.execute(
            "CREATE OR REPLACE FUNCTION tongxin_month(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ "
            f"SELECT (extract(year FROM moment AT TIME ZONE 'UTC') * 12 + extract(month FROM moment AT TIME ZONE 'UTC') - 1 "
            f"+ {YEARS * 12})::bigint $$"
        )
    schema.make_months_ahead()


@pytest.fixture(scope="module")
def _happened(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    with copy_of(TEMPLATE, django_db_blocker) as name:
        for _ in range(2):
            case = checked(name="王芳", phone="13900000000")
            cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
        cases.import_history(actor=PLATFORM, at=NOW, cases=[past(str(n)) for n in range(4)])
        ground.sequence_all(at=NOW)
        years_go_by(name)
        use(WORKING)
        yield name


@pytest.fixture
def city(_happened: str, django_db_blocker: object) -> Iterator[str]:
    """A city five years after everything in it was closed."""
    with copy_of(_happened, django_db_blocker) as name:
        yield name


@pytest.fixture
def archive(city: str, tmp_path: Path) -> Path:
    """Its archive."""
    del city
    writing.archived(root=tmp_path / "archive", before=BEFORE, at=LATER)
    return tmp_path / "archive"


def proved(root: Path) -> dict[str, Any]:
    """What the verification of the files says."""
    return checking.checked(root, key=living.own_key())


def dropped(root: Path) -> list[str]:
    """Drop what the archive holds, and integrate the entry that says so."""
    gone = dropping.dropped(root=root, before=BEFORE, at=LATER)
    ground.sequence_all(at=LATER)
    return gone


def fault() -> tuple[str, str, str] | None:
    """What the verification of the whole ledger names."""
    found = ground.verify()["first_fault"]
    return found and (found["kind"], found["relation"], found["row"])


def tamper(name: str, *statements: str) -> None:
    """With the owner's rights, triggers off."""
    with owner_connection(name) as owner, owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            owner.execute(statement)


def of_month(root: Path, family: str) -> Path:
    """The folder of the month in which things happened."""
    return manifest.folder_of(root, BEGAN, family)


# ---- Writing --------------------------------------------------------------------------------------------------------


def test_an_archive_holds_every_row_of_its_months_and_is_proved_by_the_key_alone(
    city: str, archive: Path
) -> None:
    said = proved(archive)
    assert said["intact"] and f"{part(BEGAN).replace('_', '-')}" in said["months"]
    for family, tables in manifest.FAMILIES.items():
        told = manifest.read(of_month(archive, family))
        for table in tables:
            with owner_connection(city) as owner:
                key = told.file_of(table).key
                ((count,),) = owner.execute(
                    f"SELECT count(*) FROM {table} WHERE {key} >= {floor(BEGAN)} AND {key} < {floor(BEGAN + 1)}"
                ).fetchall()
            assert told.file_of(table).rows == count and (count > 0 or table == "acts_delivery"), table
    living.compare(archive)
    found = subprocess.run(  # with neither settings nor a database
        [sys.executable, "-c", "import sys; from tongxin.web.console import main; sys.exit(main(sys.argv[1:]))",
         "archive", "verify", str(archive), "--key", str(living.own_key()), "--json"],
        check=False, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "TONGXIN_DATA": "/nowhere"},
        cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    assert found.returncode == 0 and json.loads(found.stdout)["entries"] == said["entries"], found.stderr


def test_an_open_case_keeps_the_steps_of_its_month(city: str, tmp_path: Path) -> None:
    tamper(city, "UPDATE cases_case SET state = 'hung' WHERE id = (SELECT min(id) FROM cases_case)")
    written, kept = writing.archived(root=tmp_path, before=BEFORE, at=LATER)
    assert [f"{part(BEGAN)} steps: 1 cases of it are open"] == kept
    assert f"{part(BEGAN)} ledger" in written and f"{part(BEGAN)} steps" not in written


def test_entries_that_wait_for_the_tree_keep_their_month(city: str, tmp_path: Path) -> None:
    tamper(
        city,
        "INSERT INTO ledger_ledgerentry (id, act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
        f"VALUES ({floor(BEGAN)}, gen_random_uuid(), '', 'done', now(), '', '', '', '', '')",
    )
    written, kept = writing.archived(root=tmp_path, before=BEFORE, at=LATER)
    assert kept == [f"{part(BEGAN)} ledger: 1 entries wait for the sequencer"]
    assert all("notices" not in one for one in written)


def test_what_was_archived_before_is_not_written_twice(city: str, archive: Path) -> None:
    assert writing.archived(root=archive, before=BEFORE, at=LATER)[0] == []


# ---- Planted faults in the files -------------------------------------------------------------------------------------


def test_one_changed_byte_of_any_file_is_found(archive: Path) -> None:
    files = sorted(path for path in archive.rglob("*") if path.is_file())
    assert len(files) > 10
    for path in files:
        raw = path.read_bytes()
        for place in (0, len(raw) // 2, len(raw) - 2):
            path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
            try:
                said = proved(archive)
            except ArchiveError:
                continue
            finally:
                path.write_bytes(raw)
            # of a manifest the moment it was made is a note for people, and proves nothing
            assert path.name == "manifest.json" and said["intact"] and b"made_at" in raw, path
    assert proved(archive)["intact"]


def rewritten(folder: Path, table: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change rows of a file, and its manifest with it, as somebody would who has the folder."""
    told = json.loads((folder / manifest.NAME).read_text())
    one = next(file for file in told["files"] if file["relation"] == table)
    found = pq.read_table(folder / one["file"])
    rows = found.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=found.schema), folder / one["file"])
    one |= {
        "rows": len(rows),
        "first": rows[0][one["key"]],
        "last": rows[-1][one["key"]],
        "sha256": manifest.digest(folder / one["file"]),
    }
    (folder / manifest.NAME).write_text(json.dumps(told))


def setting(name: str, value: object, nth: int = 1) -> Callable[[list[dict[str, Any]]], None]:
    """Set a column of the nth row."""
    return lambda rows: rows[nth].__setitem__(name, value)


@pytest.mark.parametrize(
    ("family", "table", "change", "reason"),
    [
        ("ledger", "ledger_ledgerentry", setting("organ", "organ:x"), "does not hash to its leaf"),
        ("ledger", "ledger_ledgerentry", lambda rows: rows.pop(1), "digests of no entry|is missing"),
        ("ledger", "ledger_ledgercontent", setting("subject", "x"), "not what was committed to"),
        ("ledger", "ledger_ledgerwrite", setting("digests", [b"x"]), "digests of single rows|does not hash"),
        ("ledger", "ledger_ledgerwrite", lambda rows: rows.pop(1), "does not hash to its leaf"),
        ("ledger", "ledger_ledgerleaf", setting("hash", b"x" * 32), "does not hash|do not lead"),
        ("ledger", "ledger_ledgerleaf", lambda rows: rows.pop(), "does not hash|cannot be put together"),
        ("steps", "cases_casestep", setting("note", "另一句话"), "are not what is proved"),
        ("steps", "cases_casestep", setting("at", datetime(2020, 1, 1, tzinfo=UTC)), "are not what is proved"),
        ("steps", "cases_casestep", setting("written", "{}"), "is not as ledger entry"),
        ("steps", "cases_casestep", lambda rows: rows.pop(1), "is missing"),
        ("steps", "cases_casestep", lambda rows: rows.insert(1, rows[0]), "no archived entry wrote"),
        ("notices", "acts_notice", setting("recipient", "person:x"), "are not what is proved"),
    ],
)  # fmt: skip
def test_rows_that_were_changed_together_with_their_manifest_are_found(
    archive: Path, family: str, table: str, change: Callable[[list[dict[str, Any]]], None], reason: str
) -> None:
    rewritten(of_month(archive, family), table, change)
    with pytest.raises(ArchiveError, match=reason):
        proved(archive)


def test_an_archive_of_another_log_is_refused(archive: Path) -> None:
    key = living.own_key()
    other = type(key)(key.name, bytes(32 * [7]), key.kind)
    with pytest.raises(ArchiveError, match="checkpoint does not hold"):
        checking.checked(archive, key=other)


def test_an_archive_that_the_ledger_does_not_lead_to_is_found(city: str, archive: Path) -> None:
    tamper(city, "UPDATE ledger_ledgerleaf SET hash = sha256(hash) WHERE index = 3")
    with pytest.raises(ArchiveError, match="leaf 3 is not that of the ledger"):
        living.compare(archive)


# ---- Dropping -------------------------------------------------------------------------------------------------------


def test_months_that_were_archived_leave_and_everything_still_verifies(city: str, archive: Path) -> None:
    before = ground.verify()
    with owner_connection(city) as owner:
        ((entry, index),) = owner.execute("SELECT entry_id, index FROM ledger_ledgerleaf ORDER BY index LIMIT 1 OFFSET 2").fetchall()  # fmt: skip
    receipt, tile = receipt_of(entry=entry), tile_bytes(tile=Tile(0, 0, 256))
    gone = dropped(archive)
    assert {
        f"ledger_ledgerentry_{part(BEGAN)}",
        f"cases_casestep_{part(BEGAN)}",
        f"acts_notice_{part(BEGAN)}",
    } <= set(gone)
    after = ground.verify()
    assert after["intact"], after
    assert after["archived"] == before["entries"] and after["pending"] == 0
    assert (after["entries"], after["leaves"]) == (1, before["leaves"] + 1)  # the entry that says so
    assert BEGAN in archived_months()["cases_casestep"]
    # what was proved stays proved: the same path, and the tiles of hashes are served on
    proof = proof_of(entry=entry)
    assert proof is not None and proof.leaf.index == index and receipt is not None
    assert receipt_of(entry=entry) is None and tile_bytes(tile=Tile(0, 0, 256)) == tile
    assert tile_bytes(tile=Tile(ENTRIES, 0, 256)) is None
    assert proved(archive)["intact"]
    living.compare(archive)


def test_the_city_works_on_after_its_months_left(city: str, archive: Path) -> None:
    dropped(archive)
    case = checked(name="李强", phone="13900000001")
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    ground.sequence_all(at=LATER)
    assert fault() is None
    with owner_connection(city) as owner:
        ((name,),) = owner.execute("SELECT DISTINCT tableoid::regclass::text FROM cases_casestep").fetchall()
    assert name == f"cases_casestep_{part(month(LATER.date()))}"


def test_a_row_that_was_removed_without_an_archive_is_still_found(city: str, archive: Path) -> None:
    dropped(archive)
    case = reported()
    ground.sequence_all(at=LATER)
    tamper(city, f"DELETE FROM cases_casestep WHERE case_id = {case.pk}")
    found = fault()
    assert found is not None and found[:2] == ("removed", "cases_casestep")


def test_a_month_that_was_dropped_without_an_archive_is_removed_and_not_archived(city: str) -> None:
    tamper(city, f"DROP TABLE cases_casestep_{part(BEGAN)}")
    found = fault()
    assert found is not None and found[:2] == ("removed", "cases_casestep")


def test_a_month_of_entries_that_was_dropped_without_an_archive_is_found(city: str) -> None:
    tamper(
        city,
        *(
            f"DROP TABLE {table}_{part(BEGAN)}"
            for table in ("ledger_ledgerwrite", "ledger_ledgercontent", "ledger_ledgerentry")
        ),
    )
    found = fault()
    assert found is not None and found[:2] == ("removed", "ledger_ledgerentry")


def test_nobody_says_that_a_month_was_archived_without_the_logs_key(city: str) -> None:
    tamper(
        city,
        f"DROP TABLE cases_casestep_{part(BEGAN)}",
        "INSERT INTO ledger_ledgerarchive (relation, month, rows, digest, manifest, size, at, seal) "
        f"VALUES ('cases_casestep', {BEGAN}, 1, '', '', 1, now(), decode(repeat('00', 64), 'hex'))",
    )
    assert fault() == ("altered", "ledger_ledgerarchive", f"cases_casestep {BEGAN}")


@pytest.mark.parametrize("column", ["month", "rows", "size"])
def test_a_row_about_an_archive_is_bound_by_its_seal(city: str, archive: Path, column: str) -> None:
    dropped(archive)
    tamper(
        city,
        f"UPDATE ledger_ledgerarchive SET {column} = {column} + 1000 WHERE relation = 'cases_casestep' AND month > 0",
    )
    found = fault()
    assert found is not None and found[:2] == ("altered", "ledger_ledgerarchive")


def test_a_leaf_of_an_archived_entry_is_bound_by_the_signed_roots(city: str, archive: Path) -> None:
    dropped(archive)
    tamper(city, "UPDATE ledger_ledgerleaf SET hash = sha256(hash) WHERE index = 3")
    found = fault()
    assert found is not None and found[1] in ("ledger_ledgercheckpoint", "ledger_ledgernode")


def test_a_standing_row_is_compared_a_last_time_and_proved_on(city: str, archive: Path) -> None:
    """Its digest leaves with the month: whoever changed it before is found then, and whoever changes it later, too."""
    changed = "UPDATE organs_organ SET name = name || 'x' WHERE id = (SELECT min(id) FROM organs_organ)"
    tamper(city, changed)
    with pytest.raises(ArchiveError, match="of organs_organ is not as the ledger says: nothing was dropped"):
        dropping.dropped(root=archive, before=BEFORE, at=LATER)
    tamper(
        city, "UPDATE organs_organ SET name = rtrim(name, 'x') WHERE id = (SELECT min(id) FROM organs_organ)"
    )
    assert dropped(archive) and fault() is None
    tamper(city, changed)
    found = fault()
    assert found is not None and found[:2] == ("altered", "organs_organ")


def test_a_standing_row_from_before_a_migration_is_proved_on_and_one_that_was_changed_is_found(
    city: str, archive: Path
) -> None:
    """Its digest was taken without the columns that a migration added later: as verification, so the drop."""
    older = """
        UPDATE ledger_ledgerwrite w SET digests = ARRAY(
          SELECT CASE WHEN u.key = (SELECT min(id)::text FROM law_instrument) THEN sha256(c.salt || convert_to(
                   (SELECT jsonb_object_agg(f.key, f.value) FROM law_instrument t, jsonb_each(to_jsonb(t) - 'subject') f
                     WHERE t.id::text = u.key AND jsonb_typeof(f.value) <> 'null')::text, 'UTF8')) ELSE u.digest END
            FROM unnest(w.keys, w.digests) WITH ORDINALITY AS u(key, digest, nth) ORDER BY u.nth)
          FROM ledger_ledgercontent c WHERE c.entry_id = w.entry_id AND w.relation = 'law_instrument'"""
    first = "WHERE id = (SELECT min(id) FROM law_instrument)"
    tamper(
        city,
        "SET LOCAL TimeZone = 'UTC'",
        f"UPDATE law_instrument SET subject = '' {first}",
        older,
        f"UPDATE law_instrument SET subject = 'x' {first}",
    )
    with pytest.raises(
        ArchiveError, match="of law_instrument is not as the ledger says: nothing was dropped"
    ):
        dropping.dropped(root=archive, before=BEFORE, at=LATER)
    tamper(city, f"UPDATE law_instrument SET subject = '' {first}")
    assert dropped(archive) and fault() is None


def test_a_month_that_is_not_as_it_was_archived_stays(city: str, archive: Path) -> None:
    tamper(city, "DELETE FROM acts_notice WHERE id = (SELECT max(id) FROM acts_notice)")
    with pytest.raises(ArchiveError, match="acts_notice is not what was archived"):
        dropping.dropped(root=archive, before=BEFORE, at=LATER)


def test_the_ledgers_months_leave_one_after_the_other(city: str, archive: Path) -> None:
    shutil.rmtree(archive / "before")
    with pytest.raises(ArchiveError, match="before is not in the archive"):
        dropping.dropped(root=archive, before=BEFORE, at=LATER)


def test_nothing_leaves_before_three_years_are_over(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongxin.web.console.commands.founding.migrate", lambda _given: None)
    monkeypatch.setattr(archiving, "now", lambda: LATER)
    early = part(BEFORE + 1).replace("_", "-")
    status, said = archiving.write(Namespace(folder=str(tmp_path), before=early, drop=True))
    assert status == 1 and "36 months" in said["reason"]
    status, said = archiving.write(Namespace(folder=str(tmp_path / "a"), before="", drop=True))
    assert status == 0 and said["dropped"] and said["compared_with_the_ledger"], said
    assert fault() is None


# ---- The months -----------------------------------------------------------------------------------------------------


def test_a_city_whose_workers_were_down_for_years_takes_reports_all_the_same(city: str) -> None:
    """Nobody has made the month: rows fall into the rest, are guarded as ever, and move when the month is made."""
    with owner_connection(city) as owner:
        now = month(LATER.date())
        for table in ("cases_casestep", "acts_delivery", "acts_notice", "ledger_ledgerwrite", "ledger_ledgercontent", "ledger_ledgerentry"):  # fmt: skip
            for of in range(now, now + 4):
                owner.execute(f"DROP TABLE {table}_{part(of)}")
        owner.execute(in_hand([BEGAN, BEGAN + 1]))  # as the worker left it
    case = checked(name="李强", phone="13900000001")
    ground.sequence_all(at=LATER)
    with owner_connection(city) as owner:
        ((lying,),) = owner.execute("SELECT count(*) FROM ledger_ledgerentry_rest").fetchall()
    assert lying >= 4 and fault() is None
    with app_connection(city) as app, pytest.raises(psycopg.Error) as error:
        app.execute("DELETE FROM cases_case WHERE false")
    assert error.value.sqlstate == "TX001"
    assert f"ledger_ledgerentry_{part(now)}" in schema.make_months_ahead()
    with owner_connection(city) as owner:
        ((left,),) = owner.execute("SELECT (SELECT count(*) FROM ledger_ledgerentry_rest) + (SELECT count(*) FROM cases_casestep_rest)").fetchall()  # fmt: skip
    assert left == 0 and fault() is None and schema.make_months_ahead() == []
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    ground.sequence_all(at=LATER)
    assert fault() is None


@pytest.mark.parametrize("lost", [False, True], ids=["made and not looked into", "not made"])
def test_what_waits_for_a_witness_is_seen_also_where_the_workers_have_not_kept_the_months(
    city: str, lost: bool
) -> None:
    """Calls are refused by the first entry that no witness has seen: it must be found in whatever month it lies."""
    now = month(LATER.date())
    with owner_connection(city) as owner:
        if lost:
            for table in ("cases_casestep", "acts_delivery", "acts_notice", "ledger_ledgerwrite", "ledger_ledgercontent", "ledger_ledgerentry"):  # fmt: skip
                for of in range(now, now + 4):
                    owner.execute(f"DROP TABLE {table}_{part(of)}")
        owner.execute(near([0, BEGAN, BEGAN + 1]))  # as the worker left it
    seen, behind = reported(client_key="seen"), reported(client_key="behind")
    with owner_connection(city) as owner:
        (xact, entry) = owner.execute(
            "SELECT xact::text, id FROM ledger_ledgerentry WHERE id = (SELECT s.entry FROM cases_casestep s JOIN cases_case c "
            "ON c.id = s.case_id WHERE c.number = %s)", [seen.number]).fetchone()  # fmt: skip
        row = owner.execute("SELECT tongxin_after(%s::text::xid8, %s)", [xact, entry]).fetchone()
        first = owner.execute(
            "SELECT min(recorded_at) FROM ledger_ledgerentry WHERE (xact, id) > (%s::text::xid8, %s)", [xact, entry]
        ).fetchone()  # fmt: skip
    assert behind.number != seen.number and first != (None,)
    assert row == first
