"""Each fault of docs/faults.md with its outcome, on a real city; and the harness itself, which must be able to fail."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import checks
from tests.faults.city import COMMAND, ROOT, City, Process, copied
from tests.faults.conftest import by_console, is_whole
from tests.faults.load import MATTER, POINT, a_photo
from tests.faults.plants import PLANTS
from tests.faults.rounds import FAULTS, Run
from tests.journeys.test_interfaces import post

pytestmark = pytest.mark.journey
STRACE = shutil.which("strace")


def a_report(**given: object) -> dict[str, object]:
    key = f"drill:{uuid.uuid4()}"
    return {
        "client_key": key,
        "matter": MATTER,
        "lon": POINT[0],
        "lat": POINT[1],
        "text": f"faults {key}",
        **given,
    }


def taken(run: Run, report: dict[str, object]) -> str:
    """Report until it is taken, and remember it as acknowledged; returns its number."""
    for _ in range(200):
        with contextlib.suppress(OSError):
            status, body = post(run.city.base, report)
            if status in (200, 201):
                number = str(body["number"])
                run.result.told.taken[str(report["client_key"])] = ("json", str(report["text"]), number)
                return number
        time.sleep(0.3)
    raise AssertionError("not taken")


def cases_of(run: Run, report: dict[str, object]) -> int:
    with run.city.owner() as owner:
        row = owner.execute("SELECT count(*) FROM cases_report WHERE text = %s", [report["text"]]).fetchone()
    return int(row[0]) if row else -1


# ---- The harness ----------------------------------------------------------------------------------------------------


def test_a_few_rounds_of_kill_lose_nothing_and_double_nothing(loaded: Run) -> None:
    for nth in range(1, 4):
        loaded.round(nth)
    assert loaded.result.findings == []
    assert loaded.result.told.taken and loaded.kept_size


def test_every_planted_fault_is_found(drilled: Run) -> None:
    """In a transaction that is never committed: the checks are read in it."""
    number = taken(drilled, a_report())
    drilled.city.wait(lambda: _sequenced(drilled, number), 60, "not in the tree")
    for name, (plant, words) in PLANTS.items():
        with drilled.city.owner() as owner:
            owner.autocommit = False
            assert checks.found_by(owner, drilled.result.told, late=True) == [], name
            plant(owner, number)
            found = checks.found_by(owner, drilled.result.told, late=True)
            assert any(words in one for one in found), (name, found)
            owner.rollback()


def test_letter_noted_as_sent_that_never_came_and_one_that_came_too_often_are_found(drilled: Run) -> None:
    report = a_report(email="drill@example.org")
    taken(drilled, report)
    drilled.city.wait(lambda: len(drilled.post.letters) > 0, 60, "no letter")
    with drilled.city.owner() as owner:
        drilled.city.wait(lambda: checks.letters_waiting(owner) == 0, 60, "letters wait")
        letters = list(drilled.post.letters)
        assert list(checks.letters_wrong(owner, letters, allowed=drilled.cuts)) == []
        assert "never came" in next(checks.letters_wrong(owner, letters[1:], allowed=99))
        often = [*letters, *[letters[0]] * (drilled.cuts + 1)]
        assert "came again" in next(checks.letters_wrong(owner, often, allowed=drilled.cuts))
        assert "no notice" in next(
            checks.letters_wrong(owner, [*letters, "<notice.0@localhost>"], allowed=99)
        )


def test_a_kept_checkpoint_that_the_rows_no_longer_lead_to_is_found(drilled: Run, tmp_path: Path) -> None:
    drilled._keep_checkpoint("")
    note = drilled.kept[-1]
    (tmp_path / "kept").write_text(note, encoding="utf-8")
    assert drilled.city.tongxin("ledger", "verify", "--kept", str(tmp_path / "kept"))["intact"] is True
    with drilled.city.owner() as owner:
        owner.execute("SET session_replication_role = replica")
        (number, office) = owner.execute(
            "SELECT entry_id, office FROM ledger_ledgerleaf l JOIN ledger_ledgerentry e ON e.id = l.entry_id ORDER BY index LIMIT 1"
        ).fetchone()  # type: ignore[misc]
        owner.execute("UPDATE ledger_ledgerentry SET office = 'x' WHERE id = %s", [number])
        found = drilled.city.tongxin("ledger", "verify", "--kept", str(tmp_path / "kept"), check=False)
        owner.execute("UPDATE ledger_ledgerentry SET office = %s WHERE id = %s", [office, number])
    assert found["intact"] is False
    assert drilled.city.tongxin("ledger", "verify", "--kept", str(tmp_path / "kept"))["intact"] is True


def _sequenced(run: Run, number: str) -> bool:
    with run.city.owner() as owner:
        row = owner.execute(
            "SELECT count(*) FROM ledger_ledgerleaf l JOIN ledger_ledgercontent c ON c.entry_id = l.entry_id WHERE c.subject = %s",
            [f"case:{number}"],
        ).fetchone()
    return bool(row and row[0])


def test_a_run_ends_the_same_things_in_the_same_order_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[tuple[str, float]]:
        dice = random.Random(seed)
        return [
            (dice.choices(list(FAULTS), [w for w, _ in FAULTS.values()])[0], dice.random()) for _ in range(50)
        ]

    assert drawn(1) == drawn(1) != drawn(2)
    assert {name for name, _ in drawn(1)} == set(FAULTS)


# ---- The database ---------------------------------------------------------------------------------------------------


def test_database_restarted_in_order_under_load_is_waited_for(loaded: Run) -> None:
    city = loaded.city
    before = loaded._taken()
    city.wait(lambda: loaded._taken() > before + 5, 60, "no load")
    assert city.tongxin("stop") is not None
    assert city.postmaster() == []
    status, body = post(city.base, a_report())
    assert status == 503 and body["error"]["reason"]  # type: ignore[index]
    page_status, page = city.get("/cases/")
    assert page_status == 503 and "数据库正在重启" in page
    city.tongxin("sweep")  # any command that needs the database begins it
    after = loaded._taken()
    city.wait(lambda: loaded._taken() > after + 3, 90, "it does not go on")


def test_no_connection_left_is_answered_in_words_and_over_when_one_is_free(drilled: Run) -> None:
    city, report = drilled.city, a_report()
    with city.owner() as owner:
        owner.execute("ALTER ROLE tongxin_app CONNECTION LIMIT 0")
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tongxin_app'")
        try:
            began = time.monotonic()
            status, body = post(city.base, report)
            assert status == 503 and body["error"]["reason"], (status, body)  # type: ignore[index]
            assert time.monotonic() - began < 25
            assert cases_of(drilled, report) == 0
        finally:
            owner.execute("ALTER ROLE tongxin_app CONNECTION LIMIT -1")
    taken(drilled, report)
    is_whole(drilled)


@contextlib.contextmanager
def a_small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of a few megabytes in memory."""
    folder = Path("/run") / f"tongxin-small-{os.getpid()}"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)], check=False
    )
    if done.returncode:
        folder.rmdir()
        pytest.skip("no file system may be mounted here: only root may, and not in every container")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        with contextlib.suppress(OSError):
            folder.rmdir()


def _fill(folder: Path) -> Path:
    """Take all the room that is left, to the last block."""
    file = folder / "ballast"
    with file.open("ab", buffering=0) as out:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    out.write(b"\0" * size)
    return file


def test_full_disk_is_said_in_words_keeps_nothing_by_half_and_ends_when_there_is_room(
    founded_city: Path,
) -> None:
    with a_small_disk(420) as disk:
        city = City(copied(founded_city, disk / "city"))
        city.log = founded_city.parent.parent / "small.log"
        run = Run(city, founded_city.parent, seed=1, verify=by_console(city, founded_city.parent))
        city.start()
        try:
            taken(run, a_report())
            ballast = _fill(disk)
            answers = _reports_until_refused(run)
            assert {status for status, _ in answers} <= {201, 503, 507}, answers
            status, body = answers[-1]
            assert status in (503, 507) and body["error"]["reason"], answers[-1]  # type: ignore[index]
            assert _photo_refused(city) in (503, 507)
            ballast.unlink()
            city.wait(lambda: city.healthy() and bool(city.postmaster()), 120, "it does not stand again")
            taken(run, a_report())
            is_whole(run)
            assert not [
                one for one in (city.data / "photos").rglob("*") if one.is_file() and one.suffix != ".jpg"
            ]
        finally:
            city.stop()


def _reports_until_refused(run: Run) -> list[tuple[int, dict[str, object]]]:
    answers: list[tuple[int, dict[str, object]]] = []
    for _ in range(400):
        report = a_report(text="faults " + os.urandom(400).hex() + str(uuid.uuid4()))
        try:
            status, body = post(run.city.base, report)
        except OSError:
            continue
        answers.append((status, body))
        if status == 201:
            run.result.told.taken[str(report["client_key"])] = (
                "json",
                str(report["text"]),
                str(body["number"]),
            )
        else:
            break
    return answers


def _photo_refused(city: City) -> int:
    """What is answered to a photo while there is no room; every page before it needs none."""
    from tests.faults.load import TOKEN, Browser

    browser = Browser(city.base)
    page = browser.ask("/report/")[2]
    fields: tuple[tuple[str, dict[str, str]], ...] = (
        ("/report/", {}),
        ("/report/matter/", {"what": MATTER}),
        ("/report/place/", {"address": "人民路 300 号"}),
    )
    for path, given in fields:
        token = TOKEN.search(page)
        if token is None:
            return 503
        status, _, page_after = browser.post(path, token.group(1), given)
        if status >= 500:
            assert "存储空间" in page_after or "数据库" in page_after
            return status
    token = TOKEN.search(page)
    assert token is not None
    photo = a_photo(random.Random(5))
    status, _, said = browser.post("/report/details/", token.group(1), {"text": "满盘"}, photo)
    assert "存储空间" in said or "数据库" in said, (status, said[:500])
    return status


@pytest.mark.skipif(STRACE is None, reason="strace is not installed: fsync cannot be made slow here")
def test_slow_disk_makes_answers_slow_and_nothing_else(loaded: Run) -> None:
    city = loaded.city
    pids = [word for number in city.database() for word in ("-p", str(number))]
    slow = subprocess.Popen(
        [
            str(STRACE),
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=fsync,fdatasync",
            "-e",
            "inject=fsync,fdatasync:delay_enter=300ms",
            *pids,
        ]
    )
    try:
        time.sleep(2)
        if slow.poll() is not None:
            pytest.skip("strace may not attach here")
        before = loaded._taken()
        began = time.monotonic()
        taken(loaded, a_report())
        assert time.monotonic() - began > 0.3, "the commit waited for the disk"
        city.wait(lambda: loaded._taken() > before + 5, 120, "nothing goes on")
    finally:
        slow.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            slow.wait(10)
        slow.kill()


def test_disk_that_does_not_answer_for_a_while_is_waited_out(loaded: Run) -> None:
    """Every process of the database stands still, as it does while a disk does not answer."""
    still = [Process(n) for n in loaded.city.database()]
    for one in still:
        one.kill(signal.SIGSTOP)
    time.sleep(5)
    for one in still:
        one.kill(signal.SIGCONT)
    before = loaded._taken()
    loaded.city.wait(lambda: loaded._taken() > before + 5, 90, "it does not go on")


# ---- Several at one work ---------------------------------------------------------------------------------------------


def test_two_more_workers_fight_for_tree_clocks_and_mail_and_nothing_happens_twice(loaded: Run) -> None:
    city = loaded.city
    environment = dict(city.surroundings)
    more = [
        subprocess.Popen([*COMMAND, "work"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    try:
        before, size = loaded._taken(), loaded.kept_size
        for _ in range(3):
            assert "integrated" in city.tongxin("sequence")
            assert "escalated" in city.tongxin("sweep")
        city.wait(lambda: loaded._taken() > before + 10, 120, "no load")
        loaded.look("while three fight")
        assert loaded.result.findings == [] and loaded.kept_size > size
        assert all(one.poll() is None for one in more)
    finally:
        for one in more:
            one.terminate()
        for one in more:
            one.wait(30)
    assert loaded.result.letters_again <= loaded.cuts


# ---- Those outside --------------------------------------------------------------------------------------------------


def _raw(city: City, head: str, sent: bytes) -> None:
    """Send the beginning of a request, and hang up."""
    with socket.create_connection(("127.0.0.1", city.port), timeout=10) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + sent)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_client_that_hangs_up_in_the_middle_leaves_nothing_and_may_send_again(drilled: Run) -> None:
    city = drilled.city
    report = a_report()
    body = json.dumps(report).encode()
    head = f"POST /api/reports HTTP/1.1\nHost: 127.0.0.1:{city.port}\nContent-Type: application/json\nContent-Length: {len(body)}\n\n"
    errors = _errors(city)
    for cut in (0, 1, len(body) // 2, len(body) - 1):
        _raw(city, head, body[:cut])
    time.sleep(1)
    assert cases_of(drilled, report) == 0
    _raw(city, head, body)  # whole, and gone before the answer: it may be taken, once
    taken(drilled, report)
    assert cases_of(drilled, report) == 1
    assert city.healthy() and _errors(city) == errors, city.log.read_text()[-2000:]


def _errors(city: City) -> int:
    return city.log.read_text(errors="replace").count("Traceback")


@pytest.mark.parametrize("how", ["hung up", "short but closed", "half a picture"])
def test_photo_cut_in_half_is_refused_and_nothing_is_kept(drilled: Run, how: str) -> None:
    from tests.faults.load import TOKEN, Browser

    city, browser = drilled.city, Browser(drilled.city.base)
    page = browser.ask("/report/")[2]
    token = TOKEN.search(page)
    assert token is not None
    word = token.group(1)
    for path, given in (
        ("/report/", {}),
        ("/report/matter/", {"what": MATTER}),
        ("/report/place/", {"address": "人民路 300 号"}),
    ):
        assert browser.post(path, word, given)[0] in (302, 303)
    kept = (
        {one for one in (city.data / "photos").rglob("*") if one.is_file()}
        if (city.data / "photos").exists()
        else set()
    )
    photo, edge = a_photo(random.Random(how)), "edge"
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{word}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    ).encode()
    errors = _errors(city)
    if how == "hung up":
        cookies = "; ".join(f"{c.name}={c.value}" for c in browser.jar)
        head = (
            f"POST /report/details/ HTTP/1.1\nHost: 127.0.0.1:{city.port}\nCookie: {cookies}\n"
            f"Content-Type: multipart/form-data; boundary={edge}\nContent-Length: {len(body) + len(photo) + 12}\n\n"
        )
        _raw(city, head, body + photo[: len(photo) // 2])
        time.sleep(1)
    else:
        end = b"" if how == "short but closed" else f"\r\n--{edge}--\r\n".encode()
        status, _, said = browser.ask(
            "/report/details/",
            body + photo[: len(photo) // 2] + end,
            **{"Content-Type": f"multipart/form-data; boundary={edge}"},
        )
        assert status == 400 and "照片" in said, (status, said[:300])
    now = (
        {one for one in (city.data / "photos").rglob("*") if one.is_file()}
        if (city.data / "photos").exists()
        else set()
    )
    assert now == kept
    assert city.healthy() and _errors(city) == errors, city.log.read_text()[-2000:]
