"""台前登记。 Taking a report down at the desk: hotline clerks for a caller, grid workers for what they see."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import Conflict, InvalidInput, Refused, Standing, who
from tongxin.cases import operations, queries, rules
from tongxin.cases.forms.intake import CHANNELS, NOT_SAME, IntakeForm, IntakeLists, new_key, report_of
from tongxin.cases.forms.photos import Upload, held, held_photos, keep_photo
from tongxin.cases.models import Case
from tongxin.cases.terms import Receipt, Rejection
from tongxin.cases.views import listing, shown
from tongxin.cases.views.act import mark
from tongxin.cases.views.matter import NEAR_DAYS, cannot, sign_in_first
from tongxin.cases.views.shown import Ground, said
from tongxin.law import queries as law
from tongxin.places import queries as places

MOST_MATTERS: Final = 40
SALT: Final = "tongxin.intake"
DONE_SECONDS: Final = 3_600
GIVEN: Final = frozenset(
    {"matter", "district", "street", "community"}
)  # may come with the address; no personal data may


@dataclass(slots=True)
class Slip:
    """一张登记表。 One slip on its way: who takes it down, what is typed, what lies near."""

    ground: Ground
    standing: Standing
    form: IntakeForm
    near: list[Case]
    photos: tuple[str, ...] = ()
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """登记一件事。 Taking a report down. Seven to ten statements to show it; `do=look` only looks up lists and what lies near."""
    if not who(request).signed_in:
        return sign_in_first(request, request.path)
    standing = who(request).standing
    if standing is None or standing.post not in CHANNELS:
        posts = "、".join(sorted(by.value for by in CHANNELS))
        refused = Refused(
            "wrong_post", "您的岗位不登记来电和巡查", "your post does not take reports down", who_could=posts
        )
        ways = [{"url": reverse("report_start"), "label": gettext("像居民一样报告一件事")}]
        return cannot(request, gettext("登记一件事"), refused, Ground.of(timezone.now()), ways)
    slip = _slip(request, standing)
    if request.method == "POST" and request.POST.get("do") == "send":
        return _send(request, slip)
    return _show(request, slip)


def _slip(request: HttpRequest, standing: Standing) -> Slip:
    ground = Ground.of(timezone.now())
    given = request.POST if request.method == "POST" else request.GET
    words: dict[str, Any] = {
        name: value.replace("\x00", "") for name, value in given.items() if isinstance(value, str)
    }
    if request.method != "POST":
        words = {
            **_own_area(standing, ground),
            **{name: value for name, value in words.items() if name in GIVEN},
            "client_key": new_key(),
        }
    near = _near(words, ground)
    lists = _lists(words, ground, near)
    if request.method == "POST":
        form = IntakeForm(request.POST, request.FILES, lists=lists, post=standing.post)
    else:
        form = IntakeForm(initial=words, lists=lists, post=standing.post)
    return Slip(
        ground=ground, standing=standing, form=form, near=near, photos=held_photos(words.get("kept", ""))
    )


def _own_area(standing: Standing, ground: Ground) -> dict[str, str]:
    """先填自己的辖区。 A grid worker starts with their own street."""
    spot = ground.spot(standing.place)
    if spot is None or spot.level != "street":
        return {}
    return {"street": spot.code, "district": spot.path[1] if len(spot.path) > 1 else ""}


def _lists(words: Any, ground: Ground, near: list[Case]) -> IntakeLists:
    district, street = words.get("district", ""), words.get("street", "")
    streets = listing.children(ground, district) if district else ()
    if street not in {code for code, _name in streets}:
        street = ""  # it lies in the district chosen before: then it is asked anew
    return IntakeLists(
        matters=_matters(words.get("find", ""), words.get("matter", ""), ground),
        districts=tuple(listing.children(ground, ground.city.root)),
        streets=tuple(streets),
        communities=tuple(listing.children(ground, street)) if street else (),
        near=[(case.number, _near_words(case, ground)) for case in near],
    )


def _matters(find: str, chosen: str, ground: Ground) -> tuple[Any, ...]:
    """事项的选项。 Matters that have the words in name or category, by category; all of them where nothing is looked for."""
    every = law.matters(ground.city.revision, ground.day).values()
    word = find.strip().casefold()
    hits = [
        m for m in every if word in f"{m.name} {m.name_en} {m.category} {m.category_en} {m.code}".casefold()
    ]
    hits = hits[:MOST_MATTERS] if word else hits
    hits += [m for m in every if m.code == chosen and m not in hits]
    groups: dict[str, list[tuple[str, str]]] = {}
    for m in hits:
        groups.setdefault(said(m.category, m.category_en), []).append((m.code, said(m.name, m.name_en)))
    return tuple((name, tuple(choices)) for name, choices in groups.items())


def _near(words: Any, ground: Ground) -> list[Case]:
    spot = _spot(words, ground)
    if spot is None or not words.get("matter"):
        return []
    return queries.near(matter=words["matter"], path=spot.path, since=ground.at - NEAR_DAYS)


def _spot(words: Any, ground: Ground) -> Any:
    try:
        point = float(words.get("lon", "")), float(words.get("lat", ""))
    except ValueError:
        code = words.get("community") or words.get("street")
        return ground.spot(code) if code else None
    return places.located(points=[point], day=ground.day, revision=ground.city.revision)[0]


def _near_words(case: Case, ground: Ground) -> str:
    row = listing.row_of(case, ground)
    return f"{case.number} · {row['title']} · {row['place']} · {shown.local(case.reported_at)}"


# ---- Sending --------------------------------------------------------------------------------------------------------


def _send(request: HttpRequest, slip: Slip) -> HttpResponse:
    form = slip.form
    if form.is_valid() and slip.near and not form.cleaned_data.get("same_as"):
        form.add_error("same_as", gettext("附近有相像的，请先看是不是同一件"))
    try:
        _keep(slip, form.cleaned_data.get("photos", []))  # also where another answer is wrong
        if form.is_valid():
            return _taken(request, slip)
    except InvalidInput as wrong:
        mark(form, wrong)
    slip.status = 400
    return _show(request, slip)


def _taken(request: HttpRequest, slip: Slip) -> HttpResponse:
    given, me = slip.form.cleaned_data, who(request)
    report = report_of(
        given, post=slip.standing.post, at=slip.ground.at, photos=slip.photos, language=get_language() or ""
    )
    answer = operations.report_cases(actor=me.actor, at=slip.ground.at, reports=[report])[0]
    if isinstance(answer, Rejection):
        raise InvalidInput(
            answer.field if answer.field != "place" else "district", answer.reason, answer.reason_en
        )
    folded = _fold(request, slip, answer, given.get("same_as", ""))
    word = signing.dumps({"number": answer.number, "person": me.actor.person, "folded": folded}, salt=SALT)
    return HttpResponseRedirect(f"{reverse('intake_done')}?{listing.query(r=word)}", status=303)


def _keep(slip: Slip, uploads: list[Upload]) -> None:
    most = int(slip.ground.city.settings.get("photo_max_bytes", 8_000_000))
    for upload in uploads:
        slip.photos = tuple(dict.fromkeys((*slip.photos, keep_photo(upload, shown.photo_folder(), most))))


def _fold(request: HttpRequest, slip: Slip, receipt: Receipt, into: str) -> str:
    """并入相像的一件。 Fold the new case into the one it repeats, where this post may; returns where it went, or nothing."""
    if into in ("", NOT_SAME, receipt.number) or slip.standing.post not in REGISTRY["fold_case"].posts:
        return ""
    try:
        operations.fold_case(actor=who(request).actor, at=slip.ground.at, number=receipt.number, into=into)
    except (Conflict, InvalidInput, Refused):
        return ""  # the report stands by itself; the desk can fold it later
    return into


def _show(request: HttpRequest, slip: Slip) -> HttpResponse:
    district = slip.form["district"].value() or ""
    answer = render(
        request,
        "cases/intake.html",
        {
            "form": slip.form,
            "near": [listing.row_of(case, slip.ground) for case in slip.near],
            "kept": held(slip.photos),
            "kept_count": len(slip.photos),
            "field_worker": "photos" in slip.form.fields,
            "map": _map(district, slip.ground),
        },
        status=slip.status,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _map(district: str, ground: Ground) -> dict[str, Any] | None:
    if not district or ground.spot(district) is None:
        return None
    return {
        "id": "pick",
        "geojson_url": reverse("geojson", args=[district]),
        "label": gettext("在示意图上点出地方"),
        "notice": ground.setting("map_notice"),
        "approval": ground.setting("map_approval"),
        "pick": {"lat": "id_lat", "lon": "id_lon", "place": ""},
    }


@require_safe
def intake_done(request: HttpRequest) -> HttpResponse:
    """登记好了。 What to tell the caller: the number and their own link, shown for an hour to who took it down. Six statements."""
    try:
        told = signing.loads(request.GET.get("r", ""), salt=SALT, max_age=DONE_SECONDS)
    except signing.BadSignature as bad:
        raise Http404("receipt") from bad
    case = queries.case_numbered(number=told["number"])
    if case is None or told["person"] != who(request).actor.person:
        raise Http404("receipt")
    ground = Ground.of(timezone.now())
    token = rules.report_token(number=case.number, secret=settings.SECRET_KEY)
    answer = render(
        request,
        "cases/intake_done.html",
        {
            "case": case,
            "organ": ground.organ(case.organ),
            "listed": bool(case.entry),
            "folded": told["folded"],
            "link": request.build_absolute_uri(reverse("mine", args=[token])),
            "title": shown.matter_title(case),
        },
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


urlpatterns = [
    path("desk/intake/", intake, name="intake"),
    path("desk/intake/done/", intake_done, name="intake_done"),
]
