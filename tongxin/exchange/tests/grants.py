"""A grant as a delivered application would have made it, for the tests of the person's page."""

import uuid
from datetime import timedelta

from django.db import connection

from tests.factories import NOW
from tongxin.exchange.models import Grant


def a_grant() -> Grant:
    """An emergency grant (it needs no application) of civil affairs to the police, written as an act would."""
    with connection.cursor() as cursor:
        act = uuid.uuid4()
        cursor.execute(
            "INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
            "VALUES (%s, 'test', 'done', now(), '', '', '', '', '')",
            [act],
        )
        cursor.execute("SELECT set_config('tongxin.act', %s, true)", [str(act)])
        cursor.execute(
            "INSERT INTO exchange_source (item, organ, system, adapter, address, secret, relation, key, key_kind, wait_ms, open) "
            "VALUES ('data:test', 'bz/civil-affairs', '户籍', 'csv_drop', '/x', '', 'x', 'id', 'resident_id', 3000, true) "
            "RETURNING id"
        )
        (source,) = cursor.fetchone()
        cursor.executemany(
            "INSERT INTO exchange_field (source_id, name, label, label_en, personal, sensitive, meaning, ordinal) "
            "VALUES (%s, %s, %s, %s, true, false, '', %s)",
            [(source, "name", "姓名", "name", 0), (source, "address", "住址", "address", 1)],
        )
    return Grant.objects.create(
        number="Q2026-0001", source_id=source, item="data:test", provider="bz/civil-affairs", organ="bz/public-security",
        kind="organ", purpose="handling", manner="interface", fields=["name", "address"], since=NOW,
        until=NOW + timedelta(days=90), calls=10, rows=10, persons=10, state="active", entered_by="person:x", emergency=True,
    )  # fmt: skip
