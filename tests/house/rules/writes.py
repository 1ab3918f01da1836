"""Who writes: operations alone, and through the gate."""

import ast
import re
from collections.abc import Iterator, Sequence

from tests.house.rules.imports import unused
from tests.house.rules.terms import (
    ACT_SETTERS,
    ENTRY_WRITERS,
    NOT_ACTS,
    PAST_THE_GATE,
    PLATFORM_MAKERS,
    WRITERS,
    Allowed,
    Violation,
)
from tests.house.rules.tree import Module, Tree, function_of, strings

ALWAYS = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "abulk_create",
    "abulk_update",
    "aget_or_create",
    "aupdate_or_create",
    "acreate",
    "asave",
    "adelete",
    "aupdate",
}
OF_ROWS = {
    "objects",
    "filter",
    "exclude",
    "all",
    "select_for_update",
    "select_related",
    "order_by",
    "annotate",
    "using",
}
CHANGES = re.compile(
    r"\b(INSERT\s+INTO|DELETE\s+FROM|TRUNCATE\s+\S|MERGE\s+INTO|UPDATE\s+\S+(\s+(AS\s+)?\w+)?\s+SET|COPY\s+\S+[^;]*\bFROM\b)"
    r"|^\s*(insert\s+into|delete\s+from|truncate\s+table|merge\s+into|update\s+\S+\s+set|copy\s+\S+[^;]*\bfrom\s+stdin)"
)
WRITE = (
    "write through a public operation of the capability: only there does the database accept it, and only there is "
    "it an act with its clause, its entry and its notice"
)
IS_ACT = "declare it with @act(…): its basis, who may do it, what it is about; or make its name private with a leading _"
KEYWORD = "put `*` before the first argument: an operation is called by the names of what it is given"
ENTRY = "entries are appended by the gate alone: declare an @act and do the work in it"
IN_HAND = (
    "the act in hand is set by the ledger's append and by the gate; declare an @act and do the work in it"
)
PLATFORM = "use `acts.terms.PLATFORM`; only a rule of law that runs by itself acts as the platform"
NO_WAY_ROUND = "there is no way past the gate: remove the argument and declare what the act really needs"
OWNER = "the owner's connection is for migrations and the guard (web/schema.py); the application writes under its own role"
OWNERS_USERS = frozenset(
    {
        "tongxin.web.schema",
        "tongxin.web.settings",
        "tongxin.web.archive.writing",  # reads every row of a month
        "tongxin.web.archive.dropping",  # drops tables, which only their owner can
    }
)


def writes(tree: Tree, allowed: Sequence[Allowed] = WRITERS) -> list[Violation]:
    """Nothing is written outside the room `operations`."""
    found, used = [], set()
    for module in tree.modules:
        if module.room == "operations":
            continue
        for node, what, about in _writes(module):
            one = next((e for e in allowed if e.where == module.name and e.what in ("", about)), None)
            if one is None:
                found.append(Violation(module.at(node), f"{what} outside `operations`", WRITE))
            else:
                used.add((one.where, one.what))
    return found + unused([one for one in allowed if one.where in tree.by_name], used)


def _writes(module: Module) -> Iterator[tuple[ast.AST, str, str]]:
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_write(node, node.func):
            yield node, f"`.{node.func.attr}(…)`", _first_name(node.func)
        if isinstance(node, ast.alias) and node.name == "lay_rows":
            yield node, "`lay_rows`, which writes rows of any table,", ""
    for node, text in strings(module):
        if match := CHANGES.search(text):
            yield node, f"SQL that changes rows (`{' '.join(match.group(0).split())[:40]}`)", ""


def _is_write(call: ast.Call, func: ast.Attribute) -> bool:
    """Whether a call changes rows. `update` and `delete` are also words of dicts, hashes and caches: see of what."""
    name = func.attr
    if name in ALWAYS:
        return True
    if name in {"save", "create"}:
        return not call.args
    if name == "delete":
        return not call.args and not call.keywords
    if name == "update":
        return not call.args and bool(call.keywords) and _of_rows(func.value, call)
    return False


def _of_rows(receiver: ast.AST, call: ast.Call) -> bool:
    chain = {node.attr for node in ast.walk(receiver) if isinstance(node, ast.Attribute)}
    if chain & OF_ROWS:
        return True
    if not isinstance(receiver, ast.Name):
        return False
    scope: ast.AST = call
    while not isinstance(scope, ast.FunctionDef | ast.Module):
        scope = scope.parent  # type: ignore[attr-defined]
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == receiver.id for t in node.targets)
        and any(isinstance(n, ast.Attribute) and n.attr in OF_ROWS for n in ast.walk(node.value))
        for node in ast.walk(scope)
    )


def _first_name(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def operations_are_acts(tree: Tree) -> list[Violation]:
    """Every public function that a capability's `operations` offers is an act, and takes keywords only."""
    found = []
    for module in tree.modules:
        if module.room != "operations" or module.name in NOT_ACTS:
            continue
        offered = _offered(tree, module)
        for node in module.syntax.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if not _is_declared(node):
                if offered is None or node.name in offered:
                    found.append(Violation(module.at(node), f"the operation `{node.name}` is no act", IS_ACT))
            elif node.args.args or node.args.posonlyargs or node.args.vararg:
                found.append(
                    Violation(
                        module.at(node), f"the operation `{node.name}` takes arguments by position", KEYWORD
                    )
                )
    return found


def _offered(tree: Tree, module: Module) -> set[str] | None:
    """The names a package of operations offers; None where the module is the whole room."""
    head = tree.by_name.get(".".join(module.parts[:3]))
    if head is None or head is module or head.path.name != "__init__.py":
        return None
    return {
        alias.asname or alias.name
        for node in ast.walk(head.syntax)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _is_declared(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(d, ast.Call) and getattr(d.func, "id", getattr(d.func, "attr", "")) == "act"
        for d in node.decorator_list
    )


def entries_come_from_the_gate(tree: Tree) -> list[Violation]:
    """Only the gate appends entries, sets the act in hand, and only `acts.terms` makes the platform's actor."""
    found = []
    for module in tree.modules:
        for node in ast.walk(module.syntax):
            if (
                isinstance(node, ast.alias)
                and node.name == "append_entries"
                and module.name not in ENTRY_WRITERS
            ):
                found.append(Violation(module.at(node), "`append_entries` is used outside the gate", ENTRY))
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "append_entries"
                and module.name not in ENTRY_WRITERS
            ):
                found.append(Violation(module.at(node), "`append_entries` is used outside the gate", ENTRY))
            if (
                isinstance(node, ast.keyword)
                and node.arg == "platform"
                and module.name not in PLATFORM_MAKERS
                and isinstance(node.value, ast.Constant)
                and node.value.value is True
            ):
                found.append(Violation(module.at(node.value), "an actor is made the platform", PLATFORM))
        if module.name not in ACT_SETTERS:
            found += [
                Violation(module.at(node), "the act in hand is named outside the gate", IN_HAND)
                for node, text in strings(module)
                if "tongxin.act'" in text or text == "tongxin.act"
            ]
    return found


def no_way_past_the_gate(tree: Tree) -> list[Violation]:
    """No function has an argument that would let a caller skip a check."""
    found = []
    for module in tree.modules:
        for node in ast.walk(module.syntax):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found += [
                Violation(module.at(one), f"the argument `{one.arg}`", NO_WAY_ROUND)
                for one in given
                if PAST_THE_GATE & set(one.arg.lower().split("_"))
            ]
    return found


def owner_connection(tree: Tree) -> list[Violation]:
    """Only what makes the tables uses the connection of their owner."""
    found = []
    for module in tree.modules:
        if module.name in OWNERS_USERS:
            continue
        for node, text in strings(module):
            above = getattr(node, "parent", None)
            if text == "owner" and (
                isinstance(above, ast.Subscript)
                or (
                    isinstance(above, ast.Call) and getattr(above.func, "attr", "") in {"using", "db_manager"}
                )
                or (isinstance(above, ast.keyword) and above.arg in {"using", "database", "alias"})
            ):
                found.append(
                    Violation(
                        module.at(node),
                        f"the owner's connection in `{function_of(node) or module.name}`",
                        OWNER,
                    )
                )
    return found
