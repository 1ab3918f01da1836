"""语句的计划。 How the database goes about each statement: which of the tables that grow it would read as a whole.

PostgreSQL itself tells the plan of every statement, those within functions and triggers too (its module auto_explain), to the
connection that put it. What pays only where tables are small, reading them whole and joining by it, is forbidden to the planner
meanwhile: where it does so all the same, there is no index that could serve.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

from tests.plugin import ROLE, owner_connection

PART = re.compile(r"_(before|rest|\d{4}_\d{2})$")
SCANS = {"Seq Scan", "Index Scan", "Index Only Scan"}
TOLD = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_level": "notice",
    "auto_explain.log_format": "json",
    "auto_explain.log_nested_statements": "on",
    "enable_seqscan": "off",
    "enable_indexscan": "off",  # what is left, the bitmap, needs a condition to look up
    "enable_indexonlyscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
}


@dataclass(slots=True)
class Plans:
    """听到的计划。 What was heard: for each growing table the statements that would read it as a whole."""

    growing: frozenset[str]
    partial: frozenset[str]  # indexes that hold a part of their table only: what is open, what waits
    heard: int = 0
    whole: dict[tuple[str, str], str] = field(default_factory=dict)

    def hear(self, notice: Any) -> None:
        """听一条。 Take one notice of the database; whatever is no plan is left alone."""
        _, plan, text = (notice.message_primary or "").partition("plan:\n")
        if not plan:
            return
        told = json.loads(text)
        self.heard += 1
        for table, how in self._whole(told["Plan"], limited=False):
            self.whole.setdefault((table, " ".join(told["Query Text"].split())), how)

    def _whole(self, node: dict[str, Any], *, limited: bool) -> Iterator[tuple[str, str]]:
        table = PART.sub("", node.get("Relation Name", ""))
        limited = limited or node["Node Type"] == "Limit"
        if (
            table in self.growing
            and node["Node Type"] in SCANS
            and not node.get("Index Cond")
            and node.get("Index Name") not in self.partial
            and (not limited or "Filter" in node)
        ):
            yield table, f"{node['Node Type']} {node.get('Filter', '')}"
        for below in node.get("Plans", ()):
            yield from self._whole(below, limited=limited)


@contextmanager
def heard(name: str, growing: frozenset[str]) -> Iterator[Plans]:
    """听着。 Hear the plans of everything that the application's role does in this database from now on."""
    with owner_connection(name) as owner:
        for setting, value in TOLD.items():
            owner.execute(f"ALTER ROLE {ROLE} IN DATABASE {name} SET {setting} = '{value}'")
        partial = owner.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indpred IS NOT NULL"
        ).fetchall()
    plans = Plans(growing, frozenset(row[0] for row in partial))

    def opened(connection: Any, **_: Any) -> None:
        connection.connection.add_notice_handler(plans.hear)

    connection_created.connect(opened)
    connection.close()
    try:
        yield plans
    finally:
        connection_created.disconnect(opened)
        connection.close()
