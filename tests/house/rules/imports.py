"""Floors, neighbours, doors, cycles, imports in functions."""

import ast
from collections.abc import Iterator, Sequence

from tests.house.rules.terms import (
    DOORS,
    DYNAMIC_IMPORTS,
    FLOORS,
    GROUND_DOORS,
    INDICATORS_READERS,
    ROOT,
    Allowed,
    Violation,
)
from tests.house.rules.tree import Import, Module, Tree, function_of

NO_FLOOR = "give the capability its floor in docs/house.md and in tests/house/rules/terms.py, or put the code into one that has"
DOWN = (
    "import only from a lower floor: let the floor above call down, show a panel on the page below, "
    "or move the noun both need one floor down"
)
NEIGHBOUR = "two neighbours share a noun: move it one floor down and let both import it from there"
DOOR = (
    "enter another capability by its `operations` (write), `queries` (read), `terms` (words) or `rules` (pure); "
    "add to those what is missing there"
)
INDICATORS = "indicators are read by web alone: show the number on a page of web"
CYCLE = "move what both need into a third module that neither of them is imported by"
TOP = "put the import at the head of the module; when that makes a cycle, the noun stands in the wrong module"
DYNAMIC = "import it by name at the head of the module, so that the graph of imports is the whole truth"


def _crossings(tree: Tree) -> Iterator[tuple[Module, Import, str]]:
    """Imports that lead from one capability into another."""
    for module in tree.modules:
        for one in tree.imports(module):
            parts = one.target.split(".")
            if module.capability and len(parts) > 1 and parts[1] != module.capability:
                yield module, one, parts[1]


def floors(tree: Tree) -> list[Violation]:
    """Import only from a lower floor, and never from a neighbour."""
    found = [
        Violation(f"tongxin/{name}", f"the capability `{name}` stands on no floor", NO_FLOOR)
        for name in tree.capabilities
        if name not in FLOORS
    ]
    for module, one, target in _crossings(tree):
        own, other = FLOORS.get(module.capability), FLOORS.get(target)
        if own is None or other is None or other < own:
            continue
        what = f"`{module.capability}` imports `{one.target}`"
        if own == other:
            found.append(Violation(module.at(one.line), f"{what} of its neighbour", NEIGHBOUR))
        else:
            found.append(Violation(module.at(one.line), f"{what} of a floor above", DOWN))
    return found


def doors(tree: Tree) -> list[Violation]:
    """Enter another capability only by its doors."""
    found = []
    for module, one, target in _crossings(tree):
        if target == "indicators" and module.capability not in INDICATORS_READERS:
            found.append(
                Violation(module.at(one.line), f"`{module.name}` imports `{one.target}`", INDICATORS)
            )
        elif not _is_door(module, one):
            found.append(
                Violation(
                    module.at(one.line), f"`{module.name}` enters `{one.target}`, which is no door", DOOR
                )
            )
    return found


def _is_door(module: Module, one: Import) -> bool:
    parts = one.target.split(".")
    room = parts[2] if len(parts) > 2 else ""
    foreign_key = module.room == "models" and room == "models"
    return module.capability == ROOT or room in DOORS or one.target in GROUND_DOORS or foreign_key


def cycles(tree: Tree) -> list[Violation]:
    """No cycle of imports between modules."""
    graph = {
        module.name: sorted(
            {one.target for one in tree.imports(module) if one.target in tree.by_name} - {module.name}
        )
        for module in tree.modules
    }
    return [
        Violation(
            tree.by_name[ring[0]].place, "modules import each other: " + " → ".join([*ring, ring[0]]), CYCLE
        )
        for ring in _rings(graph)
    ]


def cycles_of_siblings(tree: Tree) -> list[Violation]:
    """No two parts of one package import each other, even by different modules of theirs."""
    found = []
    for above in sorted({"", *tree.packages} - {""}):
        depth = above.count(".") + 2
        graph: dict[str, list[str]] = {}
        for module in tree.modules:
            if not module.name.startswith(above + "."):
                continue
            part = ".".join(module.parts[:depth])
            targets = {
                ".".join(one.target.split(".")[:depth])
                for one in tree.imports(module)
                if one.target.startswith(above + ".")
            }
            graph[part] = sorted({*graph.get(part, ()), *targets} - {part})
        whole = {part: [other for other in others if other in graph] for part, others in graph.items()}
        found += [
            Violation(
                above.replace(".", "/"), "parts import each other: " + " → ".join([*ring, ring[0]]), CYCLE
            )
            for ring in _rings(whole)
        ]
    return found


def _rings(graph: dict[str, list[str]]) -> list[list[str]]:
    """The strongly connected parts of more than one module (Tarjan), each from its first name."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in graph[name]:
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            ring = [stack.pop()]
            while ring[-1] != name:
                ring.append(stack.pop())
            if len(ring) > 1:
                found.append(sorted(ring))

    for name in graph:
        if name not in number:
            visit(name)
    return sorted(found)


def imports_in_functions(tree: Tree) -> list[Violation]:
    """No import stands in a function."""
    return [
        Violation(module.at(node), f"an import stands in the function `{function_of(node)}`", TOP)
        for module in tree.modules
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Import | ast.ImportFrom) and function_of(node)
    ]


def dynamic_imports(tree: Tree, allowed: Sequence[Allowed] = DYNAMIC_IMPORTS) -> list[Violation]:
    """Nothing is imported by a name made at run time, but where the house says so."""
    found, used = [], set()
    for module in tree.modules:
        for node in ast.walk(module.syntax):
            called = _called(node)
            if called not in {"import_string", "import_module", "__import__", "get_model"}:
                continue
            if (module.name, called) in {(one.where, one.what) for one in allowed}:
                used.add((module.name, called))
            else:
                found.append(
                    Violation(module.at(node), f"`{called}` imports by a name made at run time", DYNAMIC)
                )
    return found + unused([one for one in allowed if one.where in tree.by_name], used)


def unused(allowed: Sequence[Allowed], used: set[tuple[str, str]]) -> list[Violation]:
    """Exceptions that nothing needs any more."""
    return [
        Violation(
            one.where,
            f"an exception is kept that nothing needs: {one.reason}",
            "remove it from tests/house/rules/terms.py",
        )
        for one in allowed
        if (one.where, one.what) not in used
    ]


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
