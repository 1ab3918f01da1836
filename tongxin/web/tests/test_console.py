"""控制台命令。 The console command: nothing is made in a wrong folder, and what cannot be answered is said in a line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError
from psycopg import OperationalError as Unreached
from psycopg.errors import DeadlockDetected, InvalidPassword, QueryCanceled

from tests.plugin import DATA, OWNER
from tongxin.web import console
from tongxin.web.console import cluster

ASKING = [
    ["ledger", "verify"],
    ["law", "cite", "《立法法》第八十一条"],
    ["law", "impact", "立法法"],
    ["law", "citations", "some.md"],
    ["feed", "some.csv"],
    ["account", "some"],
    ["sequence"],
    ["sweep"],
    ["work"],
]


def run(*words: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    return subprocess.run(
        [sys.executable, "-c", "import sys; from tongxin.web.console import main; sys.exit(main())", *words],
        env={**surroundings, "TONGXIN_DATA": str(data), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_asking_in_a_folder_without_a_city_makes_nothing_there(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TONGXIN_DSN", raising=False)
    monkeypatch.setenv("TONGXIN_DATA", str(tmp_path / "var"))
    assert console.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        said.err.count("\n") == 1 and f"no city in {tmp_path}/var" in said.err and "TONGXIN_DATA=" in said.err
    )
    assert list(tmp_path.iterdir()) == []


def test_asking_with_a_database_of_ones_own_makes_no_secrets_in_a_wrong_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGXIN_DSN", OWNER)
    monkeypatch.setenv("TONGXIN_DATA", str(tmp_path / "var"))
    assert console.main(["ledger", "verify"]) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_commands_that_found_or_start_may_make_a_database() -> None:
    parser = console.build_parser()
    founding = [["up"], ["migrate"], ["load-city"], ["replay", "some.csv", "--city", "boston"]]
    assert all(parser.parse_args(words).founds for words in founding)
    assert not any(parser.parse_args(words).founds for words in ASKING)


@pytest.mark.skipif("TONGXIN_DSN" in os.environ, reason="the embedded database is not used")
def test_a_server_started_for_nothing_is_stopped_again_and_no_traceback_is_shown() -> None:
    data = DATA / "without-a-city"
    cluster.ensure(data)
    cluster.stop(data)
    try:
        done = run("ledger", "verify", data=data)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1 and "no city in" in done.stderr
        assert cluster.stop(data) is False
        made = run("migrate", data=data)
        assert made.returncode == 0, made.stderr
        (data / "secrets.json").unlink()  # the application's role has another password than the folder says
        done = run("law", "cite", "《立法法》第八十一条", data=data)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1 and "cannot be reached" in done.stderr
        assert "TONGXIN_DATA=" in done.stderr
    finally:
        cluster.stop(data)


def test_only_a_database_that_is_not_reached_is_called_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(error: Exception) -> int:
        def run(_given: object) -> int:
            raise OperationalError(str(error)) from error

        monkeypatch.setattr(console, "_run", run)
        return console.main(["sweep"])

    for error in (Unreached("refused\nis it running?"), InvalidPassword("no")):
        assert failing(error) == 1
        assert capsys.readouterr().err.count("\n") == 1
    for other in (DeadlockDetected("deadlock"), QueryCanceled("too long")):
        with pytest.raises(OperationalError):
            failing(other)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "field", "zh", "en"),
    [
        (["不存在"], "instrument", "没有叫“不存在”的文件", "there is no instrument called '不存在'"),
        (["环境"], "instrument", "不止一部", "more than one instrument"),
        (["立法法", "--on", "2026-13-01"], "on", "不是日期", "is not a day"),
        (["立法法", "--today", "0001-01-01"], "today", "不是日期", "is not a day"),
    ],
)
def test_an_impact_that_cannot_be_asked_says_which_field_and_why_in_both_languages(
    words: list[str], field: str, zh: str, en: str
) -> None:
    from tongxin.web.console.commands.keeping import impact

    parser = console.build_parser()
    status, said = impact(parser.parse_args(["law", "impact", *words]))
    assert status == 2
    first, *candidates = said.splitlines()
    assert first.startswith(f"{field}: ") and zh in first and " / " in first and en in first
    assert bool(candidates) is (words == ["环境"])
    status, answer = impact(parser.parse_args(["law", "impact", *words, "--json"]))
    assert status == 2
    error = json.loads(json.dumps(answer))["error"]
    assert error["field"] == field and zh in error["reason"] and en in error["reason_en"]
    assert ("candidates" in error) is (words == ["环境"])
