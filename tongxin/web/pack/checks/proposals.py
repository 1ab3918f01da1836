"""清单事项对照列入规则。 How a pack's entries are judged: by the rules that judge an application (`law.rules.admission`).

Only nobody applies, and the facts come from the pack.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from tongxin.law.rules.holders import leads_to_grassroots
from tongxin.law.rules.labels import clause_label
from tongxin.law.rules.natures import Listing, Part
from tongxin.law.rules.proposals import NO_CLAUSE, Beside, ClauseFacts, Ground, Named, Proposal, Rest
from tongxin.law.rules.text import ParsedText
from tongxin.law.terms import ClauseRef
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.rows import BESIDE, EntryRow, VersionRow

FOUNDS_LISTS = "admit_entry"  # the power whose clause lets the lead body keep lists


def proposal_of(row: EntryRow, facts: Facts) -> Proposal:
    """一行所拟的事项。 What a row proposes, with the facts of the clauses it names."""
    return Proposal(
        listing=row.list, code=row.code, name=row.name, name_en=row.name_en, category=row.category,
        category_en=row.category_en, holder=row.holder, nature=row.nature, valid_from=row.valid_from,
        valid_to=row.valid_to, facts=row.given(), reason=row.note,
        rests=tuple(_rest(ref, words, facts) for ref, words in zip(row.clauses, row.phrases, strict=True)),
    )  # fmt: skip


def _rest(ref: ClauseRef, words: str, facts: Facts) -> Rest:
    version = facts.versions.get(ref.key, {}).get(ref.version or date.min)
    text = facts.pack.texts.get((ref.key, ref.version or date.min))
    known = version is not None and text is not None and any(one.key == ref.clause for one in text.clauses)
    carries = words != BESIDE
    return Rest(
        ref=str(ref),
        phrase=words if carries else "",
        mandatory=carries,
        clause=_clause(ref, version, text, facts.on) if known and version and text else None,
    )


def _clause(ref: ClauseRef, version: VersionRow, text: ParsedText, on: date) -> ClauseFacts:
    words: Mapping[str, str] = {clause.key: clause.text for clause in text.clauses}
    begins, ends = version.in_force_from, version.in_force_to
    return ClauseFacts(
        title=version.title,
        title_en=version.title_en or version.title,
        label=clause_label(ref.clause),
        level=version.level,
        jurisdiction=version.jurisdiction,
        illustrative=version.illustrative,
        text=f"{words[ref.clause]}\n{words.get(ref.clause.split('.')[0], '')}",
        dated=begins is not None,
        in_force=begins is not None and begins <= on and (ends is None or on < ends),
    )


def ground_of(row: EntryRow, facts: Facts) -> Ground:
    """一行所对照的情况。 What a row is judged against: the other rows of the pack, its organs, its own clause on lists."""
    others = [one for one in facts.pack.entries if one is not row and one.holds_on(facts.on)]
    organs = facts.by_function.get(row.holder.partition("@")[0], [])
    return Ground(
        day=facts.on,
        illustrative=all(version.illustrative for version in facts.pack.versions),
        list_clause=_list_clause(facts),
        functions=frozenset(facts.by_function),
        own_names=tuple(dict.fromkeys(name for organ in organs for name in (organ.name, organ.name_en))),
        taken_back=tuple(_beside(one) for one in others if one.facts.get("part") == Part.TAKEN_BACK),
        grassroots=(*_grassroots(facts), *(_beside(one) for one in others if _to_grassroots(one))),
        delegated=tuple(_beside(one) for one in others if one.list == Listing.DELEGATION),
    )


def _list_clause(facts: Facts) -> Named:
    for power in facts.pack.powers:
        if power.verb == FOUNDS_LISTS and power.clauses:
            ref = power.clauses[0]
            version = facts.versions.get(ref.key, {}).get(ref.version or date.min)
            return Named(f"《{version.title if version else ref.key}》{clause_label(ref.clause)}", str(ref))
    return NO_CLAUSE


def _beside(row: EntryRow) -> Beside:
    return Beside(f"{row.list}:{row.code}", row.code, row.name, " ".join(map(str, row.clauses)))


def _to_grassroots(row: EntryRow) -> bool:
    roles = (row.holder, row.facts.get("lead", ""))
    return row.facts.get("part") != Part.TAKEN_BACK and any(map(leads_to_grassroots, filter(None, roles)))


def _grassroots(facts: Facts) -> Iterator[Beside]:
    for row in facts.pack.matters:
        if any(leads_to_grassroots(word) for word in (row.lead, *row.assist, *row.on_call) if word):
            yield Beside(f"matter:{row.code}", row.code, row.name, " ".join(map(str, row.clauses)))
