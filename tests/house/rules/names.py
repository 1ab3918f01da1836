"""Names: rooms, words that are not used, cities, sizes, the clock on the wall."""

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.house.rules.imports import unused
from tests.house.rules.terms import (
    CITY_NAMES,
    EXTRA_ROOMS,
    FLOORS,
    FOLDERS,
    FOLDERS_OF_ONE,
    LONGEST_FILE,
    NOT_SAID,
    ROOMS,
    ROOMS_THAT_MAY_BE_PACKAGES,
    ROOT,
    Allowed,
    Violation,
)
from tests.house.rules.tree import Module, Tree, function_of

ROOM = "put it into one of the rooms that every capability has (docs/house.md section 2); the room says what it may touch"
FOLDER = "only terms, rules, models, queries, operations, forms, views and api may grow into a package"
README = "write one page: what it is for (zh, then en), its words, its acts, who reads it"
CITY = "what is true of one city is data: put it into the pack under city/ and read it from there"
SIZE = "look for the second noun hiding inside; a room may become a package whose public names stay the same"
CLOCK = "take the moment as an argument (`at`, `day`); the door reads the clock (views, api, tasks, web)"
READ = "ask a query of the capability (`queries`), and add it there when it is missing"
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}
CLOCK_ROOMS = frozenset({"views", "api", "tasks"})
TEXT = {".py", ".html", ".txt", ".po", ".css", ".js", ".json", ".csv", ".toml", ".md", ".sql", ".svg"}


def rooms(tree: Tree, allowed: Sequence[Allowed] = EXTRA_ROOMS) -> list[Violation]:
    """A capability has the rooms of the house, and its page."""
    found, used = [], set()
    for capability in tree.capabilities:
        folder = tree.root / "tongxin" / capability
        if capability == ROOT or capability not in FLOORS:
            continue
        if not (folder / "README.md").exists():
            found.append(
                Violation(f"tongxin/{capability}/README.md", "the capability has no page of its own", README)
            )
        for path in sorted(folder.iterdir()):
            fault = _fault(path, capability)
            if fault is None:
                continue
            name = f"tongxin.{capability}.{path.stem}"
            if name in {one.where for one in allowed}:
                used.add((name, ""))
            else:
                found.append(Violation(path.relative_to(tree.root).as_posix(), *fault))
    return found + unused([one for one in allowed if one.where in tree.by_name], used)


def _fault(path: Path, capability: str) -> tuple[str, str] | None:
    if path.name.startswith((".", "__pycache__")) or path.name == "README.md":
        return None
    if path.suffix == ".py":
        return None if path.stem in ROOMS else (f"`{path.stem}` is not a room of the house", ROOM)
    if path.is_dir():
        if not any(child.name != "__pycache__" for child in path.iterdir()):
            return None
        if path.name in FOLDERS:
            fits = FOLDERS_OF_ONE.get(path.name, capability) == capability
            return None if fits else (f"`{path.name}` is not a room of `{capability}`", ROOM)
        return (
            None
            if path.name in ROOMS_THAT_MAY_BE_PACKAGES
            else (f"the folder `{path.name}` is not a room", FOLDER)
        )
    return f"the file `{path.name}` has no room here", ROOM


def words(tree: Tree) -> list[Violation]:
    """Names do not use the words that the house does not use."""
    return [
        Violation(module.at(line), f"the name `{name}` says “{word}”", NOT_SAID[word])
        for module in tree.modules
        for line, name in _named(module)
        for word in _words(name)
        if word in NOT_SAID
    ]


def _words(name: str) -> list[str]:
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_")


def _named(module: Module) -> Iterator[tuple[int, str]]:
    """Every name that a module gives: its own, its classes, functions, arguments, variables."""
    yield 1, module.parts[-1]
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.lineno, node.asname


def city_names(root: Path) -> frozenset[str]:
    """The names of the cities under `city/`, as their packs say them, without the word for a city."""
    found = set()
    for path in sorted((root / "city").glob("*/city.toml")):
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        found |= {str(facts[key]) for key in ("code", "name", "name_en") if facts.get(key)}
    return frozenset(re.split(r"\s*[（(]", name)[0].removesuffix("市").casefold() for name in found)


def cities(tree: Tree, names: frozenset[str], allowed: Sequence[Allowed] = CITY_NAMES) -> list[Violation]:
    """Nothing under `tongxin/` names a city that is data under `city/`."""
    found, used = [], set()
    for path in sorted((tree.root / "tongxin").rglob("*")):
        place = path.relative_to(tree.root).as_posix()
        if path.suffix not in TEXT or "/tests/" in place or "__pycache__" in place:
            continue
        for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for name in sorted(names):
                if name not in text.casefold():
                    continue
                if (place, name) in {(one.where, one.what) for one in allowed}:
                    used.add((place, name))
                else:
                    found.append(Violation(f"{place}:{line}", f"names the city “{name}”", CITY))
    return found + unused([one for one in allowed if (tree.root / one.where).exists()], used)


def sizes(tree: Tree) -> list[Violation]:
    """No file is longer than what a reader holds."""
    lengths = ((module, len(module.text.splitlines())) for module in tree.modules)
    return [
        Violation(module.place, f"{count} lines", SIZE) for module, count in lengths if count > LONGEST_FILE
    ]


def clocks(tree: Tree) -> list[Violation]:
    """The clock on the wall is read at the door and nowhere below."""
    found = []
    for module in tree.modules:
        if module.capability == ROOT or module.room in CLOCK_ROOMS:
            continue
        for node in ast.walk(module.syntax):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = node.func.value
                owner = of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")
                given = node.func.attr == "localtime" and node.args
                if (owner, node.func.attr) in CLOCKS and not given:
                    found.append(
                        Violation(
                            module.at(node),
                            f"`{owner}.{node.func.attr}()` reads the clock on the wall",
                            CLOCK,
                        )
                    )
    return found


def reads(tree: Tree) -> list[Violation]:
    """Views and forms ask queries; they do not ask the tables themselves."""
    return [
        Violation(module.at(node), f"`.objects` in `{function_of(node) or module.name}`", READ)
        for module in tree.modules
        if module.room in {"views", "forms", "panels", "urls", "rules", "terms"}
        or (module.room == "api" and module.parts[-1] != "queries")
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
