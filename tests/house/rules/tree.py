"""Reading a tree of source: modules with their capability, their room, their imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

PACKAGE = "tongxin"


@dataclass(frozen=True)
class Import:
    """One import: the module it leads to, the line, and whether it stands in a function."""

    target: str
    line: int
    inside: str = ""


@dataclass(frozen=True)
class Module:
    """One module of the tree."""

    root: Path
    path: Path
    name: str

    @cached_property
    def text(self) -> str:
        """The source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def syntax(self) -> ast.Module:
        """The syntax tree, with each node's parent as `parent`."""
        tree = ast.parse(self.text, str(self.path))
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined]
        return tree

    @property
    def place(self) -> str:
        """The path from the root of the repository."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def parts(self) -> list[str]:
        """The parts of the dotted name."""
        return self.name.split(".")

    @property
    def capability(self) -> str:
        """The capability it belongs to; empty for the package itself."""
        return self.parts[1] if len(self.parts) > 1 else ""

    @property
    def room(self) -> str:
        """The room it is, or is in; empty for the capability's own `__init__`."""
        return self.parts[2] if len(self.parts) > 2 else ""

    @property
    def tested(self) -> bool:
        """Whether it is part of the tests, or a migration."""
        return "tests" in self.parts or "migrations" in self.parts

    def at(self, node: ast.AST | int) -> str:
        """Where in it."""
        line = node if isinstance(node, int) else node.lineno  # type: ignore[attr-defined]
        return f"{self.place}:{line}"


@dataclass(frozen=True)
class Tree:
    """The modules of a root that stand under `tongxin/`, tests and migrations left out."""

    root: Path
    modules: tuple[Module, ...]

    @cached_property
    def by_name(self) -> dict[str, Module]:
        """Modules by dotted name."""
        return {module.name: module for module in self.modules}

    @cached_property
    def packages(self) -> frozenset[str]:
        """Names that have something below them."""
        return frozenset(name.rpartition(".")[0] for name in self.by_name)

    @property
    def capabilities(self) -> list[str]:
        """The capabilities that exist in the tree."""
        return sorted(
            {module.capability for module in self.modules if module.capability and module.room}
            | {path.name for path in (self.root / PACKAGE).iterdir() if (path / "__init__.py").exists()}
        )

    def imports(self, module: Module) -> list[Import]:
        """What a module imports of the house."""
        return [one for node in ast.walk(module.syntax) for one in self._imports(module, node)]

    def _imports(self, module: Module, node: ast.AST) -> Iterator[Import]:
        inside = function_of(node)
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == PACKAGE:
                    yield Import(alias.name, node.lineno, inside)
        elif isinstance(node, ast.ImportFrom):
            base = self._base(module, node)
            if base.split(".")[0] == PACKAGE:
                for alias in node.names:
                    deeper = f"{base}.{alias.name}"
                    yield Import(deeper if deeper in self.by_name else base, node.lineno, inside)

    def _base(self, module: Module, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = module.parts if module.path.name == "__init__.py" else module.parts[:-1]
        return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def function_of(node: ast.AST) -> str:
    """The name of the function a node stands in; empty at the level of the module or a class."""
    while (node := getattr(node, "parent", None)) is not None:  # type: ignore[assignment]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return node.name
        if isinstance(node, ast.Lambda):
            return "lambda"
    return ""


def strings(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """The strings of a module that are not docstrings; the values of an f-string stand as {}."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.JoinedStr):
            yield node, "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and not isinstance(getattr(node, "parent", None), ast.JoinedStr)
        ):
            yield node, node.value


@lru_cache(maxsize=4)
def read(root: Path) -> Tree:
    """The tree of a root."""
    found = []
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = list(path.relative_to(root).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        module = Module(root, path, name)
        if not module.tested:
            found.append(module)
    return Tree(root, tuple(found))
