"""History as files: complete, the same bytes again, without personal data; and an analysis that refuses other files."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pyarrow import parquet

from tests.factories import MATTER, NOW, accepted, checked, officer, reported, reporter, settlement
from tests.plugin import DATA, ROLE, owner_connection
from tongxin.cases import operations as cases
from tongxin.cases.models import Case, CaseStep, Clock
from tongxin.cases.terms import ReturnGround
from tongxin.indicators.queries import analysis, history_inputs
from tongxin.indicators.terms import COLUMNS, UnsoundHistoryError
from tongxin.web import console
from tongxin.web.console import environment
from tongxin.web.console.commands import exporting
from tongxin.web.secrets import Secrets

ZONE = ZoneInfo("Asia/Shanghai")
SECRETS = ["王某某甲", "13900001234", "某某路七号三单元", "某人@example.org", "井盖坏了旁边住着某人"]


@pytest.fixture
def exports(city_of_its_own: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run `tongxin export history` against the city of this test."""

    class Database:
        owner_dsn = "of the owner"
        role, password, started = ROLE, Secrets.of(DATA).app_password, False

    monkeypatch.setattr(environment, "open_database", lambda **_: Database)

    def run(folder: str = "out", *words: str) -> dict[str, Any]:
        given = console.build_parser().parse_args(["export", "history", str(tmp_path / folder), *words])
        given.database = Database
        status, said = exporting.history(given)
        return {"status": status, **said}

    run.folder = tmp_path  # type: ignore[attr-defined]
    return run


def history() -> None:
    """Reports, returns and settlings on both sides of a month's end, on time and late."""
    end = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # midnight in the city: December begins
    reported(
        end - timedelta(seconds=1), name=SECRETS[0], phone=SECRETS[1], address=SECRETS[2], text=SECRETS[4]
    )
    reported(end)
    for days in (0, 1, 2, 3, 90):
        case = accepted(NOW)
        cases.settle_cases(
            actor=officer(case.organ), at=NOW + timedelta(days=days), settlements=[settlement(case)]
        )
    case = checked()
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    case = accepted()
    step = Clock.objects.filter(case=case, ended_at=None).exclude(step="").order_by("due_at")[0]
    cases.settle_step(actor=officer(case.organ), at=NOW, number=case.number, clock=step.pk, settlement=settlement(case))  # fmt: skip
    case = reported()
    cases.return_case(
        actor=officer(case.organ), at=NOW, number=case.number, ground=ReturnGround.OUTSIDE_DUTY,
        named="bz/371602/water", note=SECRETS[2],
    )  # fmt: skip


def events(folder: Path) -> list[dict[str, Any]]:
    inputs = history_inputs(folder=folder)
    return [row for name in inputs.files for row in parquet.read_table(folder / name).to_pylist()]


def test_every_step_is_exported_once_in_its_month_of_the_citys_calendar(exports: Any) -> None:
    history()
    said = exports()
    rows = events(exports.folder / "out")
    steps = list(CaseStep.objects.select_related("case").order_by("case_id", "seq"))
    assert said["status"] == 0 and said["rows"] == len(rows) == len(steps)
    assert Counter((r["case"], r["seq"], r["verb"], r["entry"]) for r in rows) == Counter(
        (s.case.number, s.seq, s.verb, s.entry) for s in steps if not s.case.person_help
    )
    for row in rows:
        local = row["at"].astimezone(ZONE)
        assert row["month"] == date(local.year, local.month, 1)
    assert {date(2026, 11, 1), date(2026, 12, 1), date(2027, 2, 1)} == {r["month"] for r in rows}


def test_due_and_handling_are_what_the_clocks_said_when_the_step_was_taken(exports: Any) -> None:
    history()
    exports()
    settled = [r for r in events(exports.folder / "out") if r["verb"] == "settle_case"]
    assert len(settled) == 6
    for row in settled:
        case = Case.objects.get(number=row["case"])
        ended = Clock.objects.filter(case=case, stage="handle", ended_at=row["at"])
        due = min((c.due_at for c in ended), default=None)
        assert row["due"] == due and row["on_time"] == (None if due is None else row["at"] <= due)
        started = min((c.started_at for c in ended), default=case.reported_at)
        assert row["handling"] == (row["at"] - started).total_seconds()
    assert {r["on_time"] for r in settled} >= {True, False}
    (step,) = [r for r in events(exports.folder / "out") if r["verb"] == "settle_step"]
    assert step["on_time"] is True and step["handling"] is None


def test_a_second_export_gives_the_same_bytes_and_a_new_step_changes_its_month_alone(exports: Any) -> None:
    history()
    exports("first"), exports("second")
    first, second = exports.folder / "first", exports.folder / "second"
    names = sorted(p.name for p in first.glob("*.parquet"))
    assert len(names) == 4 and all((first / n).read_bytes() == (second / n).read_bytes() for n in names)
    assert history_inputs(folder=first).digest == history_inputs(folder=second).digest
    reported(datetime(2026, 12, 5, tzinfo=UTC))
    exports("third")
    changed = [n for n in names if (first / n).read_bytes() != (exports.folder / "third" / n).read_bytes()]
    assert changed == ["events-2026-12.parquet"]


def test_nothing_a_reporter_said_and_no_office_is_in_the_files(exports: Any) -> None:
    history()
    exports()
    rows = events(exports.folder / "out")
    assert set(rows[0]) == set(COLUMNS)
    said = json.dumps(rows, ensure_ascii=False, default=str)
    assert not [word for word in SECRETS if word in said]
    assert "person:" not in said and "office:" not in said and "reporter:" not in said
    assert not {s.office for s in CaseStep.objects.exclude(office="")} & {
        v for r in rows for v in r.values() if isinstance(v, str)
    }


def test_help_for_a_person_is_told_without_its_number_by_the_day_alone(exports: Any) -> None:
    case = accepted(NOW)
    with owner_connection() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE cases_case SET person_help = true WHERE id = %s", [case.pk])
    exports()
    own = [r for r in events(exports.folder / "out") if r["matter"] == MATTER and r["case"] is None]
    assert len(own) == 2 and all(r["entry"] is None and r["due"] is None for r in own)
    assert {r["at"].astimezone(ZONE).strftime("%H:%M:%S") for r in own} == {"00:00:00"}


def test_the_manifest_names_hashes_columns_and_a_checkpoint_of_the_ledger(exports: Any) -> None:
    history()
    exports()
    said = json.loads((exports.folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert said["checkpoint"].startswith("tongxin.local/ledger\n") and said["zone"] == "Asia/Shanghai"
    assert list(said["columns"]) == list(COLUMNS)
    assert [f["month"] for f in said["files"]] == ["2026-11", "2026-12", "2027-01", "2027-02"]


def test_one_month_may_be_asked_for_and_a_month_that_is_none_is_refused(exports: Any) -> None:
    history()
    assert exports("one", "--month", "2026-12")["exported"] == 1
    assert [p.name for p in (exports.folder / "one").glob("*.parquet")] == ["events-2026-12.parquet"]
    refused = exports("two", "--month", "2026-13")
    assert refused["status"] == 2 and "YYYY-MM" in refused["reason"]


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (lambda f: (f / "events-2026-11.parquet").write_bytes(b"x"), "events-2026-11.parquet"),
        (lambda f: (f / "events-2026-12.parquet").unlink(), "events-2026-12.parquet"),
        (lambda f: (f / "manifest.json").write_text("{}", encoding="utf-8"), "manifest.json"),
        (lambda f: (f / "manifest.json").unlink(), "manifest.json"),
        (
            lambda f: (f / "manifest.json").write_text(
                '{"form": 1, "zone": "UTC", "files": [{"name": "../x", "sha256": "", "rows": 1}]}',
                encoding="utf-8",
            ),
            "outside",
        ),
    ],
    ids=["altered", "missing", "empty", "none", "outside"],
)
def test_files_that_are_not_what_the_manifest_says_are_refused_by_name(
    exports: Any, fault: Any, named: str
) -> None:
    history()
    exports()
    fault(exports.folder / "out")
    with pytest.raises(UnsoundHistoryError, match=named):
        analysis(folder=exports.folder / "out")


def test_the_command_analyses_without_a_database_and_says_formula_and_inputs(exports: Any) -> None:
    history()
    exports()
    folder = exports.folder / "out"
    code = "import sys; from tongxin.web.console import main; sys.exit(main())"
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("TONGXIN_", "DJANGO_"))}

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", code, *words], env={**bare, **more}, capture_output=True, text=True, check=False)  # fmt: skip

    said = run("analyse", str(folder), "--json")
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert (
        found["inputs"]["digest"] == history_inputs(folder=folder).digest and "R type 7" in found["formula"]
    )
    november = next(r for r in found["rows"] if r["settled"] == 5 and r["month"] == "2026-11-01")
    assert november["judged"] == 5 and november["median"] == 86_400.0
    assert november["p90"] == pytest.approx(86_400 * 2.6)
    few = [r for r in found["rows"] if r["settled"] < 5]
    assert few and all(r["rate"] is r["median"] is r["p90"] is None for r in few)
    text = run("analyse", str(folder))
    assert text.returncode == 0 and found["inputs"]["digest"] in text.stdout and "1.00 d" in text.stdout
    wrong = run("analyse", str(folder), TONGXIN_ANALYTICS="hadoop")
    assert wrong.returncode == 2 and "TONGXIN_ANALYTICS=hadoop" in wrong.stdout
    gone = run("analyse", str(folder / "nowhere"))
    assert gone.returncode == 2 and "manifest" in gone.stdout and "Traceback" not in gone.stderr


def test_server_processes_import_nothing_of_analysis() -> None:
    code = (
        "import sys, django; django.setup(); import tongxin.web.wsgi, tongxin.web.urls; "
        "print([m for m in ('ibis', 'duckdb', 'pyarrow', 'pandas', 'pyspark') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
