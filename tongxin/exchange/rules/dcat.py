"""目录写成 DCAT-AP 3.0.1。 The catalogue as DCAT-AP 3.0.1 (SEMIC, https://semiceu.github.io/DCAT-AP/releases/3.0.1/).

The three classes of 政务数据共享条例 art. 14 speak of sharing between departments, and `dct:accessRights` of access by the public:
an item of the first class is open to every department and to nobody else. So both shareable classes are RESTRICTED, the third is
NON_PUBLIC, and the class itself is said by a property of our own, `tx:sharingClass`, with its conditions beside it (`tx:sharedWith`,
`tx:sharedFor`, `tx:notSharedBecause`). Released statistics are data sets of their own, PUBLIC, with files to download.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongxin.exchange.rules.rdf import Graph, Link, Triple, Word
from tongxin.exchange.terms import Sharing

_EU: Final = "http://publications.europa.eu/resource/authority"
_IANA: Final = "https://www.iana.org/assignments/media-types"
PREFIXES: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcatap": "http://data.europa.eu/r5r/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
RIGHTS: Final = {
    Sharing.UNCONDITIONAL: "RESTRICTED",
    Sharing.CONDITIONAL: "RESTRICTED",
    Sharing.NONE: "NON_PUBLIC",
}
CLASSES: Final = {
    Sharing.UNCONDITIONAL: ("无条件共享", "Shared unconditionally between departments"),
    Sharing.CONDITIONAL: ("有条件共享", "Shared between departments on conditions"),
    Sharing.NONE: ("不予共享", "Not shared"),
}
# The update rhythm in the catalogue's words; any other is said in the description alone.
RHYTHMS: Final = {
    "实时": "CONT", "每小时": "HOURLY", "每日": "DAILY", "每周": "WEEKLY", "每月": "MONTHLY", "每季度": "QUARTERLY",
    "每半年": "BIANNUAL", "每年": "ANNUAL", "不定期": "IRREG", "不更新": "NEVER",
}  # fmt: skip
MEDIA: Final = {"csv": "text/csv", "json": "application/json"}
Named = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueItem:
    """目录的一项。 An item as it is exported: whose, which class, on which conditions and clauses (addresses), how it is updated."""

    ref: str
    address: str
    name: Named
    items: str
    organ: str
    organ_name: Named
    sharing: Sharing
    shared_with: str
    shared_for: str
    not_because: str
    frequency: str
    category: Named
    clauses: tuple[str, ...]
    since: date
    until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleasedTable:
    """一张已发布的统计表。 A released table as it is exported: its page, the item it was counted from, the files."""

    number: str
    address: str
    item: str
    organ: str
    title: Named
    day: date
    files: tuple[tuple[str, str], ...]  # kind, address


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """目录。 What is exported: the city's own address (with a stroke at the end), its name, the authority, items and tables."""

    base: str
    city: Named
    authority: str
    authority_name: Named
    items: tuple[CatalogueItem, ...]
    tables: tuple[ReleasedTable, ...]


def dcat_graph(catalogue: Catalogue) -> Graph:
    """目录的图。 The catalogue as a graph of DCAT-AP 3.0.1."""
    prefixes = {**PREFIXES, "tx": f"{catalogue.base}data/terms#"}
    organs = {one.organ: one.organ_name for one in catalogue.items}
    triples = [
        *_catalogue(catalogue),
        *(triple for one in catalogue.items for triple in _item(catalogue, one)),
        *(triple for one in catalogue.tables for triple in _table(catalogue, one)),
        *(
            triple
            for code, name in sorted({**organs, catalogue.authority: catalogue.authority_name}.items())
            for triple in _organ(catalogue, code, name)
        ),
        *_vocabulary(catalogue),
    ]
    return Graph(prefixes, list(dict.fromkeys(triples)))


def _named(subject: str, predicate: str, name: Named) -> Iterator[Triple]:
    yield subject, predicate, Word(name[0], "zh-Hans")
    if name[1]:
        yield subject, predicate, Word(name[1], "en")


def _catalogue(catalogue: Catalogue) -> Iterator[Triple]:
    here = f"{catalogue.base}data/catalogue"
    yield here, "a", Link("dcat:Catalog")
    yield from _named(
        here,
        "dct:title",
        (f"{catalogue.city[0]}政务数据目录", f"Government data catalogue of {catalogue.city[1]}"),
    )
    yield from _named(
        here,
        "dct:description",
        (
            "依《政务数据共享条例》编制：每一项是谁的、归哪一类、凭哪一条、怎样申请。",
            "Under the Regulations on Government Data Sharing: whose each item is, its class, its clause, and how to apply.",
        ),
    )
    yield here, "dct:publisher", Link(_agent(catalogue, catalogue.authority))
    yield here, "dct:language", Link(f"{_EU}/language/ZHO")
    yield here, "foaf:homepage", Link(f"{catalogue.base}data/")
    for address in [*(one.address for one in catalogue.items), *(one.address for one in catalogue.tables)]:
        yield here, "dcat:dataset", Link(address)


def _item(catalogue: Catalogue, one: CatalogueItem) -> Iterator[Triple]:
    here = one.address
    yield here, "a", Link("dcat:Dataset")
    yield here, "dct:identifier", Word(one.ref)
    yield from _named(here, "dct:title", one.name)
    yield here, "dct:description", Word(f"{one.items}。更新频率：{one.frequency}".strip("。"), "zh-Hans")
    yield from _named(here, "dcat:keyword", one.category)
    yield here, "dct:publisher", Link(_agent(catalogue, one.organ))
    yield here, "dcat:contactPoint", Link(f"{_agent(catalogue, one.organ)}-contact")
    yield here, "dct:issued", Word(one.since.isoformat(), datatype="xsd:date")
    yield here, "dct:language", Link(f"{_EU}/language/ZHO")
    yield here, "dcat:landingPage", Link(f"{one.address}#page")
    yield f"{one.address}#page", "a", Link("foaf:Document")
    yield here, "dct:accessRights", Link(f"{_EU}/access-right/{RIGHTS[one.sharing]}")
    yield here, "tx:sharingClass", Link(f"tx:{one.sharing.value}")
    if one.frequency in RHYTHMS:
        yield here, "dct:accrualPeriodicity", Link(f"{_EU}/frequency/{RHYTHMS[one.frequency]}")
        yield f"{_EU}/frequency/{RHYTHMS[one.frequency]}", "a", Link("dct:Frequency")
    for name, text in (
        ("sharedWith", one.shared_with), ("sharedFor", one.shared_for), ("notSharedBecause", one.not_because)
    ):  # fmt: skip
        if text:
            yield here, f"tx:{name}", Word(text, "zh-Hans")
    for clause in one.clauses:
        yield here, "dcatap:applicableLegislation", Link(clause)
        yield clause, "a", Link("eli:LegalResource")


def _table(catalogue: Catalogue, one: ReleasedTable) -> Iterator[Triple]:
    here = one.address
    yield here, "a", Link("dcat:Dataset")
    yield here, "dct:identifier", Word(f"release:{one.number}")
    yield from _named(here, "dct:title", one.title)
    yield from _named(here, "dct:description", one.title)
    yield here, "dct:publisher", Link(_agent(catalogue, one.organ))
    yield here, "dct:issued", Word(one.day.isoformat(), datatype="xsd:date")
    yield here, "dct:accessRights", Link(f"{_EU}/access-right/PUBLIC")
    yield here, "dct:source", Link(one.item)
    for kind, address in one.files:
        media = f"{_IANA}/{MEDIA[kind]}"
        yield here, "dcat:distribution", Link(f"{address}#file")
        yield f"{address}#file", "a", Link("dcat:Distribution")
        yield f"{address}#file", "dcat:accessURL", Link(address)
        yield f"{address}#file", "dcat:downloadURL", Link(address)
        yield f"{address}#file", "dcat:mediaType", Link(media)
        yield media, "a", Link("dct:MediaType")


def _agent(catalogue: Catalogue, organ: str) -> str:
    return f"{catalogue.base}data/organs#{organ.replace('/', '-')}"


def _organ(catalogue: Catalogue, code: str, name: Named) -> Iterator[Triple]:
    here = _agent(catalogue, code)
    yield here, "a", Link("foaf:Agent")
    yield from _named(here, "foaf:name", name)
    yield f"{here}-contact", "a", Link("vcard:Kind")
    yield from _named(f"{here}-contact", "vcard:fn", name)


def _vocabulary(catalogue: Catalogue) -> Iterator[Triple]:
    """用到的外部词的类型。 The types of the words used, and our own three classes: a reader need not fetch anything."""
    yield f"{_EU}/language/ZHO", "a", Link("dct:LinguisticSystem")
    for word in ("PUBLIC", "RESTRICTED", "NON_PUBLIC"):
        yield f"{_EU}/access-right/{word}", "a", Link("dct:RightsStatement")
    yield f"{catalogue.base}data/", "a", Link("foaf:Document")
    for sharing, name in CLASSES.items():
        yield f"tx:{sharing.value}", "a", Link("skos:Concept")
        yield from _named(f"tx:{sharing.value}", "skos:prefLabel", name)


ITEM_HEAD: Final = (
    "ref", "name", "name_en", "organ", "sharing", "shared_with", "shared_for", "not_shared_because", "items", "frequency",
    "clauses", "valid_from", "valid_to",
)  # fmt: skip
FIELD_HEAD: Final = ("item", "field", "label", "label_en", "personal", "sensitive", "meaning")


def item_rows(items: Sequence[CatalogueItem]) -> Iterator[tuple[object, ...]]:
    """一项一行。 One row an item, under ITEM_HEAD."""
    for one in items:
        yield (
            one.ref, *one.name, one.organ, one.sharing.value, one.shared_with, one.shared_for, one.not_because, one.items,
            one.frequency, " ".join(one.clauses), one.since.isoformat(), one.until.isoformat() if one.until else "",
        )  # fmt: skip
