"""三元组写成 JSON-LD 和 RDF/XML。 Triples written as JSON-LD 1.1 and as RDF/XML, by the standard library's own writers.

The two say the same graph: a test reads both back and compares.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML: Final = "http://www.w3.org/XML/1998/namespace"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_IRI: Final = re.compile('[\x00-\x20<>"{}|^`\\\\]')


@dataclass(frozen=True, slots=True)
class Word:
    """一个文字值。 A literal: its text, with a language or a datatype (a prefixed name)."""

    text: str
    language: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """指向。 An IRI, absolute, or a prefixed name of the graph's own prefixes."""

    iri: str


Triple = tuple[str, str, Word | Link]  # subject IRI, prefixed predicate, object


@dataclass(frozen=True, slots=True)
class Graph:
    """一张图。 Prefixes and triples, in order. `a` is the predicate of types."""

    prefixes: Mapping[str, str]
    triples: Sequence[Triple]

    def full(self, name: str) -> str:
        """全写。 The IRI of a prefixed name; an absolute IRI stays, without what no IRI may hold."""
        prefix, _, local = name.partition(":")
        if prefix in self.prefixes and not local.startswith("//"):
            return self.prefixes[prefix] + local
        return _NOT_IN_IRI.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)


def json_ld(graph: Graph) -> str:
    """JSON-LD 文本。 The graph as JSON-LD 1.1, one node for each subject, its context within."""
    nodes: dict[str, dict[str, Any]] = {}
    for subject, predicate, value in graph.triples:
        node = nodes.setdefault(subject, {"@id": graph.full(subject)})
        if predicate == "a" and isinstance(value, Link):
            node.setdefault("@type", []).append(graph.full(value.iri))
        else:
            node.setdefault(predicate, []).append(_json_value(graph, value))
    said = {"@context": dict(graph.prefixes), "@graph": list(nodes.values())}
    return json.dumps(said, ensure_ascii=False, indent=1)


def _json_value(graph: Graph, value: Word | Link) -> dict[str, str]:
    if isinstance(value, Link):
        return {"@id": graph.full(value.iri)}
    found = {"@value": _NOT_IN_XML.sub("", value.text)}
    if value.language:
        found["@language"] = value.language
    elif value.datatype:
        found["@type"] = graph.full(value.datatype)
    return found


def rdf_xml(graph: Graph) -> bytes:
    """RDF/XML 文本。 The graph as RDF/XML in UTF-8, one description for each subject."""
    for prefix, namespace in {**graph.prefixes, "rdf": RDF}.items():
        ET.register_namespace(prefix, namespace)
    root = ET.Element(f"{{{RDF}}}RDF")
    for subject, said in _by_subject(graph.triples).items():
        node = ET.SubElement(root, f"{{{RDF}}}Description", {f"{{{RDF}}}about": graph.full(subject)})
        for predicate, value in said:
            _xml_value(graph, node, predicate, value)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _by_subject(triples: Iterable[Triple]) -> dict[str, list[tuple[str, Word | Link]]]:
    found: dict[str, list[tuple[str, Word | Link]]] = {}
    for subject, predicate, value in triples:
        found.setdefault(subject, []).append((predicate, value))
    return found


def _xml_value(graph: Graph, node: ET.Element, predicate: str, value: Word | Link) -> None:
    prefix, _, local = ("rdf", "", "type") if predicate == "a" else predicate.partition(":")
    namespace = RDF if prefix == "rdf" else graph.prefixes[prefix]
    child = ET.SubElement(node, f"{{{namespace}}}{local}")
    if isinstance(value, Link):
        child.set(f"{{{RDF}}}resource", graph.full(value.iri))
        return
    child.text = _NOT_IN_XML.sub("", value.text)
    if value.language:
        child.set(f"{{{XML}}}lang", value.language)
    elif value.datatype:
        child.set(f"{{{RDF}}}datatype", graph.full(value.datatype))
