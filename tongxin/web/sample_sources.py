"""示例的来源系统：另一个数据库、一个 HTTP 来源、一个投放文件夹，里面都是编造的人。

Sample source systems, for the demo alone: another database in the same server, an HTTP source on loopback, a folder of files, for
every source of the catalogue whose address begins with `demo:`. The people in them are invented, and their numbers say so: the area
code 999999 is nobody's. A few of the numbers belong to residents of the demo, so that they find the looks on their own page.
"""

import csv
import hashlib
import io
import json
import os
import random
import socket
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tongxin.acts.terms import PLATFORM
from tongxin.exchange.models import Source
from tongxin.exchange.rules.sample import sample_number
from tongxin.exchange.terms import Adapter
from tongxin.identity.operations import register_identifier
from tongxin.identity.queries import account_of, own_particulars, person_of
from tongxin.web.clock import now

PROGRAM: Final = Path(__file__).resolve().parents[2] / "tools" / "sample_source.py"
INVENTED: Final = 400
KNOWN: Final = ("resident", "resident2")  # logins of the demo whose numbers are among the invented ones
FAMILY: Final = "赵钱孙李周吴郑王冯陈褚卫"
GIVEN: Final = ("安", "宁", "清", "和", "远", "舒", "明", "嘉")
CHOICES: Final = {  # fields that have a few values, so that a count by them says something
    "kind": ("最低生活保障", "特困供养", "临时救助", "教育救助"),
    "status": ("未婚", "已婚", "离婚"),
    "result": ("合格", "责令改正"),
}
FIRST_DAY: Final = date(2020, 1, 1)
Row = dict[str, Any]


def demo_sources() -> tuple[list[str], Path]:
    """备好示例来源。 Make the sample sources ready; the command of the HTTP source (empty outside the demo) and the operator's file.

    Where the operator's file is somebody's own, nothing is touched.
    """
    path = Path(settings.SOURCES)
    if not settings.DEMO or (path.exists() and "sample" not in json.loads(path.read_text(encoding="utf-8"))):
        return [], path
    found = [one for one in Source.objects.prefetch_related("fields") if one.address.startswith("demo:")]
    if not found:
        return [], path
    _know_residents()
    tables = {one.pk: _rows(one) for one in found}
    places: dict[str, str] = {}
    by_kind = {kind: [one for one in found if one.adapter == kind.value] for kind in Adapter}
    credential, url = _database(by_kind[Adapter.POSTGRESQL], tables)
    command, http = _http(by_kind[Adapter.HTTP_JSON], tables)
    folder = _folder(by_kind[Adapter.CSV_DROP], tables)
    for kind, place in ((Adapter.POSTGRESQL, url), (Adapter.HTTP_JSON, http), (Adapter.CSV_DROP, folder)):
        places |= {one.address: place for one in by_kind[kind]}
    secrets = {one.secret: credential for one in by_kind[Adapter.POSTGRESQL] if one.secret}
    held = {"sample": True, "places": places, "allowed": [], "secrets": {"sample": credential, **secrets}}
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(held, out, ensure_ascii=False, indent=1)
    draft.replace(path)
    return command, path


def _know_residents() -> None:
    """几个号码属于演示里的居民。 A few numbers belong to residents of the demo: registered once, as such."""
    for nth, login in enumerate(KNOWN):
        known = account_of(login=login)
        if known is not None and person_of(kind="resident_id", value=sample_number(nth)) != known.person:
            register_identifier(
                actor=PLATFORM,
                at=now(),
                person=known.person,
                kind="resident_id",
                value=sample_number(nth),
                evidence="演示：编造的号码",
            )


# ---- Invented rows -------------------------------------------------------------------------------------------------------


def _rows(source: Source) -> list[Row]:
    dice = random.Random(source.item)  # noqa: S311 - invented rows, the same each time
    fields = list(source.fields.order_by("ordinal", "id"))
    named = [_known_name(login) for login in KNOWN]
    count = INVENTED if source.key else 60
    return [
        {one.name: _value(one.name, one.label, nth, named, dice) for one in fields} for nth in range(count)
    ]


def _known_name(login: str) -> str:
    known = account_of(login=login)
    person = own_particulars(person=known.person) if known else None
    return person.name if person else ""


def _value(name: str, label: str, nth: int, named: Sequence[str], dice: random.Random) -> Any:
    """一个编造的值，看字段叫什么。 An invented value, by what the field is called."""
    if name == "resident_id":
        return sample_number(nth)
    if name == "name":
        known = named[nth] if nth < len(named) else ""
        return known or FAMILY[nth % len(FAMILY)] + GIVEN[nth // len(FAMILY) % len(GIVEN)] + "（虚构）"
    if name.endswith(("_on", "since", "until")):
        return (FIRST_DAY + timedelta(days=dice.randrange(2_300))).isoformat()
    if name in {"members", "spaces"}:
        return dice.randrange(1, 7) if name == "members" else dice.randrange(40, 600)
    if name in CHOICES:
        return dice.choice(CHOICES[name])
    return f"{label} {nth + 1:03d}（虚构）"


# ---- The three places ------------------------------------------------------------------------------------------------------


def _database(sources: Sequence[Source], tables: Mapping[int, list[Row]]) -> tuple[dict[str, str], str]:
    """另一个数据库，和只能读这几张表的角色。 Another database, and a role that may read these tables alone."""
    owner = os.environ["TONGXIN_OWNER_DSN"]
    facts = conninfo_to_dict(owner)
    name = f"{facts['dbname']}_sources"
    role, password = (
        f"{name}_reader",
        hashlib.sha256(f"{settings.SECRET_KEY} sources".encode()).hexdigest()[:32],
    )
    with psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        verb = (
            "ALTER"
            if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            else "CREATE"
        )
        admin.execute(
            sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
        )
    with psycopg.connect(make_conninfo(owner, dbname=name)) as other:
        for one in sources:
            _fill(other, one, tables[one.pk], role)
    return {"user": role, "password": password}, f"postgresql://{facts['host']}:{facts['port']}/{name}"


def _fill(other: psycopg.Connection, source: Source, rows: Sequence[Row], role: str) -> None:
    names = list(rows[0])
    table, columns = sql.Identifier(source.relation), sql.SQL(", ").join(map(sql.Identifier, names))
    typed = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in names)
    other.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    other.execute(sql.SQL("CREATE TABLE {} ({})").format(table, typed))
    with (
        other.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)) as copy,
    ):
        for row in rows:
            copy.write_row([str(row[name]) for name in names])
    if source.key:
        other.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table, sql.Identifier(source.key)))
    other.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(table, sql.Identifier(role)))


def _http(sources: Sequence[Source], tables: Mapping[int, list[Row]]) -> tuple[list[str], str]:
    path = Path(settings.DATA) / "sample-source.json"
    path.write_text(
        json.dumps({one.relation: tables[one.pk] for one in sources}, ensure_ascii=False), encoding="utf-8"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return [
        sys.executable,
        str(PROGRAM),
        "--rows",
        str(path),
        "--port",
        str(port),
    ], f"http://127.0.0.1:{port}"


def _folder(sources: Sequence[Source], tables: Mapping[int, list[Row]]) -> str:
    folder = Path(settings.DATA) / "drop"
    folder.mkdir(exist_ok=True)
    for one in sources:
        text = io.StringIO()
        out = csv.DictWriter(text, list(tables[one.pk][0]), lineterminator="\n")
        out.writeheader()
        out.writerows(tables[one.pk])
        body, name = text.getvalue().encode(), one.relation.replace("*", "-sample")
        (folder / name).write_bytes(body)
        (folder / f"{name}.sha256").write_text(
            f"{hashlib.sha256(body).hexdigest()}  {name}\n", encoding="ascii"
        )
    return f"file://{folder}"
