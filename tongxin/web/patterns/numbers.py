"""数与图用的部件。 Components for numbers and charts.

The contexts are what views must hand over; names and events are invented.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tongxin.web.patterns.samples import at
from tongxin.web.patterns.terms import Pick, State


def _table(t: Pick, drawing: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "title": t("各单位办了多少件", "Matters by organ"),
        "columns": [
            {"label": t("单位", "Organ")},
            {"label": t("办结", "Closed"), "unit": t("件", "matters"), "figure": True},
            {"label": t("超期", "Overdue"), "unit": t("件", "matters"), "figure": True},
        ],
        "rows": [
            [{"value": t("城市管理局", "Urban management"), "url": "#o1"}, {"value": 1204, "url": "#c1"}, 31],
            [t("住房城乡建设局", "Housing"), 386, 12],
            [t("水务局", "Water"), {"value": 4, "few": True}, {"value": 0, "few": True}],
        ],
        "as_of": at(11, 22).date(),
        "definition_url": "#definition",
        "download_url": "#csv",
        "note": t("少于 5 件的不比较。", "Fewer than 5 are not compared."),
        "drawing": drawing,
    }


def table_twin(t: Pick) -> Sequence[State]:
    """表与图的各种样子。 States of: table and chart."""
    bars = [
        {"label": t("城市管理局", "Urban management"), "value": 1204},
        {"label": t("住房城乡建设局", "Housing"), "value": 386},
        {"label": t("水务局", "Water"), "value": 4, "few": True},
    ]
    spread = [
        {"label": str(n), "value": v, "over": n > 7}
        for n, v in enumerate((61, 92, 118, 84, 40, 22, 31, 9, 6, 3), 1)
    ]
    dots = [
        {"label": t("暴露垃圾", "Rubbish in the open"), "low": "0.5", "middle": 1, "high": "2.5"},
        {"label": t("井盖", "Manhole covers"), "low": 1, "middle": 3, "high": 9},
    ]
    day, limit = t("天", "days"), t("时限 7 天", "limit 7 days")
    spread_table = {
        "title": t("办一件要几天", "Days to close a matter"),
        "columns": [{"label": t("天数", "Days")}, {"label": t("件数", "Matters"), "figure": True}],
        "rows": [[row["label"], row["value"]] for row in spread],
        "as_of": at(11, 22).date(),
        "drawing": {"kind": "distribution", "unit": day, "rows": spread, "limit": 7, "limit_label": limit},
    }
    dot_table = {
        "title": t("办一件要几天，按事项", "Days to close, by kind of matter"),
        "columns": [
            {"label": t("事项", "Matter")},
            {"label": t("最快一成", "Fastest tenth"), "unit": day, "figure": True},
            {"label": t("一半", "Half"), "unit": day, "figure": True},
            {"label": t("最慢一成", "Slowest tenth"), "unit": day, "figure": True},
        ],
        "rows": [
            [row["label"], Decimal(str(row["low"])), row["middle"], Decimal(str(row["high"]))] for row in dots
        ],
        "as_of": at(11, 22).date(),
        "drawing": {"kind": "dot", "unit": day, "rows": dots, "limit": 7, "limit_label": limit},
    }
    return [
        State(name=t("只有表", "Table alone"), context={"table": _table(t, None)}),
        State(
            name=t("横条与表", "Bars and table"),
            context={"table": _table(t, {"kind": "bar", "unit": t("件", "matters"), "rows": bars})},
        ),
        State(name=t("分布与表", "Distribution and table"), context={"table": spread_table}),
        State(name=t("点与表", "Dots and table"), context={"table": dot_table}),
    ]


def number_with_definition(t: Pick) -> Sequence[State]:
    """一个数的各种样子。 States of: a number."""
    base = {
        "label": t("重开的件", "Matters opened again"),
        "unit": t("件", "matters"),
        "as_of": at(11, 22).date(),
        "definition": t(
            "结案三十天内，因为没办好又打开的件。",
            "Opened again within thirty days of closing because they were not fixed.",
        ),
        "definition_url": "#definition",
        "cases_url": "#cases",
    }
    return [
        State(name=t("有数", "A number"), context={"number": {**base, "value": 1286, "of": 20417}}),
        State(name=t("太少", "Too few"), context={"number": {**base, "value": 3, "of": 11, "few": True}}),
        State(name=t("还没有数", "None yet"), context={"number": {**base, "value": None, "cases_url": ""}}),
    ]
