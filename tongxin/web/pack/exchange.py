"""数据来源：两张表、检查、装入。 The sources of the data catalogue: their two tables, their checks, what is handed to exchange."""

import re
from collections.abc import Iterator
from typing import Final

from tongxin.exchange.terms import Adapter, Meaning, NewField, NewSource
from tongxin.web.pack import cells, rows
from tongxin.web.pack.checks.common import grouped, twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.columns import ENTRIES, ORGANS
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.tables import Column, Table

SOURCES: Final = Table(
    file="exchange/sources.csv",
    row=rows.SourceRow,
    key="item",
    columns=(
        Column("item", cells.word, most=80),
        Column("organ", cells.word, most=120),
        Column("system", cells.word, most=120),
        Column("adapter", cells.word, most=12),
        Column("address", cells.word, most=400),
        Column("secret", cells.text, most=80),
        Column("relation", cells.word, most=200),
        Column("key", cells.text, most=60, field="key_field"),
        Column("key_kind", cells.text, most=20),
        Column("wait_ms", cells.number),
    ),
)
FIELDS: Final = Table(
    file="exchange/fields.csv",
    row=rows.FieldRow,
    key="item",
    columns=(
        Column("item", cells.word, most=80),
        Column("name", cells.word, most=60),
        Column("label", cells.word, most=80),
        Column("label_en", cells.text, most=120),
        Column("personal", cells.flag),
        Column("sensitive", cells.flag),
        Column("meaning", cells.text, most=20),
    ),
)
# A field's name goes into statements and paths of the source: a plain identifier and nothing else.
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_WAIT: Final = range(100, 60_001)
_CREDENTIAL: Final = re.compile(r"://[^/@]*:[^/@]*@|password|passwd|token=|secret=", re.IGNORECASE)


def check_sources(facts: Facts) -> Iterator[Fault]:
    """来源。 An item of the data list, once, held by that organ; a known adapter; a bounded wait; no credential in the address."""
    pack = facts.pack
    entries = {f"{row.list}:{row.code}": row for row in pack.entries if row.list == "data"}
    yield from twice(
        pack.sources, lambda row: row.item, code="duplicate", what_zh="目录项", what_en="the item"
    )
    for row in pack.sources:
        entry = entries.get(row.item)
        if entry is None and pack.losses.whole(ENTRIES.file):
            yield row.fault(
                "unknown_item", f"数据目录里没有“{row.item}”", f"the catalogue has no '{row.item}'"
            )
        organ = facts.organs.get(row.organ)
        if organ is None and pack.losses.whole(ORGANS.file):
            yield row.fault("unknown_organ", f"没有机构“{row.organ}”", f"no organ '{row.organ}'")
        elif organ and entry and entry.holder != organ.function:
            zh, en = f"“{row.item}”由 {entry.holder} 掌握", f"'{row.item}' is held by {entry.holder}"
            yield row.fault("other_holder", zh, en)
        if row.adapter not in set(Adapter):
            yield row.fault(
                "unknown_adapter", f"未知的接法“{row.adapter}”", f"unknown adapter '{row.adapter}'"
            )
        if row.wait_ms % 1 or int(row.wait_ms) not in _WAIT:
            zh, en = "等待须为 100 至 60000 的整数毫秒", "the wait is a whole number of ms from 100 to 60000"
            yield row.fault("bad_wait", zh, en)
        if _CREDENTIAL.search(row.address):
            zh, en = "地址里不能有口令，写凭证名", "no credential in an address: name the secret"
            yield row.fault("credential_in_address", zh, en)
        yield from _check_key(row, entry, pack.fields)


def _check_key(
    row: rows.SourceRow, entry: rows.EntryRow | None, fields: tuple[rows.FieldRow, ...]
) -> Iterator[Fault]:
    own = {field.name for field in fields if field.item == row.item}
    if bool(row.key_field) != bool(row.key_kind):
        yield row.fault("key_and_kind", "主键和主键类别要么都有，要么都没有", "key and key kind go together")
    if row.key_field and row.key_field not in own:
        zh, en = f"字段里没有主键“{row.key_field}”", f"the key '{row.key_field}' is no field"
        yield row.fault("key_no_field", zh, en)
    if entry and (entry.facts.get("personal") == "yes") != bool(row.key_field):
        zh = "含个人信息的目录项要有主键，不含的没有"
        yield row.fault("key_and_personal", zh, "an item has a key if, and only if, it is about persons")


def check_fields(facts: Facts) -> Iterator[Fault]:
    """字段。 Of a source that is listed; a plain name, once; personal where the item is, sensitive only where personal."""
    pack = facts.pack
    known = {row.item for row in pack.sources}
    personal = {f"{row.list}:{row.code}" for row in pack.entries if row.facts.get("personal") == "yes"}
    yield from twice(
        pack.fields, lambda row: (row.item, row.name), code="duplicate", what_zh="字段", what_en="the field"
    )
    for row in pack.fields:
        if row.item not in known and pack.losses.whole(SOURCES.file):
            yield row.fault("unknown_source", f"没有来源“{row.item}”", f"no source '{row.item}'")
        if not _NAME.fullmatch(row.name):
            zh, en = (
                "字段名只用小写字母、数字和下划线",
                "a field's name: lower-case letters, digits, underscores",
            )
            yield row.fault("bad_name", zh, en)
        if row.sensitive and not row.personal:
            zh, en = "敏感个人信息首先是个人信息", "sensitive personal information is personal information"
            yield row.fault("sensitive_not_personal", zh, en)
        if row.meaning and row.meaning not in set(Meaning):
            zh, en = f"没有“{row.meaning}”这种含义", f"no meaning '{row.meaning}' is known"
            yield row.fault("unknown_meaning", zh, en)
        if row.personal and row.item not in personal and pack.losses.whole(ENTRIES.file):
            zh, en = "目录里写的是不含个人信息", "the catalogue says there is no personal information in it"
            yield row.fault("personal_undeclared", zh, en)
    if pack.losses.whole(FIELDS.file):
        with_fields = {row.item for row in pack.fields}
        for source in pack.sources:
            if source.item not in with_fields:
                yield source.fault("no_fields", "没有列出字段", "no field is listed")


def new_sources(pack: rows.Pack) -> list[NewSource]:
    """交给数据共享的来源。 The sources as `found_sources` takes them. For a pack without faults."""
    fields = grouped(pack.fields, lambda row: row.item)
    return [
        NewSource(
            item=row.item,
            organ=row.organ,
            system=row.system,
            adapter=Adapter(row.adapter),
            address=row.address,
            secret=row.secret,
            relation=row.relation,
            key=row.key_field,
            key_kind=row.key_kind,
            wait_ms=int(row.wait_ms),
            fields=tuple(
                NewField(
                    name=field.name,
                    label=field.label,
                    label_en=field.label_en,
                    personal=field.personal,
                    sensitive=field.sensitive,
                    meaning=field.meaning,
                )
                for field in fields[row.item]
            ),
        )
        for row in pack.sources
    ]
