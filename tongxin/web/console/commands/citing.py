"""引用的命令。 Commands that answer citations: `tongxin law cite TEXT` and `tongxin law citations FILE`."""

import argparse
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import ProgrammingError

from tongxin.law.queries.shelf import shelf_of, title_index
from tongxin.law.rules.citations import (
    Answer,
    Citation,
    Document,
    Resolved,
    Resolver,
    Setting,
    Target,
    TitleIndex,
    Why,
    citations_in,
    citations_in_document,
    reads_as_instrument,
    targets_of,
    unit_of,
)
from tongxin.places.queries import city_day
from tongxin.web.clock import now
from tongxin.web.console.cluster import ClusterError
from tongxin.web.console.given import BadGivenError, refused

Result = tuple[int, Any]
JSON = dict[str, Any]
LONGEST_QUERY: Final = 2_000
LONGEST_FILE: Final = 16_000_000  # bytes
MOST_WRITTEN_OUT: Final = 100_000  # units in one listing; after that a range is answered by its two ends
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_BECAUSE: Final = {
    None: "in_text",
    Why.ABSENT: "not_in_text",
    Why.NOTHING_BEFORE: "not_in_text",
    Why.SEVERAL: "several",
    Why.NO_PLACE: "no_place",
    Why.UNREADABLE: "unreadable",
}


def cite(given: argparse.Namespace) -> Result:
    """解一处引用。 Resolve a citation; status 0 whatever the answer, 2 when what was given cannot be read."""
    try:
        index = _index()
        on, written = _days(given)
        text = given.text.strip()
        found = _asked(text, index)
        resolver = _resolver([citation.title for citation in found], index, on, written)
        answers = [one.as_dict() for citation in found for one in _answers(citation, resolver)]
    except BadGivenError as error:
        return refused(error, json=given.json)
    result = {
        "query": text,
        "on": on.isoformat(),
        "written": written.isoformat() if written else None,
        **(answers[0] if len(answers) == 1 else {}),
        "range_cut": any(citation.cut for citation in found),
        "answers": answers,
    }
    return 0, result if given.json else "\n".join(_line(one) for one in answers)


def citations(given: argparse.Namespace) -> Result:
    """一份文件里的全部引用。 Every citation of a file with its place and resolution; status 2 when the file cannot be read."""
    try:
        index = _index()
        on, written = _days(given)
        data = _read(Path(given.file))
        text = _decoded(data)
        document = citations_in_document(text, index=index)
        titles = {citation.title or document.title for citation in document.citations}
        resolver = _resolver(titles, index, on, written)
    except BadGivenError as error:
        return refused(error, json=given.json)
    own = _Own(document, resolver, hashlib.sha256(data).hexdigest())
    listed = [_listed(citation, own) for citation in document.citations]
    result = {
        "file": given.file,
        "title": document.title,
        "on": on.isoformat(),
        "written": written.isoformat() if written else None,
        "count": len(listed),
        "citations": listed,
    }
    return 0, result if given.json else "\n".join(map(_found_line, listed)) or "no citation / 没有引用"


def _answers(citation: Citation, resolver: Resolver) -> tuple[Resolved, ...]:
    """一处引用的答案。 The answers for a citation; one that names no instrument hangs on a place that is not known here."""
    if citation.title:
        return resolver.resolve(citation)
    return tuple(
        Resolved(answer=None, because="no_place", clause=unit.key if unit else None, unit=unit)
        for unit in citation.expanded() or (None,)
    )


class _Own:
    """文件自身的引用。 What a document says of itself: found in its own clauses, answered by the book where the book has it.

    A file that is the very text of a version means that version; any other text of a title the book knows means the version of
    the day (or of the day it was written).
    """

    def __init__(self, document: Document, resolver: Resolver, digest: str) -> None:
        self.document, self.resolver = document, resolver
        self.left = MOST_WRITTEN_OUT
        keys = resolver.shelf.index.keys(document.title) if document.title else ()
        self.instrument = resolver.shelf.instruments.get(keys[0]) if len(keys) == 1 else None
        versions = self.instrument.versions if self.instrument else ()
        self.version = next((version for version in versions if version.digest == digest), None)

    def resolve(self, citation: Citation) -> Iterator[Resolved]:
        """逐个单位。 One answer for each unit."""
        for target in targets_of(citation, self.document.tree, own=True):
            yield self._resolved(target)

    def _resolved(self, target: Target) -> Resolved:
        if target.key is None or self.instrument is None:
            absent = target.why in {Why.ABSENT, Why.NOTHING_BEFORE}
            return Resolved(
                answer=Answer.UNKNOWN if absent else None,
                because=_BECAUSE[target.why],
                title=self.document.title,
                clause=target.key or (target.unit.key if target.unit else None),
                unit=target.unit,
                candidates=target.fitting,
            )
        unit = unit_of(target.key)
        return self.resolver.answer(self.instrument, unit, version=self.version)


def _listed(citation: Citation, own: _Own) -> JSON:
    """一处引用。 One citation as an object of JSON."""
    asked = citation if own.left > 0 else _by_its_ends(citation)
    resolved = list(own.resolve(asked) if not asked.title else own.resolver.resolve(asked))
    own.left -= len(resolved)
    return {
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "source": str(citation.kind),
        "title": citation.title,
        "note": citation.note,
        "place": citation.place or None,
        "range_cut": citation.cut or asked is not citation,
        "targets": [{**one.as_dict(), "resolved": _is_resolved(one)} for one in resolved],
    }


def _by_its_ends(citation: Citation) -> Citation:
    """范围只答两端。 The citation with its ranges cut to their ends; itself where it has none."""
    if not any(unit.through for unit in citation.units):
        return citation
    return replace(citation, units=tuple(one for unit in citation.units for one in unit.expanded(longest=0)))


def _is_resolved(one: Resolved) -> bool:
    """是否落到了条款。 Whether it came down to a clause (or an instrument) that exists or existed."""
    return one.because == "in_text" or one.answer not in {None, Answer.UNKNOWN}


# ---- What was given ------------------------------------------------------------------------------------------------


def _index() -> TitleIndex:
    """题名册；库里还没有法典则说明。 The titles of the book. Raises ClusterError where there is no book yet."""
    try:
        index = title_index()
    except ProgrammingError as error:
        raise ClusterError("the database holds no book yet: found a city with `tongxin load-city`") from error
    if not index.exact:
        raise ClusterError("the book is empty: found a city with `tongxin load-city`")
    return index


def _days(given: argparse.Namespace) -> tuple[date, date | None]:
    on = _day("on", given.on) or city_day(at=now())
    return on, _day("written", given.written)


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise BadGivenError(
            field, f"“{text}”不是 YYYY-MM-DD 的日期", f"{text!r} is not a date YYYY-MM-DD"
        ) from error


def _asked(text: str, index: TitleIndex) -> tuple[Citation, ...]:
    """所问的引用。 The citations in the words given; a mere title asks for the instrument as a whole."""
    if not text:
        raise BadGivenError("text", "没有写引用", "no citation is given")
    if len(text) > LONGEST_QUERY:
        raise BadGivenError("text", f"超过 {LONGEST_QUERY} 字", f"longer than {LONGEST_QUERY} characters")
    found = citations_in(text, setting=Setting.of(index=index, texts=[text]))
    if not found and "《" not in text and (index.keys(text) or reads_as_instrument(text)):
        found = citations_in(f"《{text}》", setting=Setting.of(index=index))
    if not found:
        raise BadGivenError("text", "读不出引用", "no citation can be read in it")
    if all(not citation.title for citation in found):
        raise BadGivenError(
            "text",
            "没有说是哪一部法：请写明题名，如《立法法》第八十一条",
            "it does not say which instrument: name it, as in 《立法法》第八十一条",
        )
    return found


def _resolver(titles: Iterable[str], index: TitleIndex, on: date, written: date | None) -> Resolver:
    return Resolver(shelf_of(titles=set(titles), index=index), on=on, written=written)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise BadGivenError("file", "文件过大", f"larger than {LONGEST_FILE} bytes")
        return path.read_bytes()
    except OSError as error:
        raise BadGivenError("file", f"打不开 {path}", f"cannot be read: {error.strerror}") from error


def _decoded(data: bytes) -> str:
    """文字。 The text of a file: UTF-8, else the national encoding GB 18030. Positions count its characters."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadGivenError("file", "不是文本文件", "not a text file (UTF-8 or GB 18030)")


# ---- For people ----------------------------------------------------------------------------------------------------


def _line(one: JSON) -> str:
    """一个答案，供人读。 One answer for a reader: the words of the clause below it."""
    where = f"{one['title']} {one['version'] or ''} {one['unit']}".strip()
    parts = [f"{one['answer'] or '–'}: {where} – {one['reason']} / {one['reason_en']}"]
    if one["instrument"] and one["version"] and one["clause"] and one["text"]:
        parts.append(f"  law:{one['instrument']}@{one['version']}#{one['clause']}")
    if one["answer"] == Answer.SUPERSEDED:
        parts.append(f"  successor {one['successor'] or 'none established'} in {one['successor_version']}")
    parts.append(f"  may found a new act: {'yes' if one['may_found'] else 'no'}")
    if one["candidates"]:
        parts.append(f"  see {', '.join(one['candidates'])}")
    parts += [f"  {line}" for line in (one["text"] or "").split("\n") if line]
    return "\n".join(parts)


def _found_line(one: JSON) -> str:
    """一处引用，供人读。 One citation for a reader, on one line."""
    said = ", ".join(f"{t['clause'] or '*'}: {t['answer'] or t['because']}" for t in one["targets"])
    return f"{one['start']}-{one['end']} {one['quote']} [{one['source']}] {said}"
