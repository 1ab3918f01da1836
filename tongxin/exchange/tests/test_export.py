"""目录的导出，对着 DCAT-AP 3.0.1 的 SHACL 约束验。 The exports of the catalogue, validated by pyshacl against the constraints of DCAT-AP 3.0.1.

`dcat_ap_3_0_1.csv` holds the 290 property constraints of `releases/3.0.1/shacl/dcat-ap-SHACL.ttl` of SEMICeu/DCAT-AP (© European
Union, CC-BY 4.0), one a row, without their names and descriptions; the two property shapes that file refers to and does not define
(of dcat:DataService) are not in it. What is not checked here: that the words of the EU's controlled vocabularies (access right,
frequency, language) are among those they publish, which that file does not ask either.
"""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pyshacl
import pytest
from django.test import Client
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from tests.factories import NOW
from tongxin.exchange.operations import release_statistics
from tongxin.exchange.queries import export
from tongxin.exchange.rules.dcat import ITEM_HEAD, PREFIXES, RIGHTS, dcat_graph, item_rows
from tongxin.exchange.rules.rdf import Graph as OwnGraph
from tongxin.exchange.rules.rdf import Link, Word, json_ld, rdf_xml
from tongxin.exchange.terms import Sharing
from tongxin.exchange.tests.statistics import by, giving, head, people
from tongxin.exchange.tests.test_releasing import LATER, asked
from tongxin.law.rules.cells import csv_text, plain_cell
from tongxin.places.queries import city_day

SHAPES = Path(__file__).with_name("dcat_ap_3_0_1.csv")
SH = Namespace("http://www.w3.org/ns/shacl#")
NAMES = {
    **PREFIXES,
    "adms": "http://www.w3.org/ns/adms#",
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#",
    "sh": str(SH),
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
}
# As many as the published file has, counted there, class by class.
PUBLISHED = {
    "adms:Identifier": 3, "dcat:Catalog": 43, "dcat:CatalogRecord": 21, "dcat:DataService": 32, "dcat:Dataset": 71,
    "dcat:DatasetSeries": 22, "dcat:Distribution": 57, "dcat:Relationship": 5, "dct:LicenseDocument": 2, "dct:Location": 7,
    "dct:PeriodOfTime": 10, "foaf:Agent": 5, "skos:Concept": 2, "skos:ConceptScheme": 2, "spdx:Checksum": 8,
}  # fmt: skip


def rows() -> list[dict[str, str]]:
    with SHAPES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def full(name: str) -> URIRef:
    prefix, _, local = name.partition(":")
    return URIRef(NAMES[prefix] + local)


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """The constraints as a SHACL graph: one node shape a class, one property shape a row."""
    graph = Graph()
    for row in rows():
        node, shape = URIRef(f"urn:shape:{row['class']}"), BNode()
        graph.add((node, RDF.type, SH.NodeShape))
        graph.add((node, SH.targetClass, full(row["class"])))
        graph.add((node, SH.property, shape))
        graph.add((shape, SH.path, full(row["path"])))
        counted = row["constraint"] in {"minCount", "maxCount"}
        graph.add(
            (shape, SH[row["constraint"]], Literal(int(row["value"])) if counted else full(row["value"]))
        )
    return graph


def faults(data: Graph, shapes: Graph) -> list[str]:
    """What pyshacl finds: path and constraint of each violation."""
    _conforms, report, _text = pyshacl.validate(data, shacl_graph=shapes)
    return sorted(
        f"{report.value(result, SH.resultPath)} {report.value(result, SH.sourceConstraintComponent)}"
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )


@pytest.fixture
def exported(db: None) -> OwnGraph:
    """The sample city's catalogue, with one released table in it."""
    release_statistics(actor=head(), at=LATER, number=asked(by("kind")), read=giving(people()))
    return dcat_graph(export.catalogue_on(day=city_day(NOW), base="https://city.example/"))


def read(text: str | bytes, kind: str) -> Graph:
    return Graph().parse(data=text, format=kind)


def test_the_constraints_are_as_many_as_were_published() -> None:
    assert dict(Counter(row["class"] for row in rows())) == PUBLISHED
    assert len({tuple(row.values()) for row in rows()}) == 290


def test_the_catalogue_is_dcat_ap_3_0_1(exported: OwnGraph, shapes: Graph) -> None:
    data = read(json_ld(exported), "json-ld")
    dcat = Namespace(NAMES["dcat"])
    assert len(set(data.subjects(RDF.type, dcat.Dataset))) == 11  # ten items and the released table
    assert len(set(data.subjects(RDF.type, dcat.Distribution))) == 2
    assert faults(data, shapes) == []


def test_both_ways_of_writing_it_say_the_same(exported: OwnGraph) -> None:
    one, other = read(json_ld(exported), "json-ld"), read(rdf_xml(exported), "xml")
    assert len(one) == len(other) == len(exported.triples) > 200
    assert isomorphic(one, other)


@pytest.mark.parametrize(
    ("predicate", "value", "fault"),
    [
        ("dct:title", None, "title http://www.w3.org/ns/shacl#MinCountConstraintComponent"),
        ("dct:description", None, "description http://www.w3.org/ns/shacl#MinCountConstraintComponent"),
        ("dct:publisher", Word("民政局"), "publisher http://www.w3.org/ns/shacl#NodeKindConstraintComponent"),
        ("dct:publisher", Link("https://city.example/nobody"), "publisher http://www.w3.org/ns/shacl#ClassConstraintComponent"),
        ("dct:accessRights", Link("https://city.example/free"), "accessRights http://www.w3.org/ns/shacl#ClassConstraintComponent"),
        ("dcat:accessURL", None, "accessURL http://www.w3.org/ns/shacl#MinCountConstraintComponent"),
    ],
)  # fmt: skip
def test_a_fault_planted_in_the_catalogue_is_found(
    exported: OwnGraph, shapes: Graph, predicate: str, value: Word | Link | None, fault: str
) -> None:
    kept = [triple for triple in exported.triples if triple[1] != predicate]
    changed = [(s, p, value) for s, p, _o in exported.triples if p == predicate] if value else []
    found = faults(read(json_ld(OwnGraph(exported.prefixes, kept + changed)), "json-ld"), shapes)
    assert any(one.endswith(fault) for one in found), found


def test_each_class_of_sharing_has_its_access_right_and_its_own_word(exported: OwnGraph) -> None:
    assert {RIGHTS[one] for one in (Sharing.UNCONDITIONAL, Sharing.CONDITIONAL)} == {"RESTRICTED"}
    said = {(s, p): o for s, p, o in exported.triples}
    item = "https://city.example/lists/data/s005/"
    assert said[item, "tx:sharingClass"] == Link("tx:none")
    assert str(said[item, "dct:accessRights"]).find("NON_PUBLIC") > 0
    assert "法律规定" in str(said[item, "tx:notSharedBecause"])
    table = [
        s
        for s, p, o in exported.triples
        if o == Link("http://publications.europa.eu/resource/authority/access-right/PUBLIC")
    ]
    assert len(table) == 1 and "/data/releases/F2026-" in table[0]


def test_words_that_no_file_can_hold_do_no_harm() -> None:
    bad = OwnGraph(
        {"dct": NAMES["dct"]},
        [
            (
                "https://city.example/a b<script>",
                "dct:title",
                Word('"</rdf:RDF>\x00\x0b&<b>\ud800', "zh-Hans"),
            ),
            ("https://city.example/a b<script>", "dct:relation", Link("https://city.example/{x}|y`\\")),
        ],
    )
    one, other = read(json_ld(bad), "json-ld"), read(rdf_xml(bad), "xml")
    assert isomorphic(one, other) and len(one) == 2
    assert '"</rdf:RDF>&<b>' in {str(value) for value in one.objects()}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1+1"])
def test_a_cell_that_would_run_is_quoted(cell: str) -> None:
    assert plain_cell(cell) == f"'{cell}"
    assert list(csv.reader(io.StringIO(csv_text(["a"], [[cell]]).removeprefix("\ufeff"))))[1] == [f"'{cell}"]


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    assert [plain_cell(one) for one in (-5, 0, "低保", "a=b")] == [-5, 0, "低保", "a=b"]


def test_the_tables_have_a_row_an_item_and_a_row_a_field(db: None) -> None:
    items = export.catalogue_on(day=city_day(NOW), base="https://city.example/").items
    rows_ = list(item_rows(items))
    assert len(rows_) == len(items) == 10 and all(len(row) == len(ITEM_HEAD) for row in rows_)
    fields = export.field_rows(day=city_day(NOW))
    assert ("data:s010", "status", "婚姻状况", "Marital status", 1, 0, "marital_status") in fields


def test_anybody_downloads_the_four_files(db: None) -> None:
    client = Client()
    for name, kind in (("catalogue.jsonld", "application/ld+json"), ("catalogue.rdf", "application/rdf+xml"),
                       ("catalogue.csv", "text/csv; charset=utf-8"), ("fields.csv", "text/csv; charset=utf-8")):  # fmt: skip
        answer = client.get(f"/data/{name}")
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert client.post(f"/data/{name}").status_code == 405
    assert json.loads(client.get("/data/catalogue.jsonld").content)["@graph"][0]["@id"].endswith(
        "/data/catalogue"
    )
