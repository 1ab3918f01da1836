"""Every act has a clause in every pack, words in both languages, a test and a page."""

import ast
import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.house.rules.terms import Violation
from tests.house.rules.tree import Tree
from tongxin.acts.registry import Declaration
from tongxin.acts.terms import By

POWER = "add the row `{verb},<clauses>,<note>` with the clauses that found this power; an act without a clause is refused"
NO_ACT = "remove the row, or declare the act; a power nobody can use misleads who reads the list"
WORDS = "the title in Chinese with the title in English beside it, and a first docstring line of both: the table for lawyers"
TESTED = "write the test whose name is the sentence: who does it, what follows, and who is refused"
REACHED = "give it a page or a route (views, api) – or, when a rule of law runs it by itself, let tasks or the console call it"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
PAGES = frozenset({"views", "api", "forms"})
RUNS_BY_ITSELF = ("tongxin.web.console", "tongxin.web.pack", "tongxin.web.tasks")


def powers(declarations: Iterable[Declaration], city: Path) -> list[Violation]:
    """Every pack's powers list founds every act, and names no other."""
    needed = {d.verb for d in declarations if not d.founding}
    known = {d.verb for d in declarations}
    found = []
    for path in sorted(city.glob("*/lists/powers.csv")):
        place = path.relative_to(city.parent).as_posix()
        with path.open(encoding="utf-8", newline="") as lines:
            rows = {row["verb"]: row["clauses"] for row in csv.DictReader(lines)}
        found += [
            Violation(place, f"the act `{verb}` has no clause", POWER.format(verb=verb))
            for verb in sorted(needed)
            if not rows.get(verb, "").strip()
        ]
        found += [
            Violation(place, f"`{verb}` is no act of the house", NO_ACT)
            for verb in sorted(rows.keys() - known)
        ]
    return found


def words(declarations: Iterable[Declaration]) -> list[Violation]:
    """Every act has its title and its explanation in both languages."""
    found = []
    for d in declarations:
        first = (d.explanation.strip().splitlines() or [""])[0]
        if not CHINESE.search(d.title) or not ENGLISH.search(d.title_en) or CHINESE.search(d.title_en):
            found.append(Violation(d.operation, f"the act `{d.verb}` has no title in both languages", WORDS))
        if not CHINESE.search(first) or not ENGLISH.search(d.explanation):
            found.append(
                Violation(d.operation, f"the act `{d.verb}` is not explained in both languages", WORDS)
            )
    return found


def tested(declarations: Iterable[Declaration], tests: Iterable[str]) -> list[Violation]:
    """Every act is mentioned by a test, by its verb or by its operation."""
    said = "\n".join(tests)
    return [
        Violation(d.operation, f"no test mentions the act `{d.verb}`", TESTED)
        for d in declarations
        if not re.search(rf"\b({d.verb}|{_operation(d)})\b", said)
    ]


def test_texts(root: Path) -> list[str]:
    """The text of every test, but for those of the house itself."""
    paths = [*(root / "tests").rglob("*.py"), *(root / "tongxin").glob("*/tests/**/*.py")]
    return [
        path.read_text(encoding="utf-8") for path in paths if (root / "tests" / "house") not in path.parents
    ]


def reached(declarations: Iterable[Declaration], tree: Tree) -> list[Violation]:
    """Every act is reached from a page or a route; one that only the platform does, from its periodic work, the console, or
    within another act of a capability above.
    """
    pages = _names(tree, lambda name, room: room in PAGES or name.startswith("tongxin.web.views"))
    itself = _names(tree, lambda name, room: room == "tasks" or name.startswith(RUNS_BY_ITSELF))
    found = []
    for d in declarations:
        named = {d.verb, _operation(d)}
        if named & pages or (By.PLATFORM in d.by and named & itself):
            continue
        if d.by == {By.PLATFORM} and _called_above(d, tree):
            continue
        who = ", ".join(sorted(by.value for by in d.by))
        found.append(Violation(d.operation, f"the act `{d.verb}` ({who}) is reached from nowhere", REACHED))
    return found


def _called_above(d: Declaration, tree: Tree) -> bool:
    """Whether the operations of another capability call the act: then it runs within theirs."""
    own = d.operation.split(".")[1]
    return any(
        isinstance(node, ast.Call) and getattr(node.func, "id", "") == _operation(d)
        for module in tree.modules
        if module.room == "operations" and module.capability != own
        for node in ast.walk(module.syntax)
    )


def _names(tree: Tree, wanted: object) -> set[str]:
    said: set[str] = set()
    for module in tree.modules:
        if not wanted(module.name, module.room):  # type: ignore[operator]
            continue
        for node in ast.walk(module.syntax):
            if isinstance(node, ast.Name):
                said.add(node.id)
            elif isinstance(node, ast.Attribute):
                said.add(node.attr)
            elif isinstance(node, ast.alias):
                said.add(node.name)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    return said


def _operation(d: Declaration) -> str:
    return d.operation.rpartition(".")[2]


def offered(packages: Sequence[object]) -> list[Violation]:
    """What a live module of operations offers as a function is an act, and is called by keywords."""
    found = []
    for package in packages:
        names = getattr(package, "__all__", None) or [n for n in vars(package) if not n.startswith("_")]
        for name in sorted(names):
            value = getattr(package, name)
            own = getattr(value, "__module__", "").startswith(package.__name__)  # type: ignore[attr-defined]
            if own and callable(value) and not isinstance(value, type) and not hasattr(value, "declaration"):
                found.append(
                    Violation(
                        package.__name__,
                        f"offers `{name}`, which is no act",  # type: ignore[attr-defined]
                        "declare it with @act(…), or do not offer it",
                    )
                )
    return found
