"""一句办成的行为：语句的拼合。 How the statement of an act that is checked, recorded and done in one is put together; pure.

See docs/decisions/0013. The gate's own part stands here once and is the same for every such act: what an act adds comes after
the office, before the record, and can write only from the row that the verdict lets through.
"""

import re
from dataclasses import dataclass
from typing import Final

from tongxin.acts.terms import InOne

NAMED: Final = re.compile(r"%\((\w+)\)s")

FRAME: Final = """
WITH {here},
{about},
{standing},
rests AS ({rests}),
entries (ref, nth) AS (SELECT 'power:' || %(verb)s::text, 0 UNION ALL SELECT item, 1 FROM about WHERE item IS NOT NULL),
{basis},
{own},
verdict AS MATERIALIZED (
  SELECT coalesce(CASE WHEN %(office)s::text = '' THEN CASE WHEN 'person' = ANY(%(posts)s::text[]) THEN NULL ELSE 'wrong_post' END
                       WHEN s.organ IS NULL THEN 'office_not_held'
                       WHEN s.post <> ALL(%(posts)s::text[]) THEN 'wrong_post' END, w.first, b.code, w.last) AS code,
         coalesce(CASE WHEN w.first IS NULL THEN b.clause END, '') AS clause,
         (SELECT string_agg(r, ' ' ORDER BY n) FROM (
            SELECT r, min(n) AS n FROM unnest(string_to_array(b.refs, ' ')) WITH ORDINALITY AS u(r, n) GROUP BY r) x) AS refs,
         coalesce(s.organ, '') AS organ,
         CASE WHEN %(office)s::text = '' THEN '' ELSE 'office:' || %(office)s::text END AS office,
         (SELECT string_agg(ref, ' ' ORDER BY nth) FROM entries) AS list_entry
    FROM basis b CROSS JOIN own w LEFT JOIN standing s ON true),
{append},
let AS (SELECT new.id AS entry FROM new, verdict WHERE verdict.code IS NULL),
{writes}
SELECT new.id, verdict.code, verdict.clause, verdict.refs, {in_hand}, {answer}
  FROM new, verdict, about"""


@dataclass(frozen=True, slots=True)
class Statement:
    """拼好的语句。 A statement with `$1`, `$2` … and the names of the values in that order."""

    text: str
    names: tuple[str, ...]


def statement(parts: InOne, *, book: tuple[str, str, str], append: str, in_hand: str) -> Statement:
    """一个行为的语句。 The statement of an act, from the book's, the ledger's and its own parts."""
    here, standing, basis = book
    return numbered(
        FRAME.format(
            here=here, standing=standing, basis=basis, append=append, in_hand=in_hand,
            about=parts.about, rests=parts.rests, own=parts.own, writes=parts.writes, answer=parts.answer,
        )
    )  # fmt: skip


def numbered(text: str) -> Statement:
    """名字换成序号。 The text with its named places numbered in the order of their first appearance."""
    names = tuple(dict.fromkeys(NAMED.findall(text)))
    return Statement(NAMED.sub(lambda found: f"${names.index(found.group(1)) + 1}", text), names)
