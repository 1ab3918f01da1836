"""What must be written down: settings, acts, words; and migrations that agree with the models."""

import re
from collections.abc import Iterable
from typing import Any

from tests.house.rules.terms import FLOORS, Violation
from tests.house.rules.tree import Tree, strings

SETTING = "say in docs/settings.md what it is for, what it may be and what it is when nothing is set"
GONE = "remove the line from docs/settings.md: nothing reads this setting any more"
ACTS = "run `tongxin acts > docs/acts.md`: the table for lawyers is made from the register"
WORD = "add a line to docs/glossary.md: the Chinese word, the English one, and the word in the code"
HEAD = "merge the heads (`makemigrations --merge`), or renumber the newer one"
NAME = re.compile(r"TONGXIN_[A-Z][A-Z_]*[A-Z]")


def settings(tree: Tree, text: str) -> list[Violation]:
    """Every setting that is read from the environment is explained, and no other."""
    read: dict[str, str] = {}
    for module in tree.modules:
        for node, value in strings(module):
            if NAME.fullmatch(value):
                read.setdefault(value, module.at(node))
        for name in re.findall(r"\b(TONGXIN_[A-Z_]*[A-Z])=", module.text):
            read.setdefault(name, module.place)
    written = set(re.findall(r"^\|\s*`(TONGXIN_[A-Z_]+)`", text, re.MULTILINE))
    return [
        Violation(where, f"the setting `{name}` is not explained", SETTING)
        for name, where in sorted(read.items())
        if name not in written
    ] + [
        Violation("docs/settings.md", f"explains `{name}`, which nothing reads", GONE)
        for name in sorted(written - read.keys())
    ]


def acts(text: str, made: str) -> list[Violation]:
    """docs/acts.md is what the register of acts makes."""
    written, current = text.strip().splitlines(), made.strip().splitlines()
    return [
        Violation("docs/acts.md", f"differs from the register: {line[:80]}", ACTS)
        for line in [*(x for x in current if x not in written), *(x for x in written if x not in current)]
    ]


def glossary(text: str, words: Iterable[str]) -> list[Violation]:
    """Every word of the field that the code uses stands in the glossary, in its column of code words."""
    written = set(re.findall(r"`([a-z0-9_]+)`", text))
    return [
        Violation("docs/glossary.md", f"does not have the word `{word}`", WORD)
        for word in sorted(set(words) - written)
    ]


def heads(leaves: Iterable[tuple[str, str]]) -> list[Violation]:
    """The migrations of a capability have one head."""
    by_app: dict[str, list[str]] = {}
    for app, name in leaves:
        by_app.setdefault(app, []).append(name)
    return [
        Violation(f"tongxin/{app}/migrations", f"{len(names)} heads: {', '.join(sorted(names))}", HEAD)
        for app, names in sorted(by_app.items())
        if len(names) > 1
    ]


def migrations(changes: dict[str, list[Any]]) -> list[Violation]:
    """No migration is missing."""
    return [
        Violation(
            f"tongxin/{app}/migrations",
            f"the models have moved on: {migration.operations}",
            f"run `makemigrations {app}` and read what it made",
        )
        for app, found in sorted(changes.items())
        if app in FLOORS  # what others made, they migrate
        for migration in found
    ]
