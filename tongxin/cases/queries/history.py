"""历史：每一步一行，不含个人信息。 History: one row for each step, without personal data, for analysis (docs/decisions/0020).

What a step says in words (`note`, `facts`), who did it (`office`), the exact place, and everything of the report stay out.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg import sql

# The limit that a verb ends. What was due, and from when it was counted, is what its clocks said when they stopped.
ENDS: Final = {
    "accept_case": "accept",
    "rule_case": "rule",
    "settle_case": "handle",
    "settle_step": "handle",
    "settle_part": "assist",
    "check_case": "check",
}
# Help for a person (docs/law-basis.md) is told by the day and without its number: the step cannot be found on a page again.
EVENTS: Final = """
SELECT CASE WHEN c.person_help THEN NULL ELSE c.number END AS "case", s.seq,
       CASE WHEN c.person_help THEN date_trunc('day', s.at, {zone}) ELSE s.at END AS at,
       s.verb, s.organ, s.named, s.ground, s.from_state, s.to_state, c.matter, c.district,
       CASE WHEN c.person_help THEN NULL ELSE k.due_at END AS due, s.at <= k.due_at AS on_time,
       extract(epoch FROM s.at - c.reported_at)::float8 AS since_report,
       CASE WHEN s.verb IN ('settle_case', 'settle_part')
            THEN extract(epoch FROM s.at - coalesce(k.started_at, c.reported_at))::float8 END AS handling,
       c.synthetic, CASE WHEN c.person_help THEN NULL ELSE s.entry END AS entry
  FROM cases_casestep s JOIN cases_case c ON c.id = s.case_id
  LEFT JOIN (SELECT case_id, stage, ended_at, CASE WHEN stage = 'assist' THEN organ ELSE '' END AS organ,
                    min(due_at) AS due_at, min(started_at) AS started_at
               FROM cases_clock WHERE ended_at >= {begins} AND ended_at < {ends} GROUP BY 1, 2, 3, 4) k
    ON k.case_id = s.case_id AND k.ended_at = s.at
   AND k.stage = CASE s.verb {stages} END AND (k.stage <> 'assist' OR k.organ = s.organ)
 WHERE s.at >= {begins} AND s.at < {ends}
 ORDER BY s.case_id, s.seq
"""
COPIED: Final = "COPY ({events}) TO STDOUT (FORMAT csv, HEADER true)"


def history_months(*, zone: str) -> list[date]:
    """有步骤的月份。 The months of the city's own calendar from the first step to the last, each by its first day. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at AT TIME ZONE %s)::date, max(at AT TIME ZONE %s)::date FROM cases_casestep",
            [zone, zone],
        )
        first, last = cursor.fetchone() or (None, None)
    if first is None or last is None:
        return []
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def history_events(*, month: date, zone: str) -> Iterator[bytes]:
    """一个月的步骤。 The steps of a month of the city's own calendar as CSV with a head, in order of case and step.

    month   its first day
    zone    the city's time zone, by its IANA name
    An empty field is NULL, a quoted empty one the empty text; moments are UTC. It comes in pieces, as the database sends
    it: nothing of it is kept here. One statement.
    """
    here = ZoneInfo(zone)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    begins, ends = (datetime(day.year, day.month, 1, tzinfo=here) for day in (month, following))
    stages = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(verb), sql.Literal(stage))
        for verb, stage in ENDS.items()
    )
    events = sql.SQL(EVENTS).format(
        zone=sql.Literal(zone), begins=sql.Literal(begins), ends=sql.Literal(ends), stages=stages
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL(COPIED).format(events=events)) as copy,
    ):
        for piece in copy:
            yield bytes(piece)
