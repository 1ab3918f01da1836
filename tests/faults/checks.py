"""What must hold after every fault: the clients' own log against the city's rows, and the rows against each other.

Each check is a statement that finds what is wrong. A check that finds nothing says nothing; what the rows should be is
written here a second time, and not taken from the product.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

# Acts on a case that append exactly one step (docs/house.md section 5). The others look at something, or are about no case.
STEPPING = (
    "report_case accept_case return_case dispatch_case rule_case ask_assistance settle_part settle_step settle_case hang_case "
    "unhang_case check_case confirm_case dispute_case lapse_confirmation close_case fold_case note_case attach_evidence pause_case "
    "resume_case request_clock_change decide_clock_change resume_clock"
).split()
TOLD_OF = (
    "accept",
    "handle",
    "assist",
    "check",
    "rule",
)  # stages whose passing is told up the chain, with a step
LATE = "90 seconds"  # a sweep comes every 15 s; a fault may take the one that was due


@dataclass
class Told:
    """What the clients were told, read from their logs."""

    taken: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # key: (channel, text, number)
    open: set[str] = field(default_factory=set)  # meant, and no answer yet
    done: set[tuple[str, int, str]] = field(default_factory=set)  # number, step seen, verb
    doubtful: set[tuple[str, int, str]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    read: dict[Path, int] = field(default_factory=dict)

    def look(self, logs: Iterable[Path]) -> None:
        """Read on where it was left."""
        for log in logs:
            if not log.exists():
                continue
            with log.open("rb") as given:
                given.seek(self.read.get(log, 0))
                for line in given:
                    if not line.endswith(b"\n"):
                        break
                    self.read[log] = self.read.get(log, 0) + len(line)
                    self._take(json.loads(line))

    def _take(self, one: dict[str, Any]) -> None:
        kind, event = one["kind"], one["event"]
        self.counts[f"{kind} {event}"] += 1
        if event in ("wrong", "lost"):
            self.wrong.append(json.dumps(one, ensure_ascii=False)[:400])
        if kind == "report":
            self._take_report(event, one)
        elif kind == "act":
            act = (one["number"], one["seen"], one["verb"])
            if event == "done":
                self.done.add(act)
            elif event in ("unknown", "away"):
                self.doubtful.add(act)

    def _take_report(self, event: str, one: dict[str, Any]) -> None:
        if event == "meant":
            self.open.add(one["key"])
        elif event == "taken":
            self.open.discard(one["key"])
            self.taken[one["key"]] = (one["channel"], one["text"], one["number"])
            if one["doubts"]:
                self.counts["report doubtful"] += 1
                self.counts[
                    "report doubtful, was taken the first time"
                    if one["before"]
                    else "report doubtful, taken later"
                ] += 1
        elif event == "wrong":
            self.open.discard(one["key"])


def reports_lost(owner: psycopg.Connection, told: Told) -> Iterator[str]:
    """Every acknowledged report is one case, of the number that was told."""
    keys = list(told.taken)
    texts, numbers = [told.taken[k][1] for k in keys], [told.taken[k][2] for k in keys]
    rows = owner.execute(
        "SELECT a.text, a.number, count(c.id), min(c.number) FROM unnest(%s::text[], %s::text[]) AS a(text, number) "
        "LEFT JOIN (cases_report r JOIN cases_case c ON c.id = r.case_id) ON r.text = a.text "
        "GROUP BY a.text, a.number HAVING count(c.id) <> 1 OR min(c.number) <> a.number",
        [texts, numbers],
    )
    for text, number, count, found in rows:
        word = "lost" if count == 0 else "duplicated" if count > 1 else "renumbered"
        yield f"{word}: the report {text!r} acknowledged as {number} is {count} case(s), {found}"


def reports_twice(owner: psycopg.Connection, _told: Told) -> Iterator[str]:
    """No report of a client is two cases, acknowledged or not."""
    for text, count in owner.execute(
        "SELECT text, count(*) FROM cases_report WHERE text LIKE 'faults %' GROUP BY text HAVING count(*) > 1"
    ):
        yield f"duplicated: {text!r} is {count} cases"


def acts_lost(owner: psycopg.Connection, told: Told) -> Iterator[str]:
    """Every act that an official was told is done is one step, next after the one that was seen."""
    acts = sorted(told.done)
    rows = owner.execute(
        "SELECT a.number, a.seen, a.verb FROM unnest(%s::text[], %s::int[], %s::text[]) AS a(number, seen, verb) "
        "WHERE (SELECT count(*) FROM cases_casestep s JOIN cases_case c ON c.id = s.case_id "
        "        WHERE c.number = a.number AND s.seq = a.seen + 1 AND s.verb = a.verb) <> 1",
        [[a[0] for a in acts], [a[1] for a in acts], [a[2] for a in acts]],
    )
    for number, seen, verb in rows:
        yield f"lost: {verb} on {number} after step {seen} was acknowledged and is not there"


FINDING: dict[str, str] = {
    "a step without its ledger entry": """
        SELECT s.id, s.verb FROM cases_casestep s
          LEFT JOIN ledger_ledgerentry e ON e.id = s.entry AND e.outcome = 'done' AND e.verb = s.verb
         WHERE e.id IS NULL""",
    "a ledger entry without its one step": """
        SELECT e.id, e.verb, count(s.id) FROM ledger_ledgerentry e
          LEFT JOIN cases_casestep s ON s.entry = e.id LEFT JOIN ledger_ledgercontent c ON c.entry_id = e.id
         WHERE e.outcome = 'done'
           AND (e.verb = ANY(%(stepping)s) OR (e.verb = 'escalate_case' AND c.content->>'stage' = ANY(%(told_of)s)))
         GROUP BY e.id, e.verb HAVING count(s.id) <> 1""",
    "a ledger entry without its content": """
        SELECT e.id, e.verb FROM ledger_ledgerentry e LEFT JOIN ledger_ledgercontent c ON c.entry_id = e.id
         WHERE c.entry_id IS NULL""",
    "a case without its report, its first step or a clock, or with steps missing": """
        SELECT c.number FROM cases_case c
         WHERE NOT EXISTS (SELECT 1 FROM cases_report r WHERE r.case_id = c.id)
            OR NOT EXISTS (SELECT 1 FROM cases_clock k WHERE k.case_id = c.id)
            OR (c.responsible <> '' AND NOT EXISTS (SELECT 1 FROM cases_assignment a WHERE a.case_id = c.id))
            OR (SELECT count(*) FROM cases_casestep s WHERE s.case_id = c.id AND s.seq BETWEEN 1 AND c.steps) <> c.steps
            OR (SELECT max(s.seq) FROM cases_casestep s WHERE s.case_id = c.id) IS DISTINCT FROM c.steps
            OR NOT EXISTS (SELECT 1 FROM cases_casestep s WHERE s.case_id = c.id AND s.seq = 1 AND s.verb = 'report_case')
            OR (SELECT s.to_state FROM cases_casestep s WHERE s.case_id = c.id ORDER BY s.seq DESC LIMIT 1) <> c.state""",
    "a part of a case that is not there": """
        SELECT 'report', r.case_id FROM cases_report r WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = r.case_id)
         UNION ALL SELECT 'clock', k.id FROM cases_clock k WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = k.case_id)
         UNION ALL SELECT 'step', s.id FROM cases_casestep s WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = s.case_id)""",
    "a clock that fired more than once, or before it was due": """
        SELECT k.id, k.stage, k.escalations, k.due_at, k.passed_at FROM cases_clock k
         WHERE k.escalations > 1 OR k.passed_at < k.due_at OR (k.escalations > 0) <> (k.passed_at IS NOT NULL)""",
    "a clock whose steps are not as many as its firings": """
        SELECT c.number, f.fired, s.steps FROM cases_case c
          CROSS JOIN LATERAL (SELECT coalesce(sum(k.escalations), 0) AS fired FROM cases_clock k
                               WHERE k.case_id = c.id AND k.stage = ANY(%(told_of)s)) f
          CROSS JOIN LATERAL (SELECT count(*) AS steps FROM cases_casestep s
                               WHERE s.case_id = c.id AND s.verb = 'escalate_case') s
         WHERE f.fired <> s.steps""",
    "a case closed by time more than once in a row": """
        SELECT s.case_id, s.seq FROM cases_casestep s JOIN cases_casestep p ON p.case_id = s.case_id AND p.seq = s.seq - 1
         WHERE s.verb = 'lapse_confirmation' AND p.verb = 'lapse_confirmation'""",
    "a notice that is missing": """
        SELECT s.id, s.verb FROM cases_casestep s
          JOIN (VALUES ('report_case', 'reported'), ('accept_case', 'accepted'), ('settle_case', 'settled'),
                       ('return_case', 'returned'), ('escalate_case', 'overdue'), ('lapse_confirmation', 'closed'))
               AS must(verb, template) ON must.verb = s.verb
         WHERE NOT EXISTS (SELECT 1 FROM acts_notice n WHERE n.entry = s.entry AND n.template = must.template)""",
    "a notice that stands twice in an inbox": """
        SELECT n.entry, n.recipient, n.template, count(*) FROM acts_notice n
         GROUP BY n.entry, n.recipient, n.template, n.args HAVING count(*) > 1""",
    "a notice of no entry": """
        SELECT n.id FROM acts_notice n WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerentry e WHERE e.id = n.entry)""",
    "a notice noted as sent more than once": """
        SELECT d.notice_id, count(*) FROM acts_delivery d WHERE d.done GROUP BY d.notice_id HAVING count(*) > 1""",
    "a checkpoint that goes back": """
        SELECT a.size, b.size FROM ledger_ledgercheckpoint a JOIN ledger_ledgercheckpoint b ON b.size > a.size AND b.at < a.at""",
    "a leaf twice, or one missing": """
        SELECT max(l.index), count(*), count(DISTINCT l.entry_id) FROM ledger_ledgerleaf l
        HAVING count(*) > 0 AND (max(l.index) + 1 <> count(*) OR count(DISTINCT l.entry_id) <> count(*))""",
}
LATE_ONES: dict[str, str] = {
    "a clock that should have fired long ago": f"""
        SELECT k.id, k.stage, k.sweep_at FROM cases_clock k
         WHERE k.ended_at IS NULL AND k.suspended_at IS NULL AND k.sweep_at < now() - interval '{LATE}'""",
    "an entry that was never put into the tree": f"""
        SELECT e.id, e.verb FROM ledger_ledgerentry e
         WHERE e.recorded_at < now() - interval '{LATE}' AND NOT EXISTS (SELECT 1 FROM ledger_ledgerleaf l WHERE l.entry_id = e.id)""",
}


def rows_wrong(owner: psycopg.Connection, _told: Told, *, late: bool = False) -> Iterator[str]:
    """The rows against each other."""
    for words, query in {**FINDING, **(LATE_ONES if late else {})}.items():
        found = owner.execute(query, {"stepping": STEPPING, "told_of": list(TOLD_OF)}).fetchmany(3)
        for row in found:
            yield f"{words}: {row}"


def letters_wrong(owner: psycopg.Connection, letters: Sequence[str], *, allowed: int) -> Iterator[str]:
    """Mail is sent at least once: what is noted as sent came; a second copy came only where a fault cut between the two.

    `letters` may grow meanwhile: it is read after what was noted, and before what there is to tell.
    """
    noted = {
        f"<notice.{number}@localhost>"
        for (number,) in owner.execute("SELECT notice_id FROM acts_delivery WHERE done AND detail = ''")
    }
    came = Counter(list(letters))
    for letter in sorted(noted - came.keys())[:3]:
        yield f"lost: {letter} is noted as sent and never came"
    copies = sum(count - 1 for count in came.values())
    if copies > allowed:
        yield f"duplicated: {copies} letters came again, at most {allowed} faults cut between a letter and its note"
    notices = {f"<notice.{number}@localhost>" for (number,) in owner.execute("SELECT id FROM acts_notice")}
    for letter in sorted(came.keys() - notices)[:3]:
        yield f"a letter of no notice: {letter}"


def letters_waiting(owner: psycopg.Connection) -> int:
    """Notices that mail still has to try, and whose person left an address."""
    row = owner.execute(
        "SELECT count(*) FROM acts_notice n JOIN cases_case c ON n.recipient = 'reporter:' || c.number "
        "JOIN cases_report r ON r.case_id = c.id AND r.email <> '' "
        "WHERE NOT EXISTS (SELECT 1 FROM acts_delivery d WHERE d.notice_id = n.id AND d.done)"
    ).fetchone()
    return int(row[0]) if row else 0


def photos_wrong(owner: psycopg.Connection, folder: Path) -> Iterator[str]:
    """Every photo that a case names lies in the folder, whole."""
    for (digest,) in owner.execute("SELECT DISTINCT digest FROM cases_photo"):
        file = folder / digest[:2] / f"{digest}.jpg"
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield f"lost: the photo {digest[:12]} is not there whole"


def found_by(owner: psycopg.Connection, told: Told, *, late: bool = False) -> list[str]:
    """Everything that can be seen in the rows."""
    return [
        *reports_lost(owner, told),
        *reports_twice(owner, told),
        *acts_lost(owner, told),
        *rows_wrong(owner, told, late=late),
    ]
