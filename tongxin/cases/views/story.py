"""事项的经过。 The story of a case for a page: its steps, its photos, and who looked at personal data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from tongxin.cases.forms.photos import photo_key
from tongxin.cases.forms.purpose import PURPOSE_LABELS
from tongxin.cases.models import CaseStep, Photo
from tongxin.cases.operations import Purpose
from tongxin.cases.queries import CaseFile, Look
from tongxin.cases.terms import (
    CLOCK_GROUND_LABELS,
    GROUND_LABELS,
    OUTCOME_LABELS,
    ClockGround,
    Outcome,
    ReturnGround,
)
from tongxin.cases.views.shown import Ground, first_clause, office, verb_title

LABELS: Mapping[str, Any] = {
    **{word.value: OUTCOME_LABELS[word] for word in Outcome},
    **{word.value: GROUND_LABELS[word] for word in ReturnGround},
    **{word.value: CLOCK_GROUND_LABELS[word] for word in ClockGround},
}
# What a reporter writes is for those who act on the matter, never for everybody.
REPORTERS_WORDS = frozenset({"dispute_case", "confirm_case", "close_case"})
REPORTERS_VERBS = REPORTERS_WORDS | {"report_case"}


class Audience(StrEnum):
    """给谁看。 For whom a page is: everybody, those who act on it, its reporter."""

    PUBLIC = "public"
    OFFICIAL = "official"
    REPORTER = "reporter"


def steps_of(file: CaseFile, ground: Ground, audience: Audience) -> list[dict[str, Any]]:
    """经过。 Context of components/timeline.html, newest first."""
    return [_step(step, file, ground, audience) for step in file.steps]


def _step(step: CaseStep, file: CaseFile, ground: Ground, audience: Audience) -> dict[str, Any]:
    moved = step.to_state != step.from_state
    return {
        "what": verb_title(step.verb),
        "at": step.at,
        "who": _who(step, ground, audience),
        "why": _why(step, ground, audience),
        "clause": first_clause(step.clauses, ground),
        "evidence": _evidence(step, file),
        "state": step.to_state if moved and step.from_state else "",
    }


def _who(step: CaseStep, ground: Ground, audience: Audience) -> str:
    if not step.organ:
        return gettext("报告人") if step.verb in REPORTERS_VERBS else gettext("系统按规定自动办")
    name = ground.organ(step.organ)
    return f"{name} {office(ground, step.office)}" if audience is Audience.OFFICIAL and step.office else name


def _why(step: CaseStep, ground: Ground, audience: Audience) -> str:
    said = []
    if step.ground:
        said.append(gettext("理由：%(ground)s") % {"ground": LABELS.get(step.ground, step.ground)})
    if step.named:
        said.append(_named(step) % {"organ": ground.organ(step.named)})
    if step.facts.get("step"):
        said.append(gettext("步骤：%(step)s") % {"step": step.facts["step"]})
    if "granted" in step.facts:
        said.append(gettext("准许") if step.facts["granted"] else gettext("不准许"))
    if "passed" in step.facts:
        said.append(gettext("核查通过") if step.facts["passed"] else gettext("核查没有通过"))
    if step.facts.get("document"):
        said.append(gettext("文书：%(document)s") % {"document": step.facts["document"]})
    if step.note:
        said.append(step.note if _open_to(step, audience) else gettext("（报告人写的话只给办理的人看）"))
    return "\n".join(said)


def _named(step: CaseStep) -> str:
    if step.verb == "return_case":
        return gettext("认为应当由%(organ)s承办")
    if step.verb == "escalate_case":
        return gettext("已报告%(organ)s")
    if step.verb == "ask_assistance":
        return gettext("请%(organ)s协办")
    return gettext("由%(organ)s承办")


def _open_to(step: CaseStep, audience: Audience) -> bool:
    return bool(step.organ) or step.verb not in REPORTERS_WORDS or audience is not Audience.PUBLIC


def _evidence(step: CaseStep, file: CaseFile) -> list[dict[str, str]]:
    named = step.facts.get("photo")
    found = [
        p
        for p in file.photos
        if p.kind == "evidence"
        and (
            p.digest == named
            if named
            else p.at == step.at and step.verb in {"settle_case", "settle_part", "settle_step"}
        )
    ]
    return [
        {"label": gettext("照片 %(n)s") % {"n": n}, "url": photo_url(photo)}
        for n, photo in enumerate(found, start=1)
    ]


def photo_url(photo: Photo, *, key: bool = False) -> str:
    """照片的网址。 The address of a photo; with a key where only its reporter may see it."""
    url = reverse("photo", args=[photo.digest])
    return f"{url}?key={photo_key(photo.digest)}" if key else url


def photos_of(file: CaseFile, audience: Audience) -> list[dict[str, Any]]:
    """照片。 The photos that this audience may see: evidence for everybody, the report's own for those concerned."""
    words = {"evidence": gettext("办理的照片"), "report": gettext("报告时的照片")}
    return [
        {
            "url": photo_url(photo, key=audience is Audience.REPORTER and photo.kind == "report"),
            "alt": words[photo.kind],
            "at": photo.at,
        }
        for photo in file.photos
        if photo.kind == "evidence" or audience is not Audience.PUBLIC
    ]


def looks_of(looks: list[Look], ground: Ground) -> list[dict[str, Any]]:
    """谁看过。 Context of components/trace_box.html."""
    return [
        {
            "at": look.at,
            "who": f"{ground.organ(look.organ)} {office(ground, look.office)}",
            "what": gettext("报告内容和报告人的联系方式"),
            "purpose": purpose_words(look.purpose),
            "clause": first_clause(look.clauses, ground),
            "receipt_url": reverse("ledger_entry", args=[look.entry]),
        }
        for look in looks
    ]


def purpose_words(purpose: str) -> str:
    """目的的词。 The words of a purpose; said so where the content was lawfully deleted."""
    known = {word.value for word in Purpose}
    return str(PURPOSE_LABELS[Purpose(purpose)]) if purpose in known else gettext("（内容已依法删除）")
