"""The tally equals a full recount at every moment: whatever people do, whoever folds, and whatever is killed."""

import contextlib
import random
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from tests.factories import NOW, a_report, checked, fresh, officer, reported, reporter
from tests.plugin import ROLE, app_connection, owner_connection
from tongxin.acts.terms import ANONYMOUS, Conflict, InvalidInput, Refused
from tongxin.acts.tests.test_sequences import LIKELY, TRIES, WHO
from tongxin.cases import operations as cases
from tongxin.cases import queries, tally, tasks
from tongxin.cases.models import Case, CaseStep
from tongxin.cases.terms import OPEN, ReturnGround, State
from tongxin.web import ground

NOTE = "现场看过，情况属实，请处理"
ZONE = ZoneInfo("Asia/Shanghai")


def referee() -> dict[str, Any]:
    """Every count by plain Python over the rows themselves: nothing of the tally's own text is in it."""
    rows = list(Case.objects.all())
    days = [row.reported_at.astimezone(ZONE).date() for row in rows]
    districts = sorted({row.district for row in rows})
    is_open = [row for row in rows if row.state in OPEN]
    return {
        "states": dict(Counter(row.state for row in rows)),
        "outcomes": dict(Counter(row.outcome for row in rows if row.state == State.CLOSED)),
        "overdue": sum(row.overdue for row in is_open),
        "districts": [
            (
                code,
                sum(row.district == code for row in rows),
                sum(row.district == code for row in is_open),
                sum(row.district == code and row.overdue for row in is_open),
                sum(row.district == code and row.overdue for row in rows),
                sum(row.district == code and row.settled_at is not None for row in rows),
                sum(row.district == code and row.outcome == "fixed" for row in rows),
                sum(row.district == code and row.reopened > 0 for row in rows),
                sum(row.district == code and row.state == State.HUNG for row in rows),
            )
            for code in districts
        ],
        "days": dict(Counter(days)),
        "grids": dict(Counter((row.district, row.path[0]) for row in is_open if row.path)),
        "matters": dict(Counter(row.matter for row in rows if row.matter)),
        "returns": dict(
            Counter(CaseStep.objects.filter(verb="return_case").values_list("organ", "named").iterator())
        ),
    }


def shown() -> dict[str, Any]:
    """The same counts, as the pages read them."""
    rows = queries.standing()
    districts = queries.counts_by_district(rows)
    return {
        "states": queries.counts_by_state(rows),
        "outcomes": queries.counts_by_outcome(rows),
        "overdue": queries.overdue_open(rows),
        "districts": [
            (
                d.district,
                d.total,
                d.open,
                d.overdue_open,
                d.overdue_ever,
                d.settled,
                d.fixed,
                d.reopened,
                d.hung,
            )
            for d in districts
        ],
        "days": dict(queries.reported_per_day(since=NOW.date() - timedelta(days=9_999))),
        "grids": {
            (d.district, grid): n
            for d in districts
            for grid, n in queries.grid_counts(district=d.district).items()
        },
        "matters": queries.reported_often(since=NOW.date() - timedelta(days=9_999)),
        "returns": {(p.organ, p.named): p.count for p in queries.returns_by_pair()},
    }


def unfolded() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_tallydelta")
        return int(cursor.fetchone()[0])  # type: ignore[index]


walks = st.lists(
    st.sampled_from(LIKELY)
    | st.tuples(st.sampled_from(sorted(TRIES)), st.sampled_from(sorted(WHO)))
    | st.sampled_from([("fold", ""), ("duplicate", ""), ("sweep", ""), ("reported", "")]),
    min_size=4,
    max_size=16,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walks)
def test_after_every_act_of_any_history_the_counts_are_those_of_counting_anew(
    walk: list[tuple[str, str]],
) -> None:
    with transaction.atomic():
        case, at = reported(), NOW
        for name, who in walk:
            at += timedelta(hours=9)
            with contextlib.suppress(Refused, Conflict, InvalidInput, IndexError):
                if name == "fold":
                    tally.fold()
                elif name == "duplicate":
                    other = reported(at)
                    desk = officer("bz/hotline", "hotline_clerk")
                    cases.fold_case(actor=desk, at=at, number=other.number, into=case.number, note=NOTE)
                elif name == "sweep":
                    tasks.sweep(at=at + timedelta(days=40))
                elif name == "reported":
                    case = reported(at, lon=None, lat=None, place="371602")
                else:
                    TRIES[name](fresh(case), WHO[who](fresh(case)))
            assert shown() == referee(), name
            assert queries.miscounted() is None, name
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_fold_takes_every_delta_once_and_a_second_one_nothing() -> None:
    case = checked()
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    cases.dispute_case(actor=reporter(case), at=NOW + timedelta(days=3), number=case.number, note="又坏了")
    waiting = unfolded()
    assert waiting > 0 and shown() == referee()
    assert tally.fold() == waiting and unfolded() == 0 and shown() == referee()
    assert tally.fold() == 0 and shown() == referee()


@pytest.mark.django_db
def test_a_fold_that_is_broken_off_has_not_happened() -> None:
    reported()
    waiting = unfolded()
    with transaction.atomic():
        assert tally.fold() == waiting
        assert unfolded() == 0
        transaction.set_rollback(True)
    assert unfolded() == waiting and shown() == referee()


@pytest.mark.django_db
def test_a_batch_changes_a_count_once_and_not_once_for_each_case() -> None:
    tally.fold()
    cases.report_cases(actor=ANONYMOUS, at=NOW, reports=[a_report() for _ in range(20)])
    assert 0 < unfolded() <= 4 and shown() == referee()


@pytest.mark.django_db
def test_an_act_that_moves_no_count_leaves_no_delta() -> None:
    case = reported()
    tally.fold()
    cases.note_case(actor=officer(case.organ), at=NOW, number=case.number, note=NOTE)
    assert unfolded() == 0 and shown() == referee()


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_leaves_no_delta() -> None:
    tally.fold()
    with transaction.atomic():
        reported()
        transaction.set_rollback(True)
    assert unfolded() == 0 and shown() == referee()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "day"), [("2026-11-23T15:59:59Z", 23), ("2026-11-23T16:00:00Z", 24)], ids=["before", "after"]
)
def test_a_day_is_the_citys_and_not_that_of_greenwich(moment: str, day: int) -> None:
    from datetime import datetime

    at = datetime.fromisoformat(moment)
    before = dict(queries.reported_per_day(since=NOW.date()))
    reported(at)
    after = dict(queries.reported_per_day(since=NOW.date()))
    assert {d.day for d in after if after[d] != before.get(d, 0)} == {day}


@pytest.mark.django_db
def test_the_overview_reads_a_bounded_number_of_statements_however_many_cases_there_are(
    client: Any, django_assert_max_num_queries: Any
) -> None:
    client.get("/overview/")  # what the process keeps is read once
    for more in (1, 40):
        cases.report_cases(actor=ANONYMOUS, at=NOW, reports=[a_report() for _ in range(more)])
        with django_assert_max_num_queries(7) as seen:
            assert client.get("/overview/").status_code == 200
        assert not [one["sql"] for one in seen.captured_queries if "cases_case" in one["sql"]]


# ---- Together, and really committed -----------------------------------------------------------------------------------


def _writes(stop: threading.Event, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - which acts are tried is no secret
    with contextlib.closing(connections["default"]):
        while not stop.is_set():
            case = reported(NOW + timedelta(seconds=dice.randrange(200_000)))
            for name, who in dice.sample(LIKELY, 3):
                with contextlib.suppress(Refused, Conflict, InvalidInput, IndexError):
                    TRIES[name](fresh(case), WHO[who](fresh(case)))


def _folds(stop: threading.Event) -> None:
    with contextlib.closing(connections["default"]):
        while not stop.is_set():
            tally.fold()


def _reads(stop: threading.Event, wrong: list[Any]) -> None:
    with contextlib.closing(connections["default"]):
        while not stop.is_set():
            wrong += [miss for miss in [queries.miscounted()] if miss is not None]


def test_what_many_write_and_fold_at_once_is_counted_once(city_of_its_own: str) -> None:
    """Four write acts, two fold without a pause, one reads: every single read agrees with counting anew in its own snapshot."""
    stop, wrong = threading.Event(), []
    threads = [threading.Thread(target=_writes, args=(stop, seed)) for seed in range(4)]
    threads += [threading.Thread(target=_folds, args=(stop,)) for _ in range(2)]
    threads += [threading.Thread(target=_reads, args=(stop, wrong))]
    for one in threads:
        one.start()
    time.sleep(8)
    stop.set()
    for one in threads:
        one.join()
    assert not wrong and Case.objects.count() > 10
    assert shown() == referee()
    tally.fold()
    assert unfolded() == 0 and shown() == referee()


def test_folding_that_is_killed_again_and_again_loses_and_doubles_nothing(city_of_its_own: str) -> None:
    for _ in range(12):
        reported()
        with app_connection(city_of_its_own) as doomed, owner_connection(city_of_its_own) as owner:
            doomed.autocommit = False
            doomed.execute("SELECT tongxin_tally_fold()")
            owner.execute("SELECT pg_terminate_backend(%s)", [doomed.info.backend_pid])
            with pytest.raises(psycopg.OperationalError):
                _until_gone(doomed)
        assert unfolded() > 0 and shown() == referee()
    tally.fold()
    assert shown() == referee()


def _until_gone(doomed: psycopg.Connection) -> None:
    for _ in range(50):
        doomed.execute("SELECT 1")
        time.sleep(0.05)


def test_the_application_writes_neither_table_but_may_ask_for_a_fold(city_of_its_own: str) -> None:
    refused = [
        "INSERT INTO cases_tally VALUES ('standing', '{x}', 1)",
        "UPDATE cases_tally SET n = n + 1",
        "DELETE FROM cases_tally",
        "TRUNCATE cases_tally",
        "INSERT INTO cases_tallydelta VALUES ('standing', '{x}', 1)",
        "UPDATE cases_tallydelta SET n = 0",
        "DELETE FROM cases_tallydelta",
        "SELECT tongxin_tally_recount()",
        "SELECT tongxin_tally_partition('cases_case', 1)",
        "ALTER TABLE cases_case DISABLE TRIGGER tongxin_tally_insert",
        "CREATE TRIGGER x AFTER INSERT ON cases_tally FOR EACH STATEMENT EXECUTE FUNCTION tongxin_tally_cases()",
    ]
    with app_connection(city_of_its_own) as app:
        for statement in refused:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)  # type: ignore[call-overload]
        assert app.execute("SELECT tongxin_tally_fold()").fetchone() is not None
        app.execute("CREATE TEMP TABLE cases_tallydelta (kind text, key text[], n bigint)")
        app.execute("INSERT INTO pg_temp.cases_tallydelta VALUES ('standing', '{forged}', 7)")
        app.execute("SELECT tongxin_tally_fold()")  # a table of the same name leads nobody astray
        assert app.execute("SELECT count(*) FROM cases_tally WHERE 'forged' = ANY(key)").fetchone() == (0,)


@pytest.mark.parametrize(
    ("table", "function"),
    [("cases_case", "tongxin_tally_cases()"), ("cases_casestep", "tongxin_tally_steps()")],
)
def test_the_application_cannot_count_rows_of_a_table_of_its_own(
    city_of_its_own: str, table: str, function: str
) -> None:
    """A trigger's function works with the owner's rights: whoever may hang it on a table decides what is counted."""
    with app_connection(city_of_its_own) as app:
        app.execute(f"CREATE TEMP TABLE mine (LIKE {table} INCLUDING DEFAULTS)")  # type: ignore[call-overload]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS changed "  # type: ignore[call-overload]
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}"
            )


def test_a_role_that_was_made_anew_has_its_rights_again(city_of_its_own: str) -> None:
    """A dump that is loaded where there is no such role yet brings the tally, and nobody's rights to it."""
    with owner_connection(city_of_its_own) as owner:
        owner.execute(
            sql.SQL(
                "REVOKE ALL ON FUNCTION tongxin_tally_fold() FROM {role}; REVOKE ALL ON cases_tally, cases_tallydelta FROM {role}"
            ).format(role=sql.Identifier(ROLE))
        )
    assert not tally.install(connections["owner"], role=ROLE)
    connections["owner"].close()
    reported()
    assert tally.fold() > 0
    assert shown() == referee()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE cases_tally SET n = n + 1 WHERE kind = 'standing' AND key[2] = 'dispatched'", "dispatched"),
        ("DELETE FROM cases_tally WHERE kind = 'returns'", "returns"),
        ("INSERT INTO cases_tallydelta VALUES ('day', '{2026-11-23,nowhere}', 3)", "nowhere"),
        ("ALTER TABLE cases_case DISABLE TRIGGER tongxin_tally_update", "standing"),
    ],
    ids=["count", "pair", "delta", "trigger"],
)
def test_a_tally_that_somebody_changed_is_named_by_verification(
    city_of_its_own: str, statement: str, named: str
) -> None:
    case = reported()
    cases.return_case(
        actor=officer(case.organ), at=NOW, number=case.number, ground=ReturnGround.OUTSIDE_DUTY,
        named="bz/371602/water", note=NOTE,
    )  # fmt: skip
    case = reported()
    tally.fold()
    ground.sequence_all(at=NOW)
    assert ground.verify()["intact"]
    with owner_connection(city_of_its_own) as owner:
        owner.execute(statement)  # type: ignore[call-overload]
        cases.accept_cases(actor=officer(case.organ), at=NOW, numbers=[case.number])
        ground.sequence_all(at=NOW)
        found = ground.verify()
        assert not found["intact"] and found["first_fault"]["relation"] == "cases_tally"
        assert named in found["first_fault"]["row"]
        _installed()
    assert ground.verify()["intact"]


def _installed() -> None:
    """What the next start of the platform does, after somebody took its mark away."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE cases_tally IS NULL")
    assert tally.install(owner, role=ROLE)
    assert not tally.install(owner, role=ROLE)
    owner.close()


def test_a_database_that_has_cases_already_is_counted_once_when_the_tally_is_installed(
    city_of_its_own: str,
) -> None:
    case = checked()
    with owner_connection(city_of_its_own) as owner:
        for trigger, table in ((name, table) for table, name in tally.TRIGGERS):
            owner.execute(f"DROP TRIGGER {trigger} ON {table}")  # type: ignore[call-overload]
        owner.execute("DROP TABLE cases_tally, cases_tallydelta")
        owner.execute("DROP FUNCTION tongxin_tally_fold, tongxin_tally_recount, tongxin_tally_cases CASCADE")
    connections["owner"].close()
    assert tally.install(connections["owner"], role=ROLE)
    connections["owner"].close()
    assert shown() == referee() and unfolded() == 0
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    assert shown() == referee() and unfolded() > 0


def test_a_month_that_is_taken_off_and_put_back_takes_its_counts_along(city_of_its_own: str) -> None:
    checked()
    with owner_connection(city_of_its_own) as owner, owner.transaction():
        whole = owner.execute(
            "SELECT kind, key, sum(n) FROM cases_tally GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        for table in ("cases_case", "cases_casestep"):
            owner.execute("SELECT tongxin_tally_partition(%s, -1)", [table])
        left = owner.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM ({tally.COUNTED}) t GROUP BY kind, key HAVING sum(n) <> 0) x"
        ).fetchone()
        assert left == (0,) and whole is not None
        for table in ("cases_case", "cases_casestep"):
            owner.execute("SELECT tongxin_tally_partition(%s, 1)", [table])
    assert shown() == referee()
