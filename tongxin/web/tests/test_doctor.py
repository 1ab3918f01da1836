"""诊断。 The doctor: each thing that can be wrong with a deployment is made so, and it names it and the way to mend it."""

import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from tests.factories import NOW, accepted, reported
from tests.plugin import DATA, OWNER, ROLE, owner_connection
from tongxin.web import console, ground, schema
from tongxin.web.clock import now
from tongxin.web.doctor import Finding, State, database, doubt, examined, house, machine
from tongxin.web.secrets import Secrets


def told(found: Iterable[Finding], state: State = State.BROKEN) -> str:
    return "\n".join(str(one) for one in found if one.state is state)


# ---- This machine ---------------------------------------------------------------------------------------------------


def test_secrets_that_others_can_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").touch(mode=0o600)
    assert told(machine.folder(tmp_path)) == ""
    (tmp_path / "secrets.json").chmod(0o644)
    assert f"chmod 600 {tmp_path}/secrets.json" in told(machine.folder(tmp_path))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "TONGXIN_DATA=" in told(machine.folder(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("free", "state"),
    [(2**29, State.BROKEN), (2**30, State.DOUBT), (10 * 2**30 - 1, State.DOUBT), (10 * 2**30, State.WELL)],
)
def test_little_room_is_a_doubt_and_none_is_broken(
    free: int, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert machine.room("data folder", tmp_path).state is state


def test_packages_other_than_pinned_are_named() -> None:
    lock = (
        "django-ninja==1.7.1 \\\n    --hash=sha256:aa\npsycopg[binary,pool]==3.3.9 \\\n    --hash=sha256:bb\n"
    )
    right = {"django-ninja": "1.7.1", "psycopg": "3.3.9"}
    assert told(machine.packages(lock, right)) == ""
    assert "django-ninja missing instead of 1.7.1" in told(machine.packages(lock, {"psycopg": "3.3.9"}))
    assert "psycopg 3.0 instead of 3.3.9" in told(machine.packages(lock, {**right, "psycopg": "3.0"}))


def test_a_setting_that_nothing_reads_is_a_doubt() -> None:
    explained = "| `TONGXIN_HOSTS` | x | y |\n"
    assert told(machine.named({"TONGXIN_HOSTS": "a", "HOME": "/"}, explained), State.DOUBT) == ""
    assert "TONGXIN_HOST" in told(machine.named({"TONGXIN_HOST": "a"}, explained), State.DOUBT)


def test_a_look_that_breaks_is_a_finding_and_stops_no_other() -> None:
    def breaks(_: object) -> list[Finding]:
        raise RuntimeError("password=secret")

    found = examined([("a", breaks), ("b", lambda _: [doubt("b", "seen", "mend")])], at=NOW)
    assert [one.name for one in found] == ["a", "b"] and "RuntimeError" in found[0].seen
    assert "secret" not in str(found[0])


# ---- The database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(city_of_its_own: str) -> Iterable[psycopg.Connection]:
    with owner_connection(city_of_its_own) as opened:
        yield opened


def guarded(owner: psycopg.Connection) -> str:
    return told(
        database.guard(owner, role=ROLE, tables=schema.guarded_tables(), records=schema.record_tables())
    )


def test_a_sound_database_is_sound(owner: psycopg.Connection) -> None:
    assert told(database.server(owner, now())) == ""
    assert guarded(owner) == ""


def test_a_database_that_forgets_at_a_pulled_plug_is_named(owner: psycopg.Connection) -> None:
    owner.execute("SET synchronous_commit = off")
    assert "synchronous_commit is off" in told(database.server(owner, now()))


def test_too_few_connections_are_named(owner: psycopg.Connection) -> None:
    assert told(database.connections(owner, 24)) == ""
    assert "max_connections" in told(database.connections(owner, 500))


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP TRIGGER tongxin_guard_update ON cases_case", "1 of"),
        ("ALTER TABLE cases_case DISABLE TRIGGER tongxin_guard_insert", "1 of"),
        ("GRANT UPDATE ON cases_casestep TO {role}", "cases_casestep"),
        ("ALTER TABLE cases_photo OWNER TO {role}", "owns 1 tables"),
    ],
)
def test_a_guard_that_was_taken_away_is_named(owner: psycopg.Connection, statement: str, named: str) -> None:
    owner.execute(statement.format(role=f'"{ROLE}"'))
    assert named in guarded(owner)


def test_a_role_that_is_not_there_is_named(owner: psycopg.Connection) -> None:
    found = database.guard(owner, role="nobody_here", tables=[], records=[])
    assert "no role nobody_here" in told(found)


# ---- At work --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_worker_that_stands_still_is_named() -> None:
    case = accepted()
    ground.sequence_all(at=NOW)
    reported()
    moment = now()
    assert "entries wait for the tree" not in told(house.worker(moment))
    assert "limits fell due" not in told(house.worker(NOW))
    late = told(house.worker(moment + timedelta(minutes=5)))
    assert "entries wait for the tree" in late
    assert "limits fell due" in told(house.worker(case.reported_at + timedelta(days=90)))


@pytest.mark.django_db
def test_tables_and_city_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "is_current", lambda **_: True)
    assert told(house.tables(NOW)) == ""
    monkeypatch.setattr(house, "is_founded", lambda: False)
    assert "load-city" in told(house.tables(NOW))
    monkeypatch.setattr(schema, "is_current", lambda **_: False)
    assert "tongxin migrate" in told(house.tables(NOW))


@pytest.mark.django_db
def test_witnesses_that_saw_nothing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "none is set" in told(house.worker(NOW), State.DOUBT)
    monkeypatch.setattr(house.witnessing, "witnesses", lambda: ["one"])
    assert "nothing newer has been cosigned (never)" in told(house.worker(NOW))


@pytest.mark.parametrize(
    ("demo", "hosts", "https", "origins", "state", "named"),
    [
        (True, ["city.example"], True, ["https://city.example"], State.BROKEN, "TONGXIN_DEMO"),
        (True, ["localhost"], False, [], State.BROKEN, ""),
        (False, ["*"], False, [], State.BROKEN, "TONGXIN_HOSTS"),
        (False, ["city.example"], False, [], State.BROKEN, "TONGXIN_HTTPS=1"),
        (False, ["city.example"], True, [], State.BROKEN, "TONGXIN_ORIGINS"),
        (False, ["city.example"], True, ["https://city.example"], State.WELL, "by HTTPS"),
        (False, ["localhost"], False, [], State.DOUBT, "this machine's names alone"),
    ],
)
def test_a_door_that_stands_open_is_named(
    demo: bool, hosts: list[str], https: bool, origins: list[str], state: State, named: str, settings: object
) -> None:
    for name, value in (
        ("DEMO", demo),
        ("ALLOWED_HOSTS", hosts),
        ("BEHIND_PROXY", https),
        ("CSRF_TRUSTED_ORIGINS", origins),
    ):
        setattr(settings, name, value)
    found = told(house.door(NOW), state)
    assert named in found and (named or found == "")


def _greeting(words: bytes) -> int:
    opened = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with opened, opened.accept()[0] as one:
            one.sendall(words)

    threading.Thread(target=answer, daemon=True).start()
    return int(opened.getsockname()[1])


def test_a_mail_server_that_is_none_is_named(settings: object) -> None:
    settings.EMAIL_HOST = "127.0.0.1"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = _greeting(b"220 mail\r\n")  # type: ignore[attr-defined]
    assert told(house.mail(NOW)) == ""
    settings.EMAIL_PORT = _greeting(b"HTTP/1.1 400\r\n")  # type: ignore[attr-defined]
    assert "does not greet" in told(house.mail(NOW))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = probe.getsockname()[1]  # type: ignore[attr-defined]
    assert "is not reached" in told(house.mail(NOW))


def test_months_that_were_not_made_ahead_are_named(owner: psycopg.Connection) -> None:
    assert told(house.parts(owner)) == ""
    name = owner.execute(
        "SELECT max(relname) FROM pg_class WHERE relname ~ '^acts_notice_[0-9]{4}_[0-9]{2}$'"
    ).fetchone()[0]
    owner.execute(f"DROP TABLE acts_delivery_{name.removeprefix('acts_notice_')}; DROP TABLE {name}")
    assert f"acts_notice {name.removeprefix('acts_notice_')}" in told(house.parts(owner))


def test_nothing_archived_is_a_doubt_and_a_failing_archive_is_broken(owner: psycopg.Connection) -> None:
    assert "a lost disk" in told(house.archiving(owner), State.DOUBT)


# ---- The command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    monkeypatch.setattr(os, "environ", dict(os.environ))

    def here(data: str, dsn: str) -> None:
        os.environ.update(TONGXIN_DATA=data, TONGXIN_DSN=dsn)

    return here


def test_the_command_says_what_is_wrong_in_an_empty_folder_and_makes_nothing(
    tmp_path: Path, surroundings: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    surroundings(str(tmp_path), "")
    assert console.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "does not run" in said and "→ tongxin up" in said
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_that_a_database_is_not_reached_without_its_password(
    surroundings: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    surroundings(str(DATA), "postgresql://owner:a-password@127.0.0.1:1/tongxin")
    assert console.main(["doctor", "--json"]) == 1
    said = capsys.readouterr().out
    assert "not reached" in said and "a-password" not in said


def test_a_connection_string_that_is_none_is_named_without_its_password(
    surroundings: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    surroundings(str(DATA), "postgresql//owner:a-password@127.0.0.1:1/tongxin")
    assert console.main(["doctor", "--json"]) == 1
    said = capsys.readouterr()
    found = {one["name"]: one for one in json.loads(said.out)["findings"]}
    assert "TONGXIN_DSN" in found["database"]["seen"] and "a-password" not in said.out + said.err
    assert console.main(["migrate"]) == 1
    said = capsys.readouterr()
    assert "TONGXIN_DSN" in said.err and "a-password" not in said.out + said.err


def test_the_command_looks_at_everything(
    owner: psycopg.Connection,
    city_of_its_own: str,
    surroundings: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    surroundings(str(DATA), psycopg.conninfo.make_conninfo(OWNER, dbname=city_of_its_own))
    owner.execute("DROP TRIGGER tongxin_guard_insert ON cases_case")
    assert console.main(["doctor", "--json"]) == 1
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert found["guard"]["mend"] == "tongxin migrate"
    assert found["postgresql"]["state"] == "well" and found["clock"]["state"] == "well"
    assert {
        "packages",
        "settings",
        "connections",
        "tables",
        "worker",
        "archiving",
        "door",
        "mail",
    } <= found.keys()


def test_on_a_machine_that_knows_the_application_alone_the_same_is_looked_at_with_its_eyes(
    city_of_its_own: str,
    surroundings: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    app = psycopg.conninfo.make_conninfo(
        OWNER, dbname=city_of_its_own, user=ROLE, password=Secrets.of(DATA).app_password
    )
    surroundings(str(tmp_path), "")
    shutil.copy(DATA / "secrets.json", tmp_path)
    for name in ("TONGXIN_DSN", "TONGXIN_OWNER_DSN"):
        os.environ.pop(name, None)
    os.environ["TONGXIN_APP_DSN"] = app
    console.main(["doctor", "--json"])
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    # No worker runs beside this test: what waits for one grows as late as the suite comes to it.
    waits_for_a_worker = {"worker", "limits"}
    assert not [
        one for one in found.values() if one["state"] == "broken" and one["name"] not in waits_for_a_worker
    ]
    assert found["months"]["state"] == "doubt" and "TONGXIN_DSN" in found["months"]["mend"]
    assert {found[name]["state"] for name in ("postgresql", "tables", "guard", "role")} == {"well"}
