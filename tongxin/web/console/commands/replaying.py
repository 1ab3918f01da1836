"""回放命令。 The command that runs real past requests through the operations, with the clock of the data."""

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from tongxin.acts.terms import PLATFORM, Actor, By
from tongxin.cases.operations import accept_cases, dispatch_case, report_cases, settle_cases
from tongxin.cases.queries import handling_dues
from tongxin.cases.terms import Channel, NewReport, Receipt, Settlement, State
from tongxin.organs.queries import holders, organs_by_code
from tongxin.places.queries import city
from tongxin.web import replay as past
from tongxin.web.console.commands import founding
from tongxin.web.pack import examine_pack
from tongxin.web.pack.load import found_city

Result = tuple[int, Any]
MOST = 500  # items of one batch


def replay(given: argparse.Namespace) -> Result:
    """回放。 Found the pack's city in a database of its own, then run the file through it."""
    founding.migrate(given)
    folder = Path(given.city) if Path(given.city).is_dir() else settings.ROOT / "city" / given.city
    first = _first_moment(folder, Path(given.file))
    pack, faults = examine_pack(folder, verbs=founding.verbs(), on=first.date(), parse_all_law=True)
    if pack is None:
        return 1, {"faults": [str(fault) for fault in faults]}
    found_city(pack=pack, at=first)
    mapping = _mapping(folder, pack.city.root)
    rows = past.read_table(path=Path(given.file))
    run = _Run()
    tally = past.replay(
        islice(rows, given.limit or None),
        mapping,
        report=run.report,
        settle=run.settle,
        now=time.perf_counter,
    )
    return 0, tally.as_json()


def _mapping(folder: Path, root: str) -> past.ReplayMapping:
    return past.read_mapping(
        path=folder / "replay.toml",
        root=root,
        matters=past.read_matter_names(path=folder / "lists" / "matters.csv"),
    )


def _first_moment(folder: Path, file: Path) -> datetime:
    """数据的第一刻。 The first moment of the data: the city is founded then."""
    mapping = _mapping(folder, "")
    requests, _ = past.parse_rows(past.read_table(path=file), mapping)
    return min(row.opened_at for row in requests).astimezone(UTC)


class _Run:
    """一次回放。 One replay: each day's reports and settlements as batches of acts.

    The lists route; where they are silent, the lead body dispatches, and its decision is the one history records:
    the department that had it. The on-time verdict and the routing figure do not depend on that.
    """

    def __init__(self) -> None:
        self.city = city()
        self.unlisted: set[str] = set()

    def report(self, rows: Sequence[past.ReplayRow]) -> list[past.Routed | past.Rejection]:
        """一日的报告。 One day's reports, then their acceptance by the organs they went to."""
        answers: list[past.Routed | past.Rejection] = []
        for start in range(0, len(rows), MOST):
            answers += self._report(rows[start : start + MOST])
        return answers

    def _report(self, rows: Sequence[past.ReplayRow]) -> list[past.Routed | past.Rejection]:
        at = rows[-1].opened_at
        given = [_new_report(row) for row in rows]
        receipts = report_cases(actor=PLATFORM, at=at, reports=given)
        made = [receipt for receipt in receipts if isinstance(receipt, Receipt)]
        listed = [receipt.number for receipt in made if receipt.state is State.DISPATCHED]
        self.unlisted.update(receipt.number for receipt in made if receipt.state is State.UNLISTED)
        if listed:
            accept_cases(actor=PLATFORM, at=at, numbers=listed)
        dues = handling_dues(numbers=[receipt.number for receipt in made])
        return [
            past.Routed(
                case=r.number, organ=r.lead, in_grid=r.located, due_at=dues.get(r.number, row.target_at)
            )
            if isinstance(r, Receipt)
            else past.Rejection(row_id=row.row_id, reason=r.field)
            for row, r in zip(rows, receipts, strict=True)
        ]

    def settle(self, items: Sequence[past.Settlement]) -> list[datetime | past.Rejection]:
        """一日的办结。 One day's settlements; what no list entry covered is dispatched by the lead body first."""
        answers: list[datetime | past.Rejection] = []
        for start in range(0, len(items), MOST):
            answers += self._settle(items[start : start + MOST])
        return answers

    def _settle(self, items: Sequence[past.Settlement]) -> list[datetime | past.Rejection]:
        at = max(item.settled_at for item in items)
        ready = [item for item in items if item.case not in self.unlisted or self._dispatch(item)]
        if ready:
            settle_cases(
                actor=PLATFORM,
                at=at,
                settlements=[
                    Settlement(
                        number=item.case,
                        note="closed in the source system",
                        done_at=item.settled_at,
                        facts={"document": f"source record {item.row.row_id}"},
                    )
                    for item in ready
                ],
            )
        done = {item.case for item in ready}
        return [
            item.settled_at
            if item.case in done
            else past.Rejection(row_id=item.row.row_id, reason="unlisted")
            for item in items
        ]

    def _dispatch(self, item: past.Settlement) -> bool:
        """牵头机构分派。 The lead body dispatches to the organ that history names; False when the pack has no such organ."""
        organ = item.row.department
        day = item.settled_at.date()
        officers = holders(organ=self.city.lead_body, post=By.LEAD_OFFICER, day=day)
        if organ is None or organ not in organs_by_code(self.city.revision) or not officers:
            return False
        person, office = officers[0]
        dispatch_case(
            actor=Actor(person=person, office=office), at=item.settled_at, number=item.case, organ=organ
        )
        accept_cases(actor=PLATFORM, at=item.settled_at, numbers=[item.case])
        self.unlisted.discard(item.case)
        return True


def _new_report(row: past.ReplayRow) -> NewReport:
    fields = row.report_fields()
    return NewReport(**{**fields, "channel": Channel(fields["channel"])})  # type: ignore[arg-type]
