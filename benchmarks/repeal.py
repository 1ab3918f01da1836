"""A repeal that reaches far: 100,000 bindings, 20,000 of them on one code. Preview, the day, and the next statement.

    .venv/bin/python benchmarks/repeal.py

Limits: preview 2 s, the day's transaction 5 s, on two cores. It runs in a database of its own that is dropped at the end.
"""

import sys
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django

from tests import plugin

django.setup()

from django.db import connection  # noqa: E402

from tongxin.acts.terms import PLATFORM, Refused  # noqa: E402
from tongxin.law import operations as law  # noqa: E402
from tongxin.law.book import StatuteBook  # noqa: E402
from tongxin.law.models import Binding, Effect, Version  # noqa: E402
from tongxin.law.queries.closings import closings  # noqa: E402
from tongxin.law.queries.impact import followed, impact  # noqa: E402
from tongxin.law.queries.standing import states_on  # noqa: E402
from tongxin.law.terms import NewEffect  # noqa: E402
from tongxin.web import schema  # noqa: E402
from tongxin.web.console.commands.founding import verbs  # noqa: E402
from tongxin.web.pack import examine_pack  # noqa: E402
from tongxin.web.pack.load import found_city  # noqa: E402
from tongxin.web.secrets import Secrets  # noqa: E402

ALL, TOUCHED = 100_000, 20_000
CODE, BY = "cn/ecological-environment-code", "cn/civil-code"
REPEAL = date(2026, 12, 1)
LIMITS = {"preview": 2.0, "the day": 5.0}


def found() -> None:
    with plugin.admin() as owner:
        owner.execute(f'CREATE DATABASE "{plugin.TEMPLATE}"')
    plugin.use(plugin.TEMPLATE)
    schema.prepare(role=plugin.ROLE, password=Secrets.of(plugin.DATA).app_password)
    pack, faults = examine_pack(
        plugin.ROOT / "city" / "binzhou", verbs=verbs(), on=plugin.FOUNDED.date(), parse_all_law=True
    )
    assert pack is not None, faults
    found_city(pack=pack, at=plugin.FOUNDED)


def fill() -> None:
    """Entries of the list of duties, one binding each: 20,000 on clauses of the code, 80,000 on all other texts in force."""
    with plugin.owner_connection() as owner:
        owner.autocommit = False
        owner.execute("SET session_replication_role = replica")  # the rows of a benchmark are no acts
        owner.execute(
            f"""
            INSERT INTO law_listentry (list, code, name, name_en, category, category_en, facts, holder, nature, temporary, valid_from)
            SELECT 'duty', 'load-' || n, '职责 ' || n, '', '', '', '{{}}', (ARRAY['ecology','housing','transport','water'])[1 + n % 4],
                   'duty', false, '2020-01-01' FROM generate_series(1, {ALL}) n;
            WITH code AS (SELECT c.id, row_number() OVER (ORDER BY c.id) - 1 AS r, count(*) OVER () AS k FROM law_clause c
                            JOIN law_version v ON v.id = c.version_id JOIN law_instrument i ON i.id = v.instrument_id
                           WHERE i.key = '{CODE}' AND c.text <> ''),
                 rest AS (SELECT c.id, row_number() OVER (ORDER BY c.id) - 1 AS r, count(*) OVER () AS k FROM law_clause c
                            JOIN law_version v ON v.id = c.version_id JOIN law_instrument i ON i.id = v.instrument_id
                           WHERE i.key <> '{CODE}' AND c.text <> '' AND v.in_force_from < '2026-11-01'
                             AND (v.in_force_to IS NULL OR v.in_force_to > '2027-01-01')),
                 new AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM law_listentry WHERE code LIKE 'load-%')
            INSERT INTO law_binding (entry_id, clause_id, mandatory, general, phrase)
            SELECT new.id, CASE WHEN new.r < {TOUCHED} THEN code.id ELSE rest.id END, true, false, ''
              FROM new JOIN code ON code.r = new.r % (SELECT max(k) FROM code)
                       JOIN rest ON rest.r = new.r % (SELECT max(k) FROM rest);
            """
        )
        owner.commit()
        owner.autocommit = True
        owner.execute("ANALYZE")


def timed(name: str, run: object) -> object:
    begins = time.perf_counter()
    result = run()  # type: ignore[operator]
    took = time.perf_counter() - begins
    limit = LIMITS.get(name)
    verdict = (
        "" if limit is None else ("  within" if took <= limit else "  OVER") + f" the limit of {limit:.0f} s"
    )
    print(f"{name:<28} {took:8.3f} s{verdict}", flush=True)
    return result


def preview() -> object:
    seen = closings(key=BY, day=REPEAL, today=plugin.FOUNDED.date())
    return impact(found=seen, states={REPEAL - timedelta(days=1): states_on(day=REPEAL - timedelta(days=1))})


def main() -> None:
    found()
    at = plugin.FOUNDED + timedelta(hours=1)
    timed("filling", fill)
    from tests.factories import officer

    lawyer = officer("bz/lead", "legal_officer")
    by, code = (Version.objects.filter(instrument__key=key).latest("adopted") for key in (BY, CODE))
    law.begin_day(actor=PLATFORM, at=at)
    effect = law.propose_effect(
        actor=lawyer, at=at,
        effect=NewEffect(by_key=BY, by_adopted=by.adopted, by_clause="a1260", kind="repeal", key=CODE, adopted=code.adopted, day=REPEAL),
    )  # fmt: skip
    resting = Binding.objects.filter(clause__version=code, valid_to=None).count()
    print(f"bindings {Binding.objects.count()}, on the code {resting}")
    moved = timed("preview", preview)
    followed.cache_clear()
    timed("preview", preview)
    print(
        f"  bindings moved {len(moved.bindings)}, entries idle {len(moved.idle)}, citations {len(moved.citations)}"
    )  # type: ignore[attr-defined]
    timed("as JSON", moved.as_json)  # type: ignore[attr-defined]
    timed(
        "confirming",
        lambda: law.confirm_effects(actor=lawyer, at=at, effects=[effect], knowing=("does_not_revive",)),
    )
    assert Effect.objects.get(pk=effect).state == "confirmed"
    midnight = at + (REPEAL - plugin.FOUNDED.date()) * 1 - timedelta(hours=9)
    book, ref = StatuteBook(), "duty:load-1"
    book.basis(entries=(ref,), at=midnight - timedelta(seconds=1))
    begins = time.perf_counter()
    try:
        book.basis(entries=(ref,), at=midnight)
    except Refused as refusal:
        print(
            f"at 00:00, before anything ran: {refusal.code} after {(time.perf_counter() - begins) * 1000:.1f} ms"
        )
    fell = timed("the day", lambda: law.begin_day(actor=PLATFORM, at=midnight))
    print(f"  entries fell idle {len(fell)}")  # type: ignore[arg-type]


if __name__ == "__main__":
    try:
        main()
    finally:
        connection.close()
        plugin.drop_database(plugin.TEMPLATE)
