"""Planted faults: what the harness must find, done by the owner of the tables behind the product's back."""

from collections.abc import Callable

import psycopg

Plant = Callable[[psycopg.Connection, str], None]  # the second: number of an acknowledged case

OF_CASE = "(SELECT id FROM cases_case WHERE number = %(number)s)"


def _run(*statements: str) -> Plant:
    def plant(owner: psycopg.Connection, number: str) -> None:
        owner.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            owner.execute(statement, {"number": number})

    return plant


PLANTS: dict[str, tuple[Plant, str]] = {
    "an acknowledged case deleted, all of it": (
        _run(*(f"DELETE FROM {table} WHERE case_id = {OF_CASE}" for table in ("cases_report", "cases_clock", "cases_assignment")),
             f"DELETE FROM ledger_ledgerentry WHERE id IN (SELECT entry FROM cases_casestep WHERE case_id = {OF_CASE})",
             f"DELETE FROM cases_casestep WHERE case_id = {OF_CASE}",
             "DELETE FROM cases_case WHERE number = %(number)s"),
        "lost: the report",
    ),
    "a report taken twice under two keys": (
        _run("INSERT INTO cases_case SELECT (jsonb_populate_record(c, jsonb_build_object('id', 0, 'number', 'twice', 'client_key', 'twice'))).* "
             "FROM cases_case c WHERE number = %(number)s",
             "INSERT INTO cases_report SELECT (jsonb_populate_record(r, jsonb_build_object('case_id', 0, 'token_digest', 'twice'))).* "
             f"FROM cases_report r WHERE case_id = {OF_CASE}"),
        "duplicated:",
    ),
    "a case under another number than was told": (
        _run("UPDATE cases_case SET number = 'other' WHERE number = %(number)s"),
        "renumbered:",
    ),
    "a step whose ledger entry was left out": (
        _run(f"INSERT INTO cases_casestep SELECT (jsonb_populate_record(s, jsonb_build_object('id', (s.id >> 36) << 36, 'seq', 99, 'entry', 0))).* "
             f"FROM cases_casestep s WHERE case_id = {OF_CASE} AND seq = 1"),
        "a step without its ledger entry",
    ),
    "an entry whose step was left out": (
        _run(f"DELETE FROM cases_casestep WHERE case_id = {OF_CASE} AND seq = 1"),
        "a ledger entry without its one step",
    ),
    "half a case: no clock": (
        _run(f"DELETE FROM cases_clock WHERE case_id = {OF_CASE}"),
        "a case without its report",
    ),
    "half a case: no report": (
        _run(f"UPDATE cases_report SET case_id = -1 WHERE case_id = {OF_CASE}"),
        "a case without its report",
    ),
    "a clock that fired twice": (
        _run(f"UPDATE cases_clock SET escalations = 2, passed_at = due_at WHERE case_id = {OF_CASE}"),
        "a clock that fired more than once",
    ),
    "a clock that fired and told nobody": (
        _run(f"UPDATE cases_clock SET escalations = escalations + 1, passed_at = due_at WHERE case_id = {OF_CASE} AND stage = 'handle'"),
        "a clock whose steps are not as many",
    ),
    "a notice that was lost": (
        _run(f"DELETE FROM acts_notice WHERE entry IN (SELECT entry FROM cases_casestep WHERE case_id = {OF_CASE})"),
        "a notice that is missing",
    ),
    "a notice that stands twice": (
        _run("INSERT INTO acts_notice SELECT (jsonb_populate_record(n, jsonb_build_object('id', (n.id >> 36) << 36))).* FROM acts_notice n "
             f"WHERE entry IN (SELECT entry FROM cases_casestep WHERE case_id = {OF_CASE} AND seq = 1) LIMIT 1"),
        "a notice that stands twice",
    ),
    "a checkpoint dated before the one it follows": (
        _run("UPDATE ledger_ledgercheckpoint SET at = '2000-01-01Z' WHERE size = (SELECT max(size) FROM ledger_ledgercheckpoint)"),
        "a checkpoint that goes back",
    ),
    "a clock that nobody looked at": (
        _run(f"UPDATE cases_clock SET sweep_at = '2000-01-01Z', ended_at = NULL WHERE case_id = {OF_CASE}"),
        "a clock that should have fired",
    ),
}  # fmt: skip
