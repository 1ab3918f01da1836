"""What becomes of measured runs: medians, spread, verdicts, the history and its plot, the generated page. Nothing is timed here."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from benchmarks import history, machine, performance
from benchmarks.endurance import growth
from benchmarks.figure import (
    Figure,
    Run,
    as_good,
    facts_of,
    ratio_of,
    reached,
    result_of,
    spread,
    within_band,
)
from benchmarks.load import Answers


def _never(*_given: object) -> Any:
    raise AssertionError("nothing is measured in a test")


RATE = Figure(
    name="things", words="How many things.", unit="things/s", rate=True, asked=1_000, ratio=0.3, band=0.1,
    limit_words="the bare things", prepare=_never, run=_never,
)  # fmt: skip
TIME = replace(RATE, name="wait", unit="ms", rate=False, asked=5, ratio=1.5, band=4)
CONDITIONS = {
    "cpu": "A",
    "cores": 2,
    "memory GB": 8.0,
    "postgresql": "18.6",
    "fsync": "on",
    "load": [0.1, 1.2],
}


def runs(*pairs: tuple[float, float]) -> list[Run]:
    return [Run(ours=ours, limit=limit) for ours, limit in pairs]


def test_the_ratio_is_taken_within_each_run_and_its_median_is_not_that_of_the_medians() -> None:
    result = result_of(RATE, runs((100, 1_000), (900, 1_000), (300, 400)))
    assert (result.ours, result.limit) == (300, 1_000)
    assert result.ratio == 0.75, "300/400, not 300/1,000"
    assert result.runs == 3


def test_without_a_limit_the_ratio_is_to_what_is_asked() -> None:
    assert ratio_of(RATE, Run(ours=500, limit=0)) == 0.5


def test_no_run_is_no_result() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        result_of(RATE, [])


@pytest.mark.parametrize(("values", "expected"), [([10], 0), ([8, 10, 13], 0.5), ([0, 0], 0)])
def test_spread_is_the_distance_of_the_ends_as_part_of_the_median(
    values: list[float], expected: float
) -> None:
    assert spread(values) == expected


def test_facts_are_medians_where_they_are_numbers_and_the_last_word_where_not() -> None:
    found = facts_of(
        [
            Run(ours=1, limit=1, facts={"p99 ms": 9, "plan": "a", "whole": True}),
            Run(ours=1, limit=1, facts={"p99 ms": 1, "plan": "b", "whole": False}),
            Run(ours=1, limit=1, facts={"p99 ms": 2}),
        ]
    )
    assert found == {"p99 ms": 2, "plan": "b", "whole": False}


def test_more_is_better_for_rates_and_less_for_times() -> None:
    assert as_good(RATE, 2, 1) and not as_good(RATE, 1, 2)
    assert as_good(TIME, 1, 2) and not as_good(TIME, 2, 1)


@pytest.mark.parametrize(
    ("figure", "ours", "limit", "all_asked", "in_band"),
    [
        (RATE, 1_000, 2_000, True, True),
        (RATE, 1_000, 5_000, False, True),
        (RATE, 999, 1_000, False, True),
        (RATE, 99, 1_000, False, False),
        (TIME, 5, 4, True, True),
        (TIME, 5, 3, False, True),
        (TIME, 5, 1, False, False),
    ],
)
def test_what_is_asked_and_what_fails_the_short_form_are_two_things(
    figure: Figure, ours: float, limit: float, all_asked: bool, in_band: bool
) -> None:
    result = result_of(figure, runs((ours, limit)))
    assert (reached(figure, result), within_band(figure, result)) == (all_asked, in_band)


# ---- History and plot -------------------------------------------------------------------------------------------------


def a_line(
    figure: Figure = RATE, commit: str = "aaaaaaaaaaaa", ours: float = 500, short: bool = False
) -> dict[str, Any]:
    found = history.line(figure, result_of(figure, runs((ours, 1_000))), CONDITIONS, short=short)
    return {**found, "commit": commit}


def test_a_line_names_figure_commit_and_conditions_and_no_place_of_the_machine() -> None:
    text = json.dumps(history.line(RATE, result_of(RATE, runs((500, 1_000))), CONDITIONS, short=False))
    found = json.loads(text)
    assert (found["figure"], found["ours"], found["ratio"], found["runs"]) == ("things", 500, 0.5, 1)
    assert found["machine"]["fsync"] == "on"
    assert str(Path.cwd()) not in text and "/" not in text.replace("things/s", "")


def test_measuring_a_commit_again_replaces_its_line_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history.add([a_line(), a_line(TIME)], path)
    kept = history.add([a_line(ours=700), a_line(commit="bbbbbbbbbbbb")], path)
    assert [(one["figure"], one["commit"][:1], one["ours"]) for one in kept] == [
        ("wait", "a", 500), ("things", "a", 700), ("things", "b", 500),
    ]  # fmt: skip
    assert history.read(path) == kept


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text('{"figure": "things"}\n{"figure": \n')
    with pytest.raises(ValueError, match=r"history\.jsonl, line 2"):
        history.read(path)


def test_the_plot_has_a_point_for_each_line_and_the_asked_ratio() -> None:
    lines = [a_line(), a_line(commit="bbbbbbbbbbbb", ours=900), a_line(TIME, commit="bbbbbbbbbbbb")]
    drawn = history.plot({"things": RATE, "wait": TIME}, lines)
    root = etree.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}circle")) == 3
    words = [text.text for text in root.findall(f"{space}text")]
    assert "asked 0.3" in words and "asked 1.5" in words and "things: 900 things/s" in words
    first, second = (float(one.attrib["cy"]) for one in root.findall(f"{space}circle")[:2])
    assert second < first, "a higher ratio stands higher"


def test_a_plot_of_nothing_is_still_a_drawing() -> None:
    etree.fromstring(history.plot({"things": RATE}, []))


# ---- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_says_what_was_measured_and_of_the_rest_that_it_was_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = f"# Speed\n\n{performance.BEGIN}\nold\n{performance.END}\nafter\n"
    known = {"things": RATE, "wait": TIME}
    page = performance.page(text, known, [a_line(ours=450)])
    assert (
        "| [things](#things) | ≥ 1,000 things/s, ratio ≥ 0.3 | 450 things/s | 1,000 | 0.45 | 0% | the bare things | see below |"
        in page
    )
    assert "| [wait](#wait) | ≤ 5 ms, ratio ≤ 1.5 | not yet measured |" in page
    assert "old" not in page and page.startswith("# Speed") and page.endswith("after\n")
    assert performance.page(page, known, [a_line(ours=450)]) == page, "writing it twice changes nothing"


def test_what_bounds_a_figure_is_the_sentence_of_its_explanation_that_says_so() -> None:
    text = "Rows are read.\nIt is bounded by the disk, which\nflushes. Another sentence."
    assert performance.bounds(text) == "It is bounded by the disk, which flushes"
    assert performance.bounds("The boundaries of grids.") == "see below"


def test_the_short_form_is_never_shown_as_a_figure() -> None:
    assert "not yet measured" in performance.table({"things": RATE}, [a_line(short=True)])


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="markers"):
        performance.page("# Speed\n", {}, [])


# ---- The machine, the load --------------------------------------------------------------------------------------------


def test_the_machine_is_described_by_what_the_kernel_says() -> None:
    assert machine.cpu_model("processor\t: 0\nmodel name\t: A  Processor 9\n") == "A Processor 9"
    assert machine.memory_gb("MemTotal:       16384000 kB\nMemFree: 1 kB\n") == 15.6
    assert (machine.cpu_model(""), machine.memory_gb("")) == ("", 0.0)


def test_percentiles_are_by_nearest_rank_and_other_answers_than_success_are_errors() -> None:
    answers = Answers(seconds=2, times=[n / 1_000 for n in range(1, 101)])
    answers.statuses.update({200: 98, 503: 2})
    assert (answers.percentile(0.5), answers.percentile(0.99), answers.percentile(1)) == (51, 100, 100)
    assert answers.rate == 50
    assert answers.facts()["errors"] == 2
    answers.processor = {"server": 0.25}
    assert answers.facts()["server processor ms"] == 2.5, "a quarter of a second for a hundred answers"
    assert Answers(seconds=1).percentile(0.99) == 0


def test_processor_time_is_that_of_the_chosen_processes_alone() -> None:
    sum(n * n for n in range(300_000))
    own = machine.processor_of(lambda pid: pid == os.getpid())
    assert own > 0
    assert machine.processor_of(lambda _pid: False) == 0
    assert machine.processor_of(machine.of_group(os.getpgid(0))) >= own


def _minutes(count: int, **last: float) -> list[dict[str, object]]:
    """Minutes of a load run: of one server process, whose memory is that of `last` in the final third."""
    return [
        {"connections": 20, "memory": {"7": last.get("memory", 300.0) if nth >= 2 * count // 3 else 300.0}}
        for nth in range(count)
    ]


def test_a_run_that_held_what_it_had_did_not_grow() -> None:
    assert growth(_minutes(9)) == []


def test_memory_that_grew_from_the_middle_to_the_end_is_named() -> None:
    assert growth(_minutes(9, memory=340.0)) == ["memory of process 7: 300 → 340 MB"]


def test_connections_that_were_not_given_back_are_named() -> None:
    minutes = _minutes(9)
    for nth, minute in enumerate(minutes):
        minute["connections"] = 20 + nth
    assert growth(minutes) == ["connections 24.0 → 27.0"]


def test_a_process_that_ended_is_named_and_not_taken_for_one_that_holds_nothing() -> None:
    minutes = _minutes(9)
    minutes[-1]["memory"] = {}
    assert growth(minutes) == ["process 7 ended"]
