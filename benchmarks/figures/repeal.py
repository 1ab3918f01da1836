"""A repeal that reaches far: 100,000 bindings of the list of duties, 20,000 of them on the ecological environment code. Ours is
the transaction of the day; the facts say how long the preview took (2 s asked), the confirming, and how soon after midnight,
before anything ran, the next question for a basis was refused. It is bounded, it seems (no profile was taken), by the
writes of the day: each entry that falls idle is written down, with its ledger entry.
"""

import time
from datetime import date, timedelta
from typing import Any

from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tests.factories import officer
from tests.plugin import FOUNDED
from tongxin.acts.terms import PLATFORM, Refused
from tongxin.law import operations as law
from tongxin.law.book import StatuteBook
from tongxin.law.models import Version
from tongxin.law.queries.closings import closings
from tongxin.law.queries.impact import followed, impact
from tongxin.law.queries.standing import states_on
from tongxin.law.terms import NewEffect

ALL, TOUCHED = 100_000, 20_000
CODE, BY, CLAUSE = "cn/ecological-environment-code", "cn/civil-code", "a1260"
REPEAL = date(2026, 12, 1)
FILL = """
INSERT INTO law_listentry (list, code, name, name_en, category, category_en, facts, holder, nature, temporary, valid_from)
SELECT 'duty', 'load-' || n, '职责 ' || n, '', '', '', '{{}}', (ARRAY['ecology','housing','transport','water'])[1 + n % 4],
       'duty', false, '2020-01-01' FROM generate_series(1, {all}) n;
WITH code AS (SELECT c.id, row_number() OVER (ORDER BY c.id) - 1 AS r FROM law_clause c
                JOIN law_version v ON v.id = c.version_id JOIN law_instrument i ON i.id = v.instrument_id
               WHERE i.key = '{code}' AND c.text <> ''),
     rest AS (SELECT c.id, row_number() OVER (ORDER BY c.id) - 1 AS r FROM law_clause c
                JOIN law_version v ON v.id = c.version_id JOIN law_instrument i ON i.id = v.instrument_id
               WHERE i.key <> '{code}' AND c.text <> '' AND v.in_force_from < '2026-11-01'
                 AND (v.in_force_to IS NULL OR v.in_force_to > '2027-01-01')),
     new AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM law_listentry WHERE code LIKE 'load-%')
INSERT INTO law_binding (entry_id, clause_id, mandatory, general, phrase)
SELECT new.id, CASE WHEN new.r < {touched} THEN code.id ELSE rest.id END, true, false, ''
  FROM new JOIN code ON code.r = new.r % (SELECT count(*) FROM code) JOIN rest ON rest.r = new.r % (SELECT count(*) FROM rest)
"""


def prepare(stage: Stage) -> None:
    """Nothing: each run begins with the city as it was founded."""


def run(stage: Stage) -> Run:
    """Preview, confirming, the day; each timed."""
    stage.anew()
    part = 10 if stage.short else 1
    with stage.owner() as owner:
        owner.execute("SET session_replication_role = replica")  # the rows of a benchmark are no acts
        owner.execute(FILL.format(all=ALL // part, code=CODE, touched=TOUCHED // part))
        owner.execute("ANALYZE")
    at = FOUNDED + timedelta(hours=1)
    lawyer = officer("bz/lead", "legal_officer")
    by, code = (Version.objects.filter(instrument__key=key).latest("adopted") for key in (BY, CODE))
    law.begin_day(actor=PLATFORM, at=at)
    new = NewEffect(
        by_key=BY,
        by_adopted=by.adopted,
        by_clause=CLAUSE,
        kind="repeal",
        key=CODE,
        adopted=code.adopted,
        day=REPEAL,
    )
    effect = law.propose_effect(actor=lawyer, at=at, effect=new)
    followed.cache_clear()
    seen, preview = _timed(_preview)
    _, confirming = _timed(
        lambda: law.confirm_effects(actor=lawyer, at=at, effects=[effect], knowing=("does_not_revive",))
    )
    midnight = at + (REPEAL - FOUNDED.date()) - timedelta(hours=9)
    refused = _refused_at(midnight)
    fell, day = _timed(lambda: law.begin_day(actor=PLATFORM, at=midnight))
    facts = {"preview s": round(preview, 3), "confirming s": round(confirming, 3), "refused after ms": round(refused * 1_000, 1),
             "bindings": len(seen.bindings), "entries idle": len(fell)}  # fmt: skip
    return Run(ours=day, limit=0, facts=facts)


def _preview() -> Any:
    found = closings(key=BY, day=REPEAL, today=FOUNDED.date())
    return impact(found=found, states={REPEAL - timedelta(days=1): states_on(day=REPEAL - timedelta(days=1))})


def _refused_at(midnight: Any) -> float:
    """How long the first question after midnight took, which must be refused though nothing ran. RuntimeError otherwise."""
    begins = time.perf_counter()
    try:
        StatuteBook().basis(entries=("duty:load-1",), at=midnight)
    except Refused:
        return time.perf_counter() - begins
    raise RuntimeError("a clause that was repealed at midnight still founds something")


def _timed(work: Any) -> tuple[Any, float]:
    begins = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begins


FIGURE = Figure(
    name="repeal",
    words="The transaction of the day on which a repeal reaches 20,000 of 100,000 bindings.",
    unit="s", rate=False, asked=5, ratio=None, band=3.0,
    limit_words="no limit: the ratio is to what is asked", prepare=prepare, run=run,
)  # fmt: skip
