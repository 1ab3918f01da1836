"""法典工作的页面。 Pages of the work on the book: what waits for a person, and the forms with which a legal officer decides.

Open to everybody to read: law is made and unmade in public. Only a legal officer's POST gets past the gate.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import By, InvalidInput, sign_off, who
from tongxin.law import operations, queries
from tongxin.law.forms.keeping import ConfirmForm, DoubtForm, EffectForm, EnterForm, ReviewForm
from tongxin.law.models import Doubt, Effect
from tongxin.law.queries import book
from tongxin.law.rules.effects import NEEDS_SAYING, TEXTUAL
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.rules.repeals import spoken_beginning, spoken_repeals
from tongxin.law.terms import ClauseRef
from tongxin.law.views.report import REASON_WORDS
from tongxin.places.queries import city_day

KIND_LABELS: Final[Mapping[str, Any]] = {
    Effect.Kind.SUBSTITUTE.value: gettext_lazy("替换"),
    Effect.Kind.INSERT.value: gettext_lazy("增加"),
    Effect.Kind.REPEAL.value: gettext_lazy("废止"),
    Effect.Kind.RENUMBER.value: gettext_lazy("改序"),
    Effect.Kind.SUSPEND.value: gettext_lazy("暂停施行"),
    Effect.Kind.RESTORE.value: gettext_lazy("恢复施行"),
}
FIELDS: Final = {
    "effect": None,
    "by_key": "by",
    "version": "target",
    "doubt": None,
    "review": None,
    "moves": None,
}


def _english() -> bool:
    return (get_language() or "").startswith("en")


def may_decide(request: HttpRequest) -> bool:
    """是不是法制审核人。 Whether the reader holds a post that decides on the book; the gate asks again."""
    return who(request).post is By.LEGAL_OFFICER


def posted(request: HttpRequest) -> Any:
    """填的内容；没有提交就是 None。 What was sent, also when it is empty; None for a form that is only shown."""
    return request.POST if request.method == "POST" else None


def mark(form: forms.Form, wrong: InvalidInput) -> None:
    """把错处写到那一问旁边。 Puts a fault beside its question, or on top where it belongs to none."""
    name = FIELDS.get(wrong.field, wrong.field)
    reason = wrong.reason_en.partition(": ")[2] or wrong.reason_en if _english() else wrong.reason
    form.add_error(name if name in form.fields else None, reason)


def effect_words(effect: Effect) -> dict[str, Any]:
    """一条变动的说法。 How pages say an effect: what, on what, by what, from when."""
    label = clause_label_en if _english() else clause_label
    named = effect.version.instrument if effect.version else None
    return {
        "id": effect.pk,
        "kind": KIND_LABELS[effect.kind],
        "state": effect.state,
        "title": (named.title_en if _english() and named.title_en else named.title)
        if named
        else effect.title,
        "known": named is not None,
        "version": effect.version,
        "place": label(effect.clause) if effect.clause else "",
        "clause": effect.clause,
        "to_place": label(effect.to_clause) if effect.to_clause else "",
        "by": effect.by.instrument,
        "by_version": effect.by,
        "by_clause": effect.by_clause,
        "by_place": label(effect.by_clause) if effect.by_clause else "",
        "day": effect.day,
        "until": effect.until,
        "text": effect.text,
        "savings": effect.savings,
        "note": effect.note,
    }


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """法典工作台。 What waits for a person: candidates, doubts, reviews, lists to bring up to date. Six statements."""
    waiting = [effect_words(effect) for effect in book.effects_waiting()]
    context = {
        "candidates": [effect for effect in waiting if effect["known"]],
        "elsewhere": [effect for effect in waiting if not effect["known"]],
        "endings": book.endings_to_come(day=city_day(timezone.now())),
        "doubts": book.doubts_open().count(),
        "reviews": list(book.reviews_open()[:50]),
        "duties": list(book.duties_open()[:50]),
        "days": list(book.days_begun()[:7]),
        "may_decide": may_decide(request),
    }
    return render(request, "law/desk.html", context)


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def effect(request: HttpRequest, number: int) -> HttpResponse:
    """一条变动，确认或排除。 One effect: what it says, what else the same text does to the same version, the decision. Three
    statements.
    """
    row = book.effect_of(number=number)
    if row is None:
        raise Http404(str(number))
    beside = list(book.effects_beside(effect=row)) if row.state == Effect.State.CANDIDATE else []
    textual = [one.pk for one in beside if one.kind in TEXTUAL] if row.kind in TEXTUAL else []
    form = ConfirmForm(posted(request), beside=[(one.pk, _line(one)) for one in beside], textual=textual)
    if request.method == "POST" and form.is_valid():
        knowing = tuple(NEEDS_SAYING) if form.cleaned_data["knowing"] else ()

        def run(at: Any) -> object:
            actor = who(request).actor
            if "reject" in request.POST:
                return operations.reject_effect(
                    actor=actor, at=at, effect=number, note=form.cleaned_data["note"]
                )
            numbers = [number, *map(int, form.cleaned_data.get("together", ()))]
            return operations.confirm_effects(actor=actor, at=at, effects=numbers, knowing=knowing)

        if _done(form, run):
            return HttpResponseRedirect(reverse("law_desk"), status=303)
    context = {"effect": effect_words(row), "form": form, "may_decide": may_decide(request)}
    return render(request, "law/effect.html", context, status=400 if form.errors else 200)


def _line(effect: Effect) -> str:
    """一行说一条变动。 An effect in one line: kind, place, day."""
    words = effect_words(effect)
    day = effect.day.isoformat() if effect.day else ""
    return " ".join(part for part in (str(words["kind"]), words["place"], words["to_place"], day) if part)


def _done(form: forms.Form, run: Callable[[Any], object]) -> bool:
    """办。 Do it; what is wrong goes beside its question, what the gate refuses is explained by the door."""
    try:
        run(timezone.now())
    except InvalidInput as wrong:
        mark(form, wrong)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def effect_new(request: HttpRequest) -> HttpResponse:
    """登记一条变动。 Note an effect, to be confirmed after its impact has been looked at. No statement to show it."""
    initial = {name: request.GET.get(name, "") for name in ("by", "by_clause", "kind", "target", "clause")}
    form = EffectForm(posted(request), initial=initial)
    made: list[int] = []

    def run(at: Any) -> object:
        made.append(operations.propose_effect(actor=who(request).actor, at=at, effect=form.effect()))
        return None

    if request.method == "POST" and form.is_valid() and _done(form, run):
        return HttpResponseRedirect(reverse("law_effect", args=made), status=303)
    return render(request, "law/effect_new.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """文本入库：先读一遍，再入库。 Enter a text: read first and show what was read, then enter. No statement to show it."""
    form = EnterForm(posted(request), request.FILES or None)
    read: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        version = form.version()
        if "enter" in request.POST:

            def run(at: Any) -> object:
                return operations.enter_version(actor=who(request).actor, at=at, version=version)

            if _done(form, run):
                url = reverse("instrument", args=[version.key, version.adopted.isoformat()])
                return HttpResponseRedirect(url, status=303)
        else:
            read = _reading(form)
            form = EnterForm(initial={**form.cleaned_data, "text": form.cleaned_data["text"]})
    context = {"form": form, "read": read, "may_decide": may_decide(request)}
    return render(request, "law/enter.html", context, status=400 if form.errors else 200)


def _reading(form: EnterForm) -> dict[str, Any]:
    """读出了什么。 What was read, for a person to look at before it enters."""
    text, given = form.read(), form.cleaned_data
    known = queries.versions_of(key=given["key"])
    begins = spoken_beginning(given["text"])
    return {
        "has_text": bool(given["text"].strip()),
        "articles": len(text.articles),
        "last": text.last_article,
        "contiguous": text.contiguous,
        "complete": text.complete,
        "title": text.title,
        "clauses": len(text.clauses),
        "doubts": [
            {
                "line": one.line,
                "reason": REASON_WORDS.get(one.reason_code, one.reason_code),
                "detail": one.detail[:120],
            }
            for one in text.doubts[:40]
        ],
        "doubt_count": len(text.doubts),
        "repeals": [spoken.title for spoken in spoken_repeals(text.clauses)],
        "before": known,
        "begins": begins if begins and begins != given["in_force_from"] else None,
        "late": given["in_force_from"] is not None and given["in_force_from"] <= city_day(timezone.now()),
        "undated": given["in_force_from"] is None,
    }


def _ref(row: Doubt) -> ClauseRef:
    return ClauseRef(row.version.instrument.key, row.version.adopted, row.clause_key)


@require_http_methods(["GET", "HEAD", "POST"])
def doubt(request: HttpRequest, number: int) -> HttpResponse:
    """一处存疑。 One doubt, with the words around it, and what a person says of it. Two statements."""
    row = book.doubt_of(number=number)
    if row is None:
        raise Http404(str(number))
    form = DoubtForm(posted(request))

    def run(at: Any) -> object:
        given = form.cleaned_data
        return operations.resolve_doubt(
            actor=who(request).actor, at=at, doubt=number, resolution=given["resolution"], note=given["note"]
        )

    if request.method == "POST" and form.is_valid() and _done(form, run):
        return HttpResponseRedirect(reverse("law_report"), status=303)
    context = {
        "doubt": row,
        "clause": queries.clause_at(ref=_ref(row)) if row.clause_key else None,
        "reason": REASON_WORDS.get(row.reason, row.reason),
        "form": form,
        "may_decide": may_decide(request),
    }
    return render(request, "law/doubt.html", context, status=400 if form.errors else 200)


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: int) -> HttpResponse:
    """一条复查。 An act that was done after its basis had ended, and what becomes of it. Two statements."""
    row = book.review_of(number=number)
    if row is None:
        raise Http404(str(number))
    form = ReviewForm(posted(request))

    def run(at: Any) -> object:
        given = form.cleaned_data
        return operations.decide_review(
            actor=who(request).actor, at=at, review=number, outcome=given["outcome"], note=given["note"]
        )

    if request.method == "POST" and form.is_valid() and _done(form, run):
        return HttpResponseRedirect(reverse("law_desk"), status=303)
    clauses = queries.cited(refs=[row.clause])
    context = {"review": row, "clauses": clauses, "form": form, "may_decide": may_decide(request)}
    return render(request, "law/review.html", context, status=400 if form.errors else 200)


urlpatterns = [
    path("law/desk/", desk, name="law_desk"),
    path("law/enter/", enter, name="law_enter"),
    path("law/effects/new/", effect_new, name="law_effect_new"),
    path("law/effects/<int:number>/", effect, name="law_effect"),
    path("law/report/<int:number>/", doubt, name="law_doubt"),
    path("law/reviews/<int:number>/", review, name="law_review"),
]
