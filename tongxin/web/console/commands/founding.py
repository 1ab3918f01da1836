"""奠基、检查、核验的命令。 Commands that found a city, check a pack, open an account, verify the ledger."""

import argparse
import getpass
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import PLATFORM, InvalidInput, Refused
from tongxin.cases import operations as _cases  # noqa: F401 - the register of acts is complete only with every capability
from tongxin.exchange import operations as _exchange  # noqa: F401
from tongxin.identity.operations import open_account
from tongxin.identity.queries import account_of
from tongxin.identity.terms import NewPerson
from tongxin.web import schema
from tongxin.web.clock import now
from tongxin.web.console.cluster import ClusterError
from tongxin.web.pack import examine_pack
from tongxin.web.pack.load import found_city
from tongxin.web.pack.past import load_history

Result = tuple[int, Any]
NOT_CURRENT = (
    "表结构还不是本版本的，请先在一台机器上运行 tongxin migrate / the tables are not those of this version: run `tongxin migrate` on one "
    "machine first"
)


def verbs() -> frozenset[str]:
    """须有依据的行为。 The acts that every city's powers list must found."""
    return frozenset(declaration.verb for declaration in REGISTRY.values() if not declaration.founding)


def migrate(given: argparse.Namespace) -> Result:
    """更新表结构。 Bring the database up to date and install its guard; as the application's role only see that it is."""
    if not given.database.owner_dsn:
        if not schema.is_current(alias="default"):
            raise ClusterError(NOT_CURRENT)
        return 0, {"migrated": False}
    schema.prepare(role=given.database.role, password=given.database.password)
    return 0, {"migrated": True}


def check_city(given: argparse.Namespace) -> Result:
    """检查数据包。 Check a pack; status 1 when it has faults."""
    on = date.fromisoformat(given.on) if given.on else now().date()
    pack, faults = examine_pack(Path(given.path), verbs=verbs(), on=on, parse_all_law=True)
    if given.json:
        listed = [
            {"file": f.file, "line": f.line, "code": f.code, "reason": f.reason_en, "reason_zh": f.reason_zh}
            for f in faults
        ]
        return (1 if faults else 0), {"sound": not faults, "faults": listed}
    if pack is None:
        return 1, "\n".join([*map(str, faults), f"{len(faults)} fault(s); nothing would be loaded"])
    idle = sum(1 for matter in pack.matters if matter.clause_kind == "none")
    return 0, (
        f"sound: {len(pack.places)} places, {len(pack.grids)} grids, {len(pack.organs)} organs, "
        f"{len(pack.versions)} texts, {len(pack.matters)} matters ({idle} idle for want of a clause)"
    )


def load_city(given: argparse.Namespace) -> Result:
    """奠基。 Found the city of a pack; a pack with a fault loads nothing."""
    migrate(given)
    pack, faults = examine_pack(Path(given.city), verbs=verbs(), on=now().date(), parse_all_law=True)
    if pack is None:
        return 1, {"loaded": False, "faults": [str(fault) for fault in faults]}
    try:
        counts = found_city(pack=pack, at=now())
    except Refused as refusal:
        return 1, {"loaded": False, "faults": [refusal.reason_en]}
    counts["cases"] = load_history(pack=pack, until=now())
    return 0, {"loaded": True, **counts}


def account(given: argparse.Namespace) -> Result:
    """开立账户。 Open an account; the password comes from standard input, never from the command line."""
    migrate(given)
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < 10:
        return 1, {"opened": False, "reason": "the password needs at least 10 characters"}
    known = account_of(login=given.login)
    ref = given.person or (known.person if known else "")
    if not ref.startswith("person:"):
        return 1, {"opened": False, "reason": "name the person of this new login: --person person:…"}
    person = NewPerson(ref=ref, name=given.name, login=given.login, password=make_password(password))
    try:
        open_account(actor=PLATFORM, at=now(), person=person)
    except (InvalidInput, Refused) as error:
        return 1, {"opened": False, "reason": str(error)}
    return 0, {"opened": True, "login": given.login, "person": ref}


def acts_table(given: argparse.Namespace) -> Result:
    """行为一览。 The table of acts for docs/acts.md, made from the register."""
    del given
    head = (
        "# 行为一览 Acts\n\nMade by `tongxin acts` from the register of acts; a test keeps it current. What an act rests on\n"
        "is the entry `power:<verb>` of the city's powers list, and, where it says so, the entry of the matter too.\n\n"
        "| verb | 行为 | act | who may | personal data | operation |\n|---|---|---|---|---|---|"
    )
    rows = [
        f"| `{d.verb}` | {d.title} | {d.title_en} | {', '.join(sorted(by.value for by in d.by))} | "
        f"{'yes' if d.personal else ''} | `{d.operation}` |"
        for d in sorted(REGISTRY.values(), key=lambda d: d.verb)
    ]
    return 0, "\n".join([head, *rows])
