"""中国法的引用：找出来，落到条款，答出此日如何。 Citations of Chinese law: found, brought down to clauses, answered for a day."""

from tongxin.law.rules.citations.answers import REASONS, Answer, Resolved
from tongxin.law.rules.citations.booking import CitationRow, book_citations
from tongxin.law.rules.citations.documents import Document, citations_in_document
from tongxin.law.rules.citations.finding import Setting, citations_in, citations_in_clauses
from tongxin.law.rules.citations.grammar import Citation, Reach, SourceKind, Step, Unit, unit_of
from tongxin.law.rules.citations.placing import ClauseTree, Target, Why, targets_of
from tongxin.law.rules.citations.resolving import Resolver
from tongxin.law.rules.citations.shelf import HeldClause, HeldInstrument, HeldVersion, Shelf, Span
from tongxin.law.rules.citations.titles import TitleIndex, reads_as_instrument

__all__ = [
    "REASONS",
    "Answer",
    "Citation",
    "CitationRow",
    "ClauseTree",
    "Document",
    "HeldClause",
    "HeldInstrument",
    "HeldVersion",
    "Reach",
    "Resolved",
    "Resolver",
    "Setting",
    "Shelf",
    "SourceKind",
    "Span",
    "Step",
    "Target",
    "TitleIndex",
    "Unit",
    "Why",
    "book_citations",
    "citations_in",
    "citations_in_clauses",
    "citations_in_document",
    "reads_as_instrument",
    "targets_of",
    "unit_of",
]
