"""The plan of the house that the rules are kept against: floors, doors, rooms, words, and the exceptions by name."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Violation:
    """What stands against a rule: where, what, and what to do instead."""

    where: str
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n    → {self.instead}"


def said(violations: Iterable[Violation]) -> str:
    """All of it as one message."""
    return "\n" + "\n".join(str(violation) for violation in violations)


# docs/house.md section 1. (floor, place on the floor): a lower pair may be imported; equal pairs are neighbours.
FLOORS = {
    "ledger": (0, 0),
    "acts": (0, 1),
    "identity": (1, 0),
    "places": (1, 1),
    "organs": (1, 2),
    "law": (1, 3),
    "exchange": (2, 0),
    "network": (2, 0),
    "cases": (3, 0),
    "approvals": (4, 0),
    "assembly": (4, 0),
    "culture": (4, 0),
    "enforcement": (4, 0),
    "mediation": (4, 0),
    "procurement": (4, 0),
    "video": (4, 0),
    "indicators": (5, 0),
    "web": (5, 1),
}
# Decision 0001. `rules` are pure, so copying them upward would make two of one thing; `models` to `models` is a foreign key.
DOORS = ("operations", "queries", "terms", "rules")
GROUND_DOORS = frozenset({"tongxin.acts.gate", "tongxin.acts.registry", "tongxin.ledger.merkle"})
INDICATORS_READERS = frozenset({"web"})
# The composition root: it puts the capabilities together, so it may enter them anywhere.
ROOT = "web"

ROOMS = frozenset(
    {
        "__init__",
        "terms",
        "rules",
        "models",
        "queries",
        "operations",
        "forms",
        "views",
        "api",
        "tasks",
        "panels",
        "urls",
        "apps",
        "admin",
    }
)
ROOMS_THAT_MAY_BE_PACKAGES = frozenset(
    {"terms", "rules", "models", "queries", "operations", "forms", "views", "api"}
)
FOLDERS = frozenset({"templates", "migrations", "tests", "templatetags", "measures"})
FOLDERS_OF_ONE = {"measures": "indicators", "templatetags": "web"}

LONGEST_FILE = 500  # beyond 400 house.md says: look for the second noun hiding inside

# Words that are not used as names, with what to say instead (docs/house.md section 6).
NOT_SAID = {
    "service": "服务 is a public good here; name the thing by the field's noun (a matter, an organ, an offer)",
    "services": "服务 is a public good here; name the thing by the field's noun (a matter, an organ, an offer)",
    "signal": "a reaction upward is a call from the floor above: call one operation from there",
    "signals": "a reaction upward is a call from the floor above: call one operation from there",
    "manager": "reads go to `queries`, writes to `operations`; no object manages another",
    "managers": "reads go to `queries`, writes to `operations`; no object manages another",
    "handler": "say what it does with a verb; the post is `case_officer` (承办人)",
    "handlers": "say what it does with a verb; the post is `case_officer` (承办人)",
    "helper": "name the noun it is about and put it into that noun's room",
    "helpers": "name the noun it is about and put it into that noun's room",
    "utils": "name the noun it is about and put it into that noun's room",
    "util": "name the noun it is about and put it into that noun's room",
}
# An argument with such a word would let a caller past the gate.
PAST_THE_GATE = frozenset(
    {
        "skip",
        "bypass",
        "unchecked",
        "unsafe",
        "superuser",
        "sudo",
        "nocheck",
        "force",
        "forced",
        "trusted",
    }
)


@dataclass(frozen=True)
class Allowed:
    """One exception to a rule, by name, with its reason. One that is not needed any more is itself a violation."""

    where: str
    what: str
    reason: str


WRITERS = (
    Allowed("tongxin.ledger.guard", "", "it is the database's own refusal: the text of its triggers"),
    Allowed("tongxin.cases.tally", "", "the text of the triggers by which the database keeps its counts"),
    Allowed("tongxin.ledger.rules.parting", "", "words of SQL that divide a table; the migrations run them"),
    Allowed(
        "tongxin.web.months", "", "the owner of the tables moves rows to the part of their month, as they are"
    ),
    Allowed(
        "tongxin.web.archive.dropping",
        "",
        "the owner's: what left with its month, sealed and told to the ledger by an entry of its own",
    ),
    Allowed(
        "tongxin.acts.gate.in_steps", "", "the gate queues the notices of the act it has just let through"
    ),
    Allowed("tongxin.web.tickets", "", "Django's cache as a table: what lasts a minute between two requests"),
    Allowed(
        "tongxin.web.patience",
        "",
        "tries at the door, counted among the tickets: gone within a minute, and no act",
    ),
    Allowed(
        "tongxin.web.sample_sources",
        "",
        "invented rows of sample source systems, in another database than the city's",
    ),
    Allowed(
        "tongxin.web.tasks", "Delivery", "attempts at delivery are bookkeeping of the platform, not acts"
    ),
)
# The ledger's operations are what acts stand on; they cannot themselves be acts.
NOT_ACTS = ("tongxin.ledger.operations",)
EXTRA_ROOMS = (
    Allowed("tongxin.acts.gate", "", "the gate; the ground offers it to every operation"),
    Allowed("tongxin.acts.registry", "", "the register of acts and the one inversion of the house"),
    Allowed("tongxin.ledger.guard", "", "the text of the database's own refusal"),
    Allowed("tongxin.ledger.merkle", "", "the tree, by the name that outsiders import it with"),
    Allowed("tongxin.cases.tally", "", "the text of the database's own counting"),
    Allowed("tongxin.law.book", "", "the resolver that law hands to the gate"),
)
DYNAMIC_IMPORTS = (
    Allowed("tongxin.acts.registry", "import_string", "the one inversion: the book, by its dotted path"),
    Allowed(
        "tongxin.web.console", "import_string", "a command may import models only after the database is found"
    ),
    Allowed(
        "tongxin.web.console.commands.examining",
        "import_string",
        "the doctor must speak where no database answers, and look through models where one does",
    ),
    Allowed(
        "tongxin.web.console.commands.archiving",
        "import_string",
        "an archive is proved with a key and no database: models only where there is one",
    ),
)
CITY_NAMES = (
    Allowed(
        "tongxin/web/console/__init__.py",
        "binzhou",
        "the default pack of `tongxin up`, the one the README starts",
    ),
)
# Who may write an entry or set the act in hand: anybody else could write outside an act.
ENTRY_WRITERS = frozenset(
    {"tongxin.acts.gate.in_steps", "tongxin.acts.gate.recording", "tongxin.ledger.operations"}
)
ACT_SETTERS = frozenset({"tongxin.acts.gate.in_steps", "tongxin.ledger.operations", "tongxin.ledger.guard"})
PLATFORM_MAKERS = frozenset({"tongxin.acts.terms"})
