"""做一个行为。 The form of one act on a case, with its basis or the reason why it cannot be done; and the doing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tongxin.acts.terms import Conflict, InvalidInput, Refused, sign_off, who
from tongxin.cases import queries
from tongxin.cases.forms import offers
from tongxin.cases.forms.acts import ACTS, FIELD_OF, Lists, Turn, form_of, given_by, seen_step
from tongxin.cases.forms.photos import Upload, held, held_photos, keep_photo
from tongxin.cases.views import listing, matter, shown, story
from tongxin.cases.views.matter import Scene, act_url, scene_of, sign_in_first
from tongxin.cases.views.shown import Ground, said
from tongxin.law import queries as law
from tongxin.law.terms import Stage
from tongxin.organs.queries import organs_by_function
from tongxin.organs.rules import CANNOT_LEAD, responsible_organ
from tongxin.organs.terms import OrganFacts

NEAR_VERBS = frozenset({"fold_case"})
NAMES_ORGAN = frozenset({"return_case", "dispatch_case", "rule_case", "ask_assistance"})


@dataclass(slots=True)
class Sheet:
    """一张表单和它的来处。 One form on its way: the scene, the verb, what was typed, and what came of it."""

    scene: Scene
    verb: str
    form: forms.Form
    photos: tuple[str, ...] = ()
    status: int = 200
    refusal: Mapping[str, Any] | None = None
    moved: str = ""
    recorded: bool = False  # the gate itself refused: that stands in the ledger


@sign_off("decide_clock_change", "rule_case", "hang_case")
@require_http_methods(["GET", "HEAD", "POST"])
def case_act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """一个行为。 GET: its form; POST: it is done. Fifteen statements to show it, one more where similar cases are shown."""
    if verb not in ACTS:
        raise Http404(verb)
    if not who(request).signed_in:
        return sign_in_first(request, request.get_full_path())
    scene = scene_of(request, number)
    form_class = form_of(verb, lists_of(scene, verb))
    if request.method == "POST":
        return _do(request, Sheet(scene=scene, verb=verb, form=form_class(request.POST, request.FILES)))
    initial = {name: value for name, value in request.GET.items() if name in form_class.base_fields}
    return _show(request, _checked(Sheet(scene=scene, verb=verb, form=form_class(initial=initial))))


def _checked(sheet: Sheet) -> Sheet:
    """先看能不能。 Says beforehand what the gate would say."""
    scene = sheet.scene
    reason = offers.why_not(
        sheet.verb, scene.file, scene.me.standing, scene.me.actor.person, scene.ground.city, scene.ground.at
    )
    if reason is not None:
        sheet.refusal, sheet.status = shown.refusal_of(reason, sheet.verb, scene.ground), 403
    return sheet


def _do(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    try:
        _perform(request, sheet)
    except InvalidInput as wrong:
        sheet.status = 400
        mark(sheet.form, wrong)
    except Conflict as moved:
        return _moved(request, sheet, moved)
    except Refused as refused:
        sheet.refusal, sheet.status = shown.refusal_of(refused, sheet.verb, sheet.scene.ground), 403
        sheet.recorded = True
    else:
        url = reverse("case", args=[sheet.scene.file.case.number])
        return HttpResponseRedirect(f"{url}?done={sheet.verb}", status=303)
    return _show(request, sheet)


def _perform(request: HttpRequest, sheet: Sheet) -> None:
    scene = sheet.scene
    case = scene.file.case
    sheet.photos = held_photos(request.POST.get("kept", ""))
    seen = seen_step(request.POST.get("seen"))
    given = given_by(sheet.form, keep=_keeper(scene.ground, sheet), held=sheet.photos)
    if seen != case.steps:
        raise Conflict("这件事在您打开之后有人办过一步", "somebody acted on this case after you opened it")
    ACTS[sheet.verb].run(
        Turn(actor=scene.me.actor, at=scene.ground.at, number=case.number, seen=seen, given=given)
    )


def _keeper(ground: Ground, sheet: Sheet) -> Any:
    most = int(ground.city.settings.get("photo_max_bytes", 8_000_000))

    def keep(upload: Upload) -> str:
        digest = keep_photo(upload, shown.photo_folder(), most)
        sheet.photos = tuple(dict.fromkeys((*sheet.photos, digest)))
        return digest

    return keep


def mark(form: forms.Form, wrong: InvalidInput) -> None:
    """把错处写到那一问旁边。 Puts a fault beside its question, or on top where it belongs to none."""
    name = FIELD_OF.get(wrong.field, wrong.field)
    if not form.has_error(name):
        form.add_error(name if name in form.fields else None, said(wrong.reason, wrong.reason_en))


def _moved(request: HttpRequest, sheet: Sheet, moved: Conflict) -> HttpResponse:
    """别人先办了。 The case has moved: says how, and keeps what was typed, to be sent again where that still makes sense."""
    sheet.scene = scene_of(request, sheet.scene.file.case.number)
    _checked(sheet)
    sheet.moved, sheet.status = said(moved.reason, moved.reason_en), 409
    return _show(request, sheet)


def _show(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    scene = sheet.scene
    case = scene.file.case
    near = (
        queries.near(matter=case.matter, path=case.path, since=scene.ground.at - matter.NEAR_DAYS)
        if (sheet.verb in NEAR_VERBS)
        else []
    )
    return render(
        request,
        "cases/act.html",
        {
            "case": case,
            "title": shown.matter_title(case),
            "number": case.number,
            "verb": sheet.verb,
            "form": sheet.form,
            "act": shown.verb_title(sheet.verb),
            "codes": shown.state_codes(case),
            "seen": case.steps,
            "kept": held(sheet.photos),
            "kept_count": len(sheet.photos),
            "files": "photos" in sheet.form.fields,
            "refusal": sheet.refusal,
            "recorded": sheet.recorded,
            "moved": sheet.moved,
            "typed": typed(sheet.form) if sheet.form.is_bound else [],
            "latest": story.steps_of(scene.file, scene.ground, scene.audience)[:1] if sheet.moved else [],
            "basis": None if sheet.refusal else shown.basis_of(_entries(sheet), scene.ground),
            "grave": ACTS[sheet.verb].grave,
            "place": " ".join(row["value"] for row in shown.place_rows(case, scene.ground)),
            "near": [listing.row_of(other, scene.ground) for other in near if other.pk != case.pk],
            "form_url": act_url(case, sheet.verb),
            "case_url": reverse("case", args=[case.number]),
        },
        status=sheet.status,
    )


def _entries(sheet: Sheet) -> tuple[str, ...]:
    entry = sheet.scene.file.case.entry
    return (f"power:{sheet.verb}", *((entry,) if entry and ACTS[sheet.verb].on_entry else ()))


def typed(form: forms.Form) -> list[dict[str, str]]:
    """写过的。 What was typed, as label and value, so that it can be read and copied when the form is gone."""
    answers = []
    for field in form:
        value = field.value()
        if isinstance(value, str) and value:
            choices = getattr(field.field, "choices", ())
            answers.append({"label": str(field.label), "value": _chosen(choices, value)})
    return answers


def _chosen(choices: Any, value: str) -> str:
    for key, label in choices:
        inner = label if isinstance(label, list | tuple) else [(key, label)]
        for one, words in inner:
            if str(one) == value:
                return str(words)
    return value


# ---- The lists a form needs -----------------------------------------------------------------------------------------


def lists_of(scene: Scene, verb: str) -> Lists:
    """表单的选项。 The closed lists of a form for this case and office."""
    file, standing, person = scene.file, scene.me.standing, scene.me.actor.person
    own = [
        c
        for c in file.clocks
        if standing and c.organ == standing.organ and c.ended_at is None and c.stage in offers.CHANGEABLE
    ]
    waiting = [r for r in file.requests if r.decided_at is None and r.asked_by != person]
    return Lists(
        organs=_organs(scene, verb) if verb in NAMES_ORGAN else (),
        clocks=tuple((str(c.pk), _clock_words(c)) for c in own if c.suspended_at is None),
        stages=tuple((str(c.pk), _clock_words(c)) for c in offers.steps_running(file)),
        paused=tuple((str(c.pk), _clock_words(c)) for c in own if c.suspended_at is not None),
        requests=tuple(
            (str(r.pk), f"{scene.ground.organ(r.clock.organ)} · {listing.request_words(r)} · {r.note}")
            for r in waiting
        ),
        rulings=tuple(
            (str(p.pk), f"{scene.ground.organ(p.organ)} · {p.reason[:80]}")
            for p in file.precedents
            if p.case_id == file.case.pk
        ),
        photos=not file.case.person_help,
    )


def _clock_words(clock: Any) -> str:
    parts = [str(shown.STAGE_TASKS[Stage(clock.stage)]), clock.step, str(shown.local(clock.due_at))]
    return " · ".join(part for part in parts if part)


def _on_call(scene: Scene) -> list[OrganFacts]:
    """清单列明的协办机构。 The organs that the matter's list entry names for when the lead asks."""
    ground, case = scene.ground, scene.file.case
    matter = law.matters(ground.city.revision, ground.day).get(case.matter)
    by_function = organs_by_function(ground.city.revision)
    found = (
        (responsible_organ(wanted=word, path=case.path, by_function=by_function) for word in matter.on_call)
        if matter
        else ()
    )
    return [organ for organ in found if organ is not None]


def _organs(scene: Scene, verb: str) -> tuple[Any, ...]:
    """可选的机构，分组。 Organs of the case's own places first, then those of the same function elsewhere."""
    ground, case = scene.ground, scene.file.case
    except_for = case.organ if verb in ("return_case", "ask_assistance") else ""
    found = {
        code: organ
        for code, organ in ground.organs.items()
        if organ.kind not in CANNOT_LEAD and code != except_for
    }
    groups = [(gettext("清单列明、需要时商请的"), _on_call(scene) if verb == "ask_assistance" else [])]
    groups += [(ground.place(place), [o for o in found.values() if o.place == place]) for place in case.path]
    holder = ground.organs.get(case.organ)
    elsewhere = [
        o for o in found.values() if holder and o.function == holder.function and o.place not in case.path
    ]
    groups.append((gettext("其他地方的同类机构"), elsewhere))
    return tuple(
        (name, tuple((o.code, said(o.name, o.name_en)) for o in organs)) for name, organs in groups if organs
    )


urlpatterns = [path("cases/<str:number>/do/<str:verb>/", case_act, name="case_act")]
