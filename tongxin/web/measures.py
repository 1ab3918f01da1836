"""运行的数字。 What Prometheus is told: requests and acts as they pass, and how the house stands when it asks.

Server processes and the worker count each for itself (`counters.py`), and whichever is asked adds them up. No label names a person, a case or a path: routes, verbs and outcomes alone.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import connection
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from tongxin.cases.queries import clocks_behind
from tongxin.ledger.queries import newest_checkpoint, newest_witnessed, waiting
from tongxin.web.counters import FOLDER

KIND: Final = "text/plain; version=0.0.4; charset=utf-8"


class Standing:
    """此刻的样子。 How the house stands at the moment it is asked, read from the database. Five statements."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """逐项。 Each figure; one that cannot be told (nothing witnessed yet) is left out, and is not nought."""
        newest, behind, witnessed = newest_checkpoint(), waiting(), newest_witnessed()
        told: list[tuple[str, str, float | None]] = [
            ("tongxin_ledger_size", "Entries in the tree.", newest.size if newest else None),
            ("tongxin_ledger_waiting", "Entries that wait for the tree, 10,000 at most.", behind.entries),
            ("tongxin_ledger_waiting_seconds", "How long the oldest of them has waited.", self._age(behind.since) or 0),
            ("tongxin_ledger_checkpoint_age_seconds", "Age of the newest checkpoint.", self._age(newest.at if newest else None)),
            ("tongxin_ledger_witnessed_age_seconds", "Age of the newest cosignature.", self._age(witnessed.at if witnessed else None)),
            ("tongxin_clocks_behind", "Limits that are due and not yet swept, 1,000 at most.", clocks_behind(at=self.at)),
            ("tongxin_database_connections", "Connections to this database.", _connections()),
        ]  # fmt: skip
        for name, words, value in told:
            if value is not None:
                yield GaugeMetricFamily(name, words, value=float(value))

    def _age(self, since: datetime | None) -> float | None:
        return None if since is None else max(0.0, (self.at - since).total_seconds())


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT numbackends FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def told(*, at: datetime) -> bytes:
    """全部数字。 Everything, in the text format of Prometheus, at a moment."""
    if FOLDER:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, FOLDER)  # type: ignore[no-untyped-call]
    else:
        counted = REGISTRY
    standing = CollectorRegistry()
    standing.register(Standing(at))
    return generate_latest(counted) + generate_latest(standing)
