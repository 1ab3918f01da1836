"""Measure figures: `python -m benchmarks [NAME …] [--short] [--runs N] [--json] [--markdown]`, from the checkout's top.

A full run adds to benchmarks/history.jsonl and draws benchmarks/history.svg; the short form writes nothing and fails on a
ratio outside its band, which is what CI asks.
"""

import argparse
import json
import sys
from collections.abc import Mapping

from benchmarks import history, machine, performance
from benchmarks.figure import Figure, Run, result_of, within_band

RUNS, RUNS_SHORT = 5, 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="tongxin bench", description=__doc__)
    parser.add_argument("name", nargs="*", help="figures (all)")
    parser.add_argument("--short", action="store_true", help="less data, shorter spans; fails only outside a figure's band")
    parser.add_argument("--runs", type=int, default=0, help=f"runs of each figure ({RUNS}, short {RUNS_SHORT})")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output and nothing else there")
    parser.add_argument("--markdown", action="store_true", help="only write the table of docs/performance.md anew, from the history")
    given = parser.parse_args()
    from benchmarks import stage  # starts the database's server: only now, when the arguments are right
    from benchmarks.figures import figures

    known = figures()
    if unknown := [name for name in given.name if name not in known]:
        parser.error(f"no figure {', '.join(unknown)}; there are {', '.join(known)}")
    if given.markdown:
        performance.write(known, history.read())
        return 0
    chosen = [known[name] for name in given.name] if given.name else list(known.values())
    chosen.sort(key=lambda figure: max(figure.needs, default=""))
    try:
        return _measured(chosen, given, known)
    finally:
        stage.close()


def _measured(chosen: list[Figure], given: argparse.Namespace, known: Mapping[str, Figure]) -> int:
    say = sys.stderr if given.json else sys.stdout
    lines, outside = [], []
    for figure in chosen:
        before = machine.load()
        print(f"{figure.name}: {figure.words}", file=say, flush=True)
        result = result_of(figure, _runs(figure, given, say))
        conditions = machine.conditions(before)
        lines.append(history.line(figure, result, conditions, short=given.short))
        print(f"  {performance.said(figure, result)}", file=say, flush=True)
        if given.short and not within_band(figure, result):
            outside.append(figure.name)
    if not given.short:
        kept = history.add(lines)
        history.draw(known, kept)
        performance.write(known, kept)
    if given.json:
        print(json.dumps({"figures": lines, "outside": outside}, ensure_ascii=False))
    if outside:
        print(f"outside their band: {', '.join(outside)}", file=sys.stderr)
    return 1 if outside else 0


def _runs(figure: Figure, given: argparse.Namespace, say: object) -> list[Run]:
    from benchmarks.stage import Stage

    here = Stage(short=given.short, data=max(figure.needs, default=""))
    here.enter()
    figure.prepare(here)
    runs = []
    for nth in range(given.runs or (RUNS_SHORT if given.short else RUNS)):
        here.enter()
        run = figure.run(here)
        runs.append(run)
        facts = ", ".join(f"{name} {value}" for name, value in run.facts.items())
        print(
            f"  run {nth + 1}: ours {run.ours:,.4g} {figure.unit}, limit {run.limit:,.4g}"
            f" (load {machine.load():.1f}; {facts})",
            file=say, flush=True,
        )  # type: ignore[call-overload]  # fmt: skip
    return runs


if __name__ == "__main__":
    sys.exit(main())
