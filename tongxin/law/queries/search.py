"""法律全文检索：二元组取候选，逐字复核。 Full-text search of the law: candidates by bigrams, each checked word for word."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db import connection

from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.terms import ClauseRef, Level

GROUPS: Final = 10  # instruments on a page
EACH: Final = 5  # clauses shown of each
OF_ONE: Final = 50  # clauses on a page when one instrument is asked for
TITLES: Final = 10
_MARKS: Final = '“”"「」『』'
_QUOTED: Final = re.compile(r"[“”\"「『]([^“”\"「」『』]*)[“”\"」』]|(\S+)")
_RUN: Final = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")

# Whether the clause is in force on the day, as `in_force` and `book.BASIS` say it, but in one word, for all cases.
_STANDING: Final = """
CASE WHEN coalesce(c.in_force_from, v.in_force_from) IS NULL THEN 'unknown'
     WHEN %(day)s < coalesce(c.in_force_from, v.in_force_from) THEN 'not_yet'
     WHEN coalesce(c.in_force_to, v.in_force_to) <= %(day)s THEN 'ended'
     WHEN EXISTS (SELECT 1 FROM law_suspension s WHERE s.clause_id = c.id AND s.since <= %(day)s
                     AND (s.until IS NULL OR %(day)s < s.until)) THEN 'suspended'
     ELSE 'in_force' END"""

# The bigrams find the candidates in the index; then each phrase must stand in the words as printed. What is not in force on
# the day is left out where that is asked, and counted all the same. What is grouped is a page of instruments: the whole line
# asked for first, then titles that have the words, then level, then what is in force.
_SEARCH: Final = f"""
WITH every AS MATERIALIZED (
  SELECT c.id, c.ordinal, v.adopted, v.instrument_id AS instrument,
         coalesce(c.in_force_from, v.in_force_from) AS since, coalesce(c.in_force_to, v.in_force_to) AS until,
         {_STANDING} AS standing, strpos(w.plain, law_plain(%(whole)s)) > 0 AS exact
    FROM law_clause c JOIN law_version v ON v.id = c.version_id JOIN law_instrument i ON i.id = v.instrument_id
    CROSS JOIN LATERAL (SELECT law_plain(c.heading || E'\\n' || c.text) AS plain OFFSET 0) w
   WHERE c.kind IN ('article', 'preamble', 'annex') AND law_bigrams(c.heading || E'\\n' || c.text) @> %(signs)s::text[]
     AND NOT EXISTS (SELECT 1 FROM unnest(%(phrases)s::text[]) AS p(phrase)
                      WHERE strpos(w.plain, law_plain(p.phrase)) = 0)
     AND (%(level)s = '' OR i.level = %(level)s) AND (%(subject)s = '' OR i.subject = %(subject)s)
     AND (%(of)s = '' OR i.key = %(of)s)
), hits AS MATERIALIZED (
  SELECT * FROM every WHERE NOT %(in_force)s OR standing = 'in_force'
), groups AS (
  SELECT h.instrument, i.key, i.title, i.title_en, i.level, i.subject, count(*) AS clauses, bool_or(h.exact) AS exact,
         NOT EXISTS (SELECT 1 FROM unnest(%(phrases)s::text[]) AS p(phrase)
                      WHERE strpos(law_plain(i.title), law_plain(p.phrase)) = 0) AS titled,
         bool_or(h.standing = 'in_force') AS valid, coalesce((SELECT r.rank FROM unnest(%(levels)s::text[], %(ranks)s::int[])
                                                                 AS r(level, rank) WHERE r.level = i.level), 99) AS rank
    FROM hits h JOIN law_instrument i ON i.id = h.instrument GROUP BY h.instrument, i.id
), page AS (
  SELECT g.*, row_number() OVER (ORDER BY exact DESC, titled DESC, rank, valid DESC, clauses DESC, title, key) AS place,
         count(*) OVER () AS instruments, sum(clauses) OVER () AS total
    FROM groups g ORDER BY place LIMIT %(groups)s OFFSET %(past_groups)s
)
SELECT p.place, p.key, p.title, p.title_en, p.level, p.subject, p.clauses, p.instruments, p.total,
       c.key, c.heading, c.text, h.adopted, h.since, h.until, h.standing, h.exact,
       (SELECT count(*) FROM every) - (SELECT count(*) FROM hits) AS left_out
  FROM (SELECT 1) one LEFT JOIN page p ON true LEFT JOIN LATERAL (
    SELECT * FROM hits WHERE hits.instrument = p.instrument
     ORDER BY hits.exact DESC, (hits.standing = 'in_force') DESC, hits.adopted DESC, hits.ordinal
     LIMIT %(each)s OFFSET %(past_clauses)s) h ON true LEFT JOIN law_clause c ON c.id = h.id
 ORDER BY p.place, h.exact DESC, (h.standing = 'in_force') DESC, h.adopted DESC, h.ordinal
"""

# The version shown for an instrument: the one in force on the day, else the newest. English words find the English title:
# the texts have none.
_TITLES: Final = """
SELECT i.key, i.title, i.title_en, i.level, v.adopted, v.sha256 <> '' AS has_text
  FROM law_instrument i
 CROSS JOIN LATERAL (
   SELECT * FROM law_version v WHERE v.instrument_id = i.id
    ORDER BY (v.in_force_from <= %(day)s AND (v.in_force_to IS NULL OR %(day)s < v.in_force_to)) IS TRUE DESC,
             v.adopted DESC LIMIT 1) v
 WHERE NOT EXISTS (SELECT 1 FROM unnest(%(phrases)s::text[]) AS p(phrase)
                    WHERE strpos(law_plain(i.title || E'\\n' || i.title_en), law_plain(p.phrase)) = 0)
   AND (%(level)s = '' OR i.level = %(level)s) AND (%(subject)s = '' OR i.subject = %(subject)s)
 ORDER BY coalesce((SELECT r.rank FROM unnest(%(levels)s::text[], %(ranks)s::int[]) AS r(level, rank)
                     WHERE r.level = i.level), 99), i.title LIMIT %(titles)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """问的是什么。 What is asked: the words, the day on which to say what is in force, and what to keep to.

    `of` is the key of one instrument whose clauses alone are wanted; `in_force` leaves out what is not in force on the day;
    `page` counts from 1.
    """

    words: str
    day: date
    level: str = ""
    subject: str = ""
    of: str = ""
    in_force: bool = False
    page: int = 1

    @property
    def phrases(self) -> tuple[str, ...]:
        """须逐字出现的各段。 The phrases that must all stand in a clause, of one width and case; quotes keep spaces."""
        found = (
            quoted or word.strip(_MARKS) for quoted, word in _QUOTED.findall(self.words.replace("\x00", " "))
        )
        plain = (" ".join(plainly(phrase).split()) for phrase in found)
        return tuple(dict.fromkeys(phrase for phrase in plain if phrase))

    @property
    def signs(self) -> tuple[str, ...]:
        """索引里必有的二元组和词。 The bigrams and words that the index must hold for a clause to have the phrases.

        A single Han character at the edge of a phrase may be part of a longer run in the text, so none is asked for.
        """
        return tuple(dict.fromkeys(sign for phrase in self.phrases for sign in _signs(phrase)))


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundClause:
    """找到的一条。 A clause found. `standing` is in_force, not_yet, ended, suspended or unknown, on the day asked."""

    ref: ClauseRef
    heading: str
    text: str
    since: date | None
    until: date | None
    standing: str
    exact: bool

    @property
    def number(self) -> str:
        """条款的中文称呼。 The Chinese name of the clause."""
        return clause_label(self.ref.clause)

    @property
    def number_en(self) -> str:
        """条款的英文称呼。 The English name of the clause."""
        return clause_label_en(self.ref.clause)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundInstrument:
    """找到的一部法。 An instrument with the clauses found in it; `clauses` says how many, `shown` are those on this page."""

    key: str
    title: str
    title_en: str
    level: str
    subject: str
    clauses: int
    shown: list[FoundClause] = field(default_factory=list)

    @property
    def left(self) -> int:
        """这一页没有列出的条数。 How many clauses of it are not on this page."""
        return self.clauses - len(self.shown)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundTitle:
    """题名里有这些字的一部法。 An instrument whose title has the words, at the version to show."""

    key: str
    title: str
    title_en: str
    level: str
    adopted: date
    has_text: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """检索的结果。 A page of what was found; `pages` counts pages of instruments, or of clauses where one was asked for.

    `left_out` counts the clauses that have the words and are not in force on the day, where those were not wanted.
    """

    found: tuple[FoundInstrument, ...] = ()
    instruments: int = 0
    total: int = 0
    pages: int = 0
    left_out: int = 0


def plainly(words: str) -> str:
    """统一全半角与大小写，同 law_plain。 One width and one case, as `law_plain` in the database has it."""
    return unicodedata.normalize("NFKC", words).lower()


def _signs(phrase: str) -> list[str]:
    han = _RUN.findall(phrase)
    pairs = [run[i : i + 2] for run in han for i in range(len(run) - 1)]
    return [*pairs, *re.findall(r"[a-z0-9]+", phrase)]


def search(*, asked: Asked) -> Answer:
    """检索。 What the law has for the words, a page of it. One statement; none where no sign could be looked up.

    A word of Latin letters or digits is found as a whole word; Chinese is found anywhere.
    """
    if not asked.signs:
        return Answer()
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, _parameters(asked))
        rows = cursor.fetchall()
    left_out = int(rows[0][17])
    rows = [row for row in rows if row[9] is not None]
    if not rows:
        return Answer(left_out=left_out)
    groups: dict[int, FoundInstrument] = {}
    for row in rows:
        group = groups.setdefault(row[0], _group(row))
        group.shown.append(_clause(group.key, row))
    instruments, total = int(rows[0][7]), int(rows[0][8])
    size, of = (OF_ONE, total) if asked.of else (GROUPS, instruments)
    return Answer(
        found=tuple(groups.values()),
        instruments=instruments,
        total=total,
        pages=(of + size - 1) // size,
        left_out=left_out,
    )


def titles_with(*, asked: Asked) -> list[FoundTitle]:
    """题名里有这些字的法律文件。 The instruments whose titles, in Chinese or English, have all the words, those without text
    too: by level, then title. One statement.
    """
    if not asked.phrases:
        return []
    given: dict[str, Any] = {
        "phrases": list(asked.phrases),
        "day": asked.day,
        "level": asked.level,
        "subject": asked.subject,
        "titles": TITLES,
        "levels": [level.value for level in Level],
        "ranks": [level.rank for level in Level],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TITLES, given)
        return [
            FoundTitle(key=k, title=t, title_en=e or t, level=level, adopted=adopted, has_text=has_text)
            for k, t, e, level, adopted, has_text in cursor.fetchall()
        ]


def _parameters(asked: Asked) -> dict[str, Any]:
    past = max(asked.page, 1) - 1
    return {
        "signs": list(asked.signs),
        "phrases": list(asked.phrases),
        "whole": " ".join(asked.phrases) if _spaced(asked.phrases) else "".join(asked.phrases),
        "day": asked.day,
        "level": asked.level,
        "subject": asked.subject,
        "of": asked.of,
        "in_force": asked.in_force,
        "levels": [level.value for level in Level],
        "ranks": [level.rank for level in Level],
        "groups": GROUPS,
        "past_groups": 0 if asked.of else past * GROUPS,
        "each": OF_ONE if asked.of else EACH,
        "past_clauses": past * OF_ONE if asked.of else 0,
    }


def _spaced(phrases: Sequence[str]) -> bool:
    """整句中间有没有空格：西文有，中文没有。 Whether the whole line has spaces between its words: Latin has, Chinese has not."""
    return not any(_RUN.search(phrase) for phrase in phrases)


def _group(row: Any) -> FoundInstrument:
    _place, key, title, title_en, level, subject, clauses = row[:7]
    return FoundInstrument(
        key=key,
        title=title,
        title_en=title_en or title,
        level=level,
        subject=subject,
        clauses=int(clauses),
    )


def _clause(instrument: str, row: Any) -> FoundClause:
    key, heading, text, adopted, since, until, standing, exact = row[9:17]
    return FoundClause(
        ref=ClauseRef(instrument, adopted, key),
        heading=heading,
        text=text,
        since=since,
        until=until,
        standing=standing,
        exact=exact,
    )
