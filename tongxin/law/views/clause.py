"""一个条款自己的页面，和某一天的文本。 A clause's own page, and the text of a day: open to everybody, nothing personal on them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.acts.registry import REGISTRY
from tongxin.law.forms.reading import DayForm
from tongxin.law.models import Binding, Citation, Clause, Effect, ListEntry, Version
from tongxin.law.queries import clause_at, ref_of
from tongxin.law.queries import clauses as reading
from tongxin.law.queries.clauses import Force, Interval, Neighbours, Stage
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.rules.wording import DIVISIONS
from tongxin.law.terms import ClauseRef
from tongxin.law.views.entries import entry_url
from tongxin.places.queries import city_day


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """一个条款的各项事实。 What is known of a clause today, for the page and its JSON twin alike."""

    clause: Clause
    today: date
    interval: Interval
    force: Force
    around: Neighbours
    stages: Sequence[Stage]
    effects: Sequence[Effect]
    bindings: Sequence[Binding]
    cited: reading.Cited

    @property
    def has_words(self) -> bool:
        """有没有条文。 Whether it has words to rest on; a heading has none."""
        return self.clause.kind not in DIVISIONS

    @property
    def may_found(self) -> bool:
        """今天能不能当依据。 Whether an act done today may rest on it: words that are in force and not suspended."""
        return self.has_words and self.force is Force.NOW


@require_safe
def clause(request: HttpRequest, key: str, date: str, clause: str) -> HttpResponse:
    """一个条款：条文、效力、沿革、谁以它为依据。 One clause: words, force, history, what rests on it.

    Thirteen statements where the instrument has one version; with more, one for each text compared and one for each step
    between two.
    """
    facts = _facts(key, date, clause)
    context = {
        "facts": facts,
        "clause": facts.clause,
        "edition": facts.clause.version,  # the foot of the page calls its own number `version`
        "name": _name(facts.clause.key),
        "ref": str(ref_of(facts.clause)),
        "number": {
            "name": clause_label(facts.clause.key),
            "name_en": f", {clause_label_en(facts.clause.key)}",
        },
        "lines": [{"clause": row, "name": _name(row.key)} for row in facts.around.below],
        "history": [_stage(stage, facts.stages) for stage in reversed(facts.stages)],
        "holding": [_rest(row) for row in facts.bindings if _holds(row, facts.today)],
        "ended": [_rest(row) for row in facts.bindings if not _holds(row, facts.today)],
        "limits": reading.limits_on(clause=facts.clause),
        "doubts": reading.doubts_on(clause=facts.clause),
        "cited": _groups(facts),
        "permanent": request.build_absolute_uri(request.path),
    }
    return render(request, "law/clause.html", context)


@require_safe
def clause_json(request: HttpRequest, key: str, date: str, clause: str) -> HttpResponse:
    """同一页，程序用。 The same page for programs. Eleven statements where the instrument has one version."""
    facts = _facts(key, date, clause)
    row = facts.clause
    body = {
        "ref": str(ref_of(row)),
        "url": request.build_absolute_uri(_url(row.version, row.key)),
        "instrument": {
            "key": key,
            "title": row.version.instrument.title,
            "level": row.version.instrument.level,
        },
        "version": date,
        "clause": row.key,
        "label": clause_label(row.key),
        "heading": row.heading,
        "text": row.text,
        "above": [
            {"clause": one.key, "number": one.number, "heading": one.heading} for one in facts.around.above
        ],
        "below": [{"clause": one.key, "number": one.number, "text": one.text} for one in facts.around.below],
        "in_force": _force_json(facts),
        "may_found_an_act_today": facts.may_found,
        "history": [_stage_json(stage) for stage in facts.stages],
        "effects": [_effect_json(effect) for effect in facts.effects],
        "rests": [_rest_json(binding, facts.today) for binding in facts.bindings],
        "cited_in": {"count": facts.cited.count, "first": [_citation_json(one) for one in facts.cited.rows]},
    }
    return HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8")


@require_safe
def on_day(request: HttpRequest, key: str) -> HttpResponse:
    """某一天的文本：转到那天有效的版本。 The text of a day: on to the version in force then. Three statements.

    Without a day: today. Where no version was in force: which versions there are, and when.
    """
    versions = reading.versions_known(key=key)
    if not versions:
        raise Http404(key)
    today = city_day(timezone.now())
    form = DayForm(request.GET if "on" in request.GET else {"on": today.isoformat()})
    day = form.day()
    found = reading.version_on(key=key, day=day) if day else None
    if found is not None:
        return HttpResponseRedirect(reverse("instrument", args=[key, found.adopted.isoformat()]))
    context = {
        "instrument": versions[0].instrument,
        "versions": versions[::-1],
        "day": day,
        "today": today,
        "form": form,
    }
    return render(request, "law/no_version.html", context, status=404 if day else 400)


# ---- What the views are made of -------------------------------------------------------------------------------------


def _facts(key: str, adopted: str, clause: str) -> Facts:
    row = _clause(key, adopted, clause)
    today = city_day(timezone.now())
    interval = reading.interval_of(
        clause=row, version=row.version, suspensions=reading.suspensions_of(clause=row)
    )
    stages = reading.history_of(clause=row, versions=reading.versions_known(key=key))
    return Facts(
        clause=row,
        today=today,
        interval=interval,
        force=interval.on(today),
        around=reading.neighbours(clause=row),
        stages=stages,
        effects=reading.effects_on(stages=stages),
        bindings=reading.bindings_on(clause=row),
        cited=reading.cited_in(clause=row),
    )


def _clause(key: str, adopted: str, clause: str) -> Clause:
    try:
        ref = ClauseRef(key, date.fromisoformat(adopted), clause)
    except ValueError:
        raise Http404(key) from None
    row = clause_at(ref=ref)
    if row is None:
        raise Http404(str(ref))
    return row


def _url(version: Version, clause: str) -> str:
    return reverse("clause", args=[version.instrument.key, version.adopted.isoformat(), clause])


def _name(key: str) -> dict[str, str]:
    """两种语言的称呼。 What a clause is called, for the filter `named`."""
    return {"name": clause_label(key), "name_en": clause_label_en(key)}


def _stage(stage: Stage, stages: Sequence[Stage]) -> dict[str, Any]:
    """沿革的一步，附对照的网址。 A stage with its addresses: the clause there, and the comparison with the version before."""
    at = stages.index(stage)
    before = stages[at - 1].version if at else None
    compare = ""
    if before is not None and before.has_text and stage.version.has_text:
        asked = f"from={before.adopted.isoformat()}&to={stage.version.adopted.isoformat()}"
        asked += "" if stage.how in {"changed", "added", "gone"} else "&show=all"
        anchor = _whole(stage.key) if stage.key else f"old-{_whole(stages[at - 1].key or '')}"
        compare = f"{reverse('compare', args=[stage.version.instrument.key])}?{asked}#{anchor}"
    return {
        "stage": stage,
        "name": _name(stage.key) if stage.key else None,
        "url": _url(stage.version, stage.key) if stage.key else "",
        "compare": compare,
    }


def _whole(key: str) -> str:
    """整条的条款号：对照按整条。 The key of the whole article: what is compared."""
    return key.split(".", maxsplit=1)[0] if key.startswith("a") else key


def _holds(binding: Binding, day: date) -> bool:
    begun = binding.valid_from is None or binding.valid_from <= day
    listed = binding.entry.valid_to is None or day < binding.entry.valid_to
    return begun and listed and (binding.valid_to is None or day < binding.valid_to)


def _rest(binding: Binding) -> dict[str, Any]:
    return {
        "binding": binding,
        "entry": entry_shown(binding.entry),
        "name": _name(binding.clause.key),
        "ends": binding.valid_to or binding.entry.valid_to,
    }


def entry_shown(entry: ListEntry) -> dict[str, str]:
    """一个清单事项的叫法和网址。 What an entry is called in both languages, and its address; a power is called as its act is."""
    declared = REGISTRY.get(entry.code) if entry.list == entry.Kind.POWER else None
    return {
        "name": declared.title if declared else entry.name,
        "name_en": declared.title_en if declared else entry.name_en,
        "code": entry.code,
        "url": entry_url(entry),
    }


def _groups(facts: Facts) -> dict[str, Any]:
    """引用，按文件。 The citations by the text they stand in, and how many are not shown."""
    groups: dict[int, dict[str, Any]] = {}
    for row in facts.cited.rows:
        group = groups.setdefault(
            row.version_id, {"version": row.version, "then": _then(row, facts), "rows": []}
        )
        group["rows"].append(
            {"quote": row.quote, "url": _url(row.version, row.clause_key), "name": _name(row.clause_key)}
        )
    return {
        "groups": list(groups.values()),
        "count": facts.cited.count,
        "more": facts.cited.count - len(facts.cited.rows),
    }


def _then(citation: Citation, facts: Facts) -> bool:
    """写的时候有效的是不是这个版本。 Whether this version was the one in force when the citing text was adopted."""
    version = facts.clause.version
    if citation.version.instrument_id == version.instrument_id:
        return True
    whole = Interval(begins=version.in_force_from, ends=version.in_force_to)
    return whole.on(citation.version.adopted) is Force.NOW


# ---- JSON -----------------------------------------------------------------------------------------------------------


def _force_json(facts: Facts) -> dict[str, Any]:
    return {
        "today": facts.force is Force.NOW,
        "state": facts.force.value,
        "from": _iso(facts.interval.begins),
        "to": _iso(facts.interval.ends),
        "suspended": [[_iso(since), _iso(until)] for since, until in facts.interval.suspended],
        "as_of": facts.today.isoformat(),
    }


def _stage_json(stage: Stage) -> dict[str, Any]:
    version = stage.version
    return {
        "version": version.adopted.isoformat(),
        "from": _iso(version.in_force_from),
        "to": _iso(version.in_force_to),
        "clause": stage.key,
        "how": stage.how,
    }


def _effect_json(effect: Effect) -> dict[str, Any]:
    return {
        "kind": effect.kind,
        "clause": effect.clause or None,
        "to_clause": effect.to_clause or None,
        "version": effect.version.adopted.isoformat() if effect.version else None,
        "day": _iso(effect.day),
        "until": _iso(effect.until),
        "by": f"law:{effect.by.instrument.key}@{effect.by.adopted.isoformat()}",
        "by_clause": effect.by_clause or None,
        "savings": effect.savings,
    }


def _rest_json(binding: Binding, day: date) -> dict[str, Any]:
    return {
        "entry": binding.entry.ref,
        "name": binding.entry.name,
        "clause": binding.clause.key,
        "mandatory": binding.mandatory,
        "holds_today": _holds(binding, day),
        "from": _iso(binding.valid_from),
        "to": _iso(binding.valid_to),
    }


def _citation_json(row: Citation) -> dict[str, Any]:
    version = row.version
    return {
        "in": str(ClauseRef(version.instrument.key, version.adopted, row.clause_key)),
        "quote": row.quote,
        "cited": row.target_clause,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


VERSION = r"law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/"
urlpatterns = [
    re_path(rf"^{VERSION}(?P<clause>[a-z0-9.-]+)\.json$", clause_json, name="clause_json"),
    re_path(rf"^{VERSION}(?P<clause>[a-z0-9.-]+)/$", clause, name="clause"),
    re_path(r"^law/(?P<key>[a-z0-9-]+(?:/[a-z0-9-]+)+)/$", on_day, name="law_on_day"),
]
