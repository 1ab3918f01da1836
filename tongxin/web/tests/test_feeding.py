"""Feeding files of reports: CSV and NDJSON, twice, cut short, and with what cannot be used named by line and field."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.factories import INSIDE, MATTER
from tongxin.acts.terms import ANONYMOUS
from tongxin.cases.models import Case, CaseStep, Report
from tongxin.cases.operations import report_cases
from tongxin.ledger.models import LedgerEntry
from tongxin.web.console.commands import feeding
from tongxin.web.console.commands.feed_files import COLUMNS, faults_of

GIVEN: dict[str, Any] = {"matter": MATTER, "lon": INSIDE[0], "lat": INSIDE[1], "text": "管道渗漏"}


def ndjson(folder: Path, *rows: dict[str, Any] | str) -> Path:
    path = folder / "feed.ndjson"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def table(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "feed.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.DictWriter(out, COLUMNS)
        lines.writeheader()
        lines.writerows(rows)
    return path


def test_both_kinds_of_file_make_the_same_cases(city_of_its_own: str, tmp_path: Path) -> None:
    rows = [{**GIVEN, "client_key": f"k-{n}", "reported_at": "2026-11-23T09:30:00+08:00"} for n in range(3)]
    assert feeding.take(table(tmp_path, *rows)).cases == 3
    again = feeding.take(ndjson(tmp_path, *rows))
    assert (again.cases, again.repeated, again.rejected) == (0, 3, 0)  # the same said otherwise is the same
    assert Report.objects.filter(text="管道渗漏").count() == 3


def test_each_row_has_an_entry_of_its_own(city_of_its_own: str, tmp_path: Path) -> None:
    rows = [{**GIVEN, "client_key": f"k-{n}"} for n in range(7)]
    feeding.take(ndjson(tmp_path, *rows))
    entries = set(CaseStep.objects.values_list("entry", flat=True))
    assert len(entries) == 7 == LedgerEntry.objects.filter(verb="report_case", pk__in=entries).count()


def test_a_row_of_an_ndjson_file_that_cannot_be_taken_is_named_by_line_and_field(
    city_of_its_own: str, tmp_path: Path
) -> None:
    rows = [
        {**GIVEN, "client_key": "good"},
        {**GIVEN, "client_key": "a", "lon": "118.0"},
        {**GIVEN, "client_key": "b", "text": 5},
        {**GIVEN, "client_key": "c", "colour": "red"},
        {**GIVEN},
        {**GIVEN, "client_key": "d", "reported_at": "yesterday"},
        {**GIVEN, "client_key": "e", "channel": "pigeon"},
        {**GIVEN, "client_key": "f", "lat": 0.0, "lon": 0.0},
        {**GIVEN, "client_key": "g", "lat": True},
        {**GIVEN, "client_key": "h", "matter": "nothing"},
    ]
    found = feeding.take(ndjson(tmp_path, *rows)).result
    assert (found["cases"], found["rejected"], found["rows"]) == (1, 9, 10)
    named = {line: reason["field"] for reason in found["rejections"] for line in reason["lines"]}
    assert named == {
        2: "lon", 3: "text", 4: "colour", 5: "client_key", 6: "reported_at", 7: "channel", 8: "lat", 9: "lat", 10: "matter",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"client_key": "a"', "line 2: body: not JSON: line 1 column"),
        ("[1, 2]", "line 2: a JSON object is needed"),
        ('{"client_key": "a", "client_key": "b"}', "line 2: client_key: this name stands twice"),
        ('{"client_key": "a", "lon": NaN}', "line 2: body: JSON has no number NaN"),
    ],
)
def test_an_ndjson_file_with_a_line_that_is_no_object_is_refused_whole(
    tmp_path: Path, line: str, said: str
) -> None:
    (found,) = faults_of(ndjson(tmp_path, {**GIVEN, "client_key": "k"}, line))
    assert found.startswith(said)


def test_one_key_twice_in_a_file_is_one_case_and_with_other_content_a_rejection(
    city_of_its_own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "BATCH", 2)
    rows = [{**GIVEN, "client_key": key} for key in ("a", "b", "a", "c", "b")]
    rows.append({**GIVEN, "client_key": "a", "text": "另一件事"})
    found = feeding.take(ndjson(tmp_path, *rows)).result
    assert (found["cases"], found["repeated"], found["rejected"]) == (3, 2, 1)
    assert found["rejections"][0]["field"] == "client_key" and found["rejections"][0]["lines"] == [6]


def test_a_feed_that_was_cut_short_goes_on_from_where_it_was(
    city_of_its_own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "BATCH", 2)
    path = ndjson(tmp_path, *({**GIVEN, "client_key": f"k-{n}"} for n in range(12)))
    taken: list[int] = []

    def cut(**given: Any) -> Any:
        taken.append(1)
        if len(taken) == 3:
            raise OperationalError("the database went away")
        return report_cases(**given)

    with monkeypatch.context() as patch:
        patch.setattr(feeding, "report_cases", cut)
        first = feeding.take(path)
    assert first.stopped is not None and first.stopped["line"] in (3, 5, 7)
    there = Case.objects.count()
    assert 0 < there < 12
    again = feeding.take(path)
    assert (again.cases, again.repeated, again.stopped) == (12 - there, there, None)
    assert Case.objects.count() == CaseStep.objects.count() == 12


def test_the_digests_of_rows_written_in_bulk_are_those_that_verification_works_out(
    city_of_its_own: str, tmp_path: Path
) -> None:
    """Braces, the word null and empty columns in what people write: each way the guard writes a row out, and the same bytes."""
    words = ["{}", ": null", '{"a": null}', "null", "平常的话", '"', "\\", "{ : null }"]
    rows = [
        {**GIVEN, "client_key": f"k-{n}", "text": words[n % len(words)], "name": words[(n + 3) % len(words)]}
        for n in range(80)
    ]
    rows += [{"client_key": "p", "text": ": null", "address": "黄河五路 {1}"}]
    assert feeding.take(ndjson(tmp_path, *rows)).cases == 81
    report_cases(actor=ANONYMOUS, at=feeding.now(), reports=[])
    with connection.cursor() as cursor:
        for name, key in (("cases_case", "id"), ("cases_report", "case_id"), ("cases_clock", "id"), ("cases_casestep", "id"),
                          ("acts_notice", "id"), ("cases_assignment", "id")):  # fmt: skip
            cursor.execute(
                f"SELECT count(*), count(*) FILTER (WHERE u.digest <> sha256(c.salt || convert_to((SELECT jsonb_object_agg(f.key, f.value) "
                f"FROM jsonb_each(to_jsonb(t)) f WHERE jsonb_typeof(f.value) <> 'null')::text, 'UTF8'))) FROM {name} t "
                f"JOIN ledger_ledgerwrite w ON w.relation = '{name}' AND t.{key}::text = ANY(w.keys) "
                f"JOIN ledger_ledgercontent c ON c.entry_id = w.entry_id "
                f"CROSS JOIN LATERAL unnest(w.keys, w.digests) AS u(key, digest) WHERE u.key = t.{key}::text"
            )
            told, wrong = cursor.fetchone()
            cursor.execute(f"SELECT count(*) FROM {name}")
            assert told == cursor.fetchone()[0] and wrong == 0, name
