"""第二来源。 A second printing of the same text, compared article by article: where they differ, a person looks."""

from collections.abc import Iterator

from tongxin.law.rules.text import ParsedText, comparable
from tongxin.law.terms import ImportDoubt

DIFFERS, ONLY_HERE, ONLY_THERE = "second_source_differs", "second_source_lacks", "second_source_has"
LONGEST = 400


def compared(first: ParsedText, second: ParsedText) -> Iterator[ImportDoubt]:
    """两个来源的出入。 Doubts where two printings differ: articles with other words (width and white space aside), or that only
    one has. The words of both stand in the detail.
    """
    here = {clause.key: clause.text for clause in first.articles}
    there = {clause.key: clause.text for clause in second.articles}
    for key, text in here.items():
        if key not in there:
            yield ImportDoubt(clause_key=key, line=0, reason_code=ONLY_HERE, detail=text[:LONGEST])
        elif comparable(text) != comparable(there[key]):
            detail = f"{text[:LONGEST]}\n≠ {there[key][:LONGEST]}"
            yield ImportDoubt(clause_key=key, line=0, reason_code=DIFFERS, detail=detail)
    for key, text in there.items():
        if key not in here:
            yield ImportDoubt(
                clause_key=None, line=0, reason_code=ONLY_THERE, detail=f"{key} {text[:LONGEST]}"
            )
