"""报告一件事，一页一问。 Reporting a matter, one question a page. The draft stays with the reporter until it is sent.

Steps: what → where → details → check → send → done. Whatever was typed is kept, also when the database is away.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongxin.acts.terms import ANONYMOUS, Actor, InvalidInput, says_no_room, who
from tongxin.cases import queries
from tongxin.cases.api.answers import RETRY, Trouble
from tongxin.cases.api.counter import COUNTER
from tongxin.cases.forms.draft import UNKNOWN, Draft, DraftTooLongError, drop_draft, keep_draft, kept_draft
from tongxin.cases.forms.photos import keep_photo, photo_key
from tongxin.cases.forms.report import DetailsForm, MatterForm, PlaceForm, with_hint
from tongxin.cases.terms import Channel, NewReport, Rejection
from tongxin.cases.views import received, shown
from tongxin.cases.views.shown import Ground, said
from tongxin.identity.queries import own_particulars
from tongxin.law import queries as law
from tongxin.law.terms import MatterEntry
from tongxin.places import queries as places

OFTEN: Final = timedelta(days=90)
NEAR: Final = timedelta(days=14)
COMMON = 8
STEPS: Final = {"report_matter": 1, "report_place": 2, "report_details": 3, "report_check": 4}
WHERE_WRONG: Final = {"text": "report_details", "name": "report_details", "phone": "report_details",
                      "email": "report_details", "photos": "report_details", "matter": "report_matter"}  # fmt: skip
Step = Callable[[HttpRequest, Draft], HttpResponse]


def step(view: Step) -> Callable[[HttpRequest], HttpResponse]:
    """一步。 One step: needs a draft, gives it back, and keeps what was typed when the database is away."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @functools.wraps(view)
    def run(request: HttpRequest) -> HttpResponse:
        draft = kept_draft(request)
        if draft is None:
            return redirect("report_start")
        try:
            return view(request, draft)
        except (OperationalError, InterfaceError) as error:
            full = says_no_room(error)
            reason = (
                _("系统的存储空间用完了。您填的都还在，请晚些时候再试。")
                if full
                else _("数据库正在重启。您填的都还在，请过一会儿再试一次。")
            )
            return _later(request, draft, "no_room" if full else "database", reason)
        except Trouble as trouble:
            if trouble.status != 503:
                raise
            return _later(
                request, draft, trouble.code, _("现在报告的人太多。您填的都还在，请过一会儿再试一次。")
            )

    return run


def _later(request: HttpRequest, draft: Draft, code: str, reason: str) -> HttpResponse:
    """过一会儿再试。 Not now: what was typed is kept, and the page says so."""
    status = 507 if code == "no_room" else 503
    said_so = {"status": status, "code": code, "again": request.path, "kept": True, "reason": reason}
    response = render(request, "refusal.html", said_so, status=status)
    response.headers["Retry-After"] = RETRY[status]
    return _kept(request, response, draft.typed(request.POST.dict()))


def _kept(request: HttpRequest, response: HttpResponse, draft: Draft) -> HttpResponse:
    return keep_draft(response, draft, secure=request.is_secure())


def _onward(request: HttpRequest, draft: Draft) -> HttpResponse:
    return _kept(request, redirect(draft.next_page), draft)


def _step(name: str) -> dict[str, int]:
    return {"step": STEPS[name], "steps": len(STEPS)}


# ---- The beginning --------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """开始：说清楚要填什么；没填完的可以接着填。 The beginning; an unfinished draft can be taken up. Two statements."""
    entry = _entry(request.POST.get("matter") or request.GET.get("matter", ""), Ground.of(timezone.now()))
    if request.method == "POST":
        begun = Draft.begun(what=entry.code if entry else "", person_help=bool(entry and entry.person_help))
        return _onward(request, begun)
    return render(request, "cases/report_start.html", {"draft": kept_draft(request), "entry": entry})


def _entry(code: str, ground: Ground) -> MatterEntry | None:
    return next((e for e in law.matters_to_report(ground.city.revision, ground.day) if e.code == code), None)


# ---- What -----------------------------------------------------------------------------------------------------------


@step
def matter(request: HttpRequest, draft: Draft) -> HttpResponse:
    """第一问：是什么事。 What it is about: by plain words, by category, or not known. Three statements."""
    ground = Ground.of(timezone.now())
    words = (request.POST.get("q") or request.GET.get("q", "")).strip()[:60]
    category = (request.POST.get("category") or request.GET.get("category", ""))[:80]
    picked = request.POST.get("what", draft.what)
    entries = _offered(ground, words, category, picked)
    form = MatterForm([_choice(entry) for entry in entries], request.POST or None, initial={"what": picked})
    if request.method == "POST" and form.is_valid():
        return _onward(request, _with_matter(draft, form.cleaned_data["what"], ground))
    context = {
        "form": form,
        "words": words,
        "category": category,
        "found": len(entries),
        "categories": _categories(ground),
        **_step("report_matter"),
    }
    return render(request, "cases/report_matter.html", context, status=400 if form.errors else 200)


def _offered(ground: Ground, words: str, category: str, picked: str) -> list[MatterEntry]:
    """列出哪些。 Which entries to offer: those found, those of the category, or those reported often; and the chosen one."""
    every = law.matters_to_report(ground.city.revision, ground.day)
    often = queries.reported_often(since=ground.day - OFTEN)
    if words:
        offered = law.matters_found(words=words, revision=ground.city.revision, day=ground.day, often=often)
    elif category:
        offered = sorted((e for e in every if e.category == category), key=lambda e: -often.get(e.code, 0))
    else:
        by_code = {entry.code: entry for entry in every}
        offered = [by_code[code] for code in often if code in by_code][:COMMON]
    known = {entry.code for entry in offered}
    return [*offered, *(entry for entry in every if entry.code == picked and entry.code not in known)]


def _choice(entry: MatterEntry) -> tuple[str, Any]:
    hint = said(entry.filing_condition, entry.filing_condition_en)
    return entry.code, with_hint(said(entry.name, entry.name_en), hint)


def _categories(ground: Ground) -> list[dict[str, str]]:
    every = law.matters_to_report(ground.city.revision, ground.day)
    return [
        {"code": code, "label": said(code, english)}
        for code, english in dict.fromkeys((e.category, e.category_en) for e in every)
    ]


def _with_matter(draft: Draft, code: str, ground: Ground) -> Draft:
    entry = _entry(code, ground)
    person_help = bool(entry and entry.person_help)
    chosen = draft.without_person() if person_help else draft
    told = draft.told and person_help == draft.person_help and (code != UNKNOWN or bool(draft.text))
    return replace(chosen, what=code, person_help=person_help, told=told)


# ---- Where ----------------------------------------------------------------------------------------------------------


@step
def place(request: HttpRequest, draft: Draft) -> HttpResponse:
    """第二问：在哪里。 Where: a point on the map, district–street–community, or an address. At most two statements."""
    ground = Ground.of(timezone.now())
    draft = _fitting(draft.typed(request.POST.dict()), ground)
    if request.method == "POST" and "list" in request.POST:
        answer = HttpResponseRedirect(reverse("report_place") + "#places")
        return _kept(request, answer, draft)
    given = {
        name: getattr(draft, name) for name in ("lat", "lon", "district", "street", "community", "address")
    }
    form = PlaceForm(_below(draft, ground), given if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid() and _inside(form, ground):
        return _onward(request, replace(draft, placed=True))
    context = {
        "form": form,
        "map": _map(draft, ground),
        "person_help": draft.person_help,
        **_step("report_place"),
    }
    response = render(request, "cases/report_place.html", context, status=400 if form.errors else 200)
    return _kept(request, response, draft)


def _fitting(draft: Draft, ground: Ground) -> Draft:
    """去掉不再相配的下级。 Without a street or community that does not lie in what was chosen above it."""
    street = ground.spot(draft.street)
    if street is None or draft.district not in street.path:
        return replace(draft, street="", community="")
    community = ground.spot(draft.community)
    return draft if community and draft.street in community.path else replace(draft, community="")


def _below(draft: Draft, ground: Ground) -> dict[str, Sequence[tuple[str, Any]]]:
    above = {"district": ground.city.root, "street": draft.district, "community": draft.street}
    return {
        name: [
            (spot.code, said(spot.name, spot.name_en))
            for spot in places.spots_below(code=code, day=ground.day, revision=ground.city.revision)
        ]
        for name, code in above.items()
        if code
    }


def _inside(form: PlaceForm, ground: Ground) -> bool:
    """点在不在本市。 Whether the point, where there is one, lies in the city; says so at the field."""
    lat, lon = form.cleaned_data.get("lat"), form.cleaned_data.get("lon")
    if lat is None or lon is None:
        return True
    found = places.located(points=[(float(lon), float(lat))], day=ground.day, revision=ground.city.revision)
    if found[0] is None:
        form.add_error("lat", _("这个点不在本市范围内"))
    return found[0] is not None


def _map(draft: Draft, ground: Ground) -> dict[str, Any]:
    shown_map = {
        "id": "where", "geojson_url": f"/map/{draft.district or ground.city.root}.geojson", "label": _("本市网格示意图"),
        "notice": ground.setting("map_notice"), "approval": ground.setting("map_approval"),
        "pick": {"lat": "id_lat", "lon": "id_lon", "place": ""},
    }  # fmt: skip
    lat, lon = _number(draft.lat), _number(draft.lon)
    return {**shown_map, "lat": lat, "lon": lon} if lat is not None and lon is not None else shown_map


def _number(text: str) -> float | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return float(number) if number.is_finite() and abs(number) <= 180 else None


# ---- Details --------------------------------------------------------------------------------------------------------


@step
def details(request: HttpRequest, draft: Draft) -> HttpResponse:
    """第三问：怎么回事。 What happened, photos, and how to reach the reporter, who need not say. At most one statement."""
    initial = {name: getattr(draft, name) for name in ("text", "name", "phone", "email")}
    if request.method != "POST":
        first = {} if draft.told or draft.person_help else _own(request)
        filled = {name: value or first.get(name, "") for name, value in initial.items()}
        return _ask_details(request, DetailsForm(draft, initial=filled), draft)
    form = DetailsForm(draft, request.POST, request.FILES)
    valid = form.is_valid()
    typed = draft.typed(request.POST.dict())
    draft = typed.without_person() if draft.person_help else _with_photos(typed, form)
    if valid and not form.errors:
        try:
            return _onward(request, replace(draft, told=True))
        except DraftTooLongError:
            form.add_error("text", _("写得太长了，请写短一点"))
            return _ask_details(request, form, replace(draft, text=draft.text[:1_000]))
    return _ask_details(request, form, draft)


def _ask_details(request: HttpRequest, form: DetailsForm, draft: Draft) -> HttpResponse:
    form.list_kept(draft)
    context = {"form": form, "draft": draft, "kept": _kept_photos(draft), **_step("report_details")}
    response = render(request, "cases/report_details.html", context, status=400 if form.errors else 200)
    return _kept(request, response, draft)


def _kept_photos(draft: Draft) -> list[str]:
    return [f"/photos/{digest}.jpg?key={photo_key(digest)}" for digest in draft.photos]


def _own(request: HttpRequest) -> dict[str, str]:
    """本人的资料，先替他填上。 What is known of who is signed in, filled in before; nothing for others."""
    asker = who(request)
    person = own_particulars(person=asker.actor.person) if asker.signed_in else None
    return {"name": person.name, "phone": person.phone, "email": person.email} if person else {}


def _with_photos(draft: Draft, form: DetailsForm) -> Draft:
    """收下照片；有一张不行，别的照收。 Keep the photos; where one is no good the others are kept all the same."""
    given = form.cleaned_data
    kept = [digest for digest in draft.photos if digest not in given.get("drop", ())]
    most = int(places.city().settings.get("photo_max_bytes", 8_000_000)) if given.get("photos") else 0
    for upload in given.get("photos") or ():
        try:
            kept.append(keep_photo(upload, settings.PHOTOS, most))
        except InvalidInput as wrong:
            form.add_error("photos", f"{upload.name}：{said(wrong.reason, wrong.reason_en)}")
    return replace(draft, photos=tuple(dict.fromkeys(kept))[:6])


# ---- Check and send -------------------------------------------------------------------------------------------------


@step
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """提交之前再看一遍；提交。 Check your answers; send. Looking takes three statements, sending fifteen."""
    if draft.next_page != "report_check":
        return redirect(draft.next_page)
    if request.method != "POST":
        return _show_answers(request, draft, None)
    actor = _actor(request, draft)
    now = timezone.now()
    answer = COUNTER.receive(actor=actor, at=now, report=_report(draft, now))
    if isinstance(answer, Rejection):
        return _show_answers(request, draft, answer)
    sent = request.session.get("sent", {})
    request.session["sent"] = dict([*sent.items(), (answer.number, answer.token)][-3:])
    return drop_draft(redirect("report_done", number=answer.number))


def _actor(request: HttpRequest, draft: Draft) -> Actor:
    """以本人身份；帮助他人的不记名。 In one's own right, never through an office; offers of help are anonymous."""
    asker = who(request)
    return Actor(person=asker.actor.person) if asker.signed_in and not draft.person_help else ANONYMOUS


def _report(draft: Draft, now: datetime) -> NewReport:
    return NewReport(
        client_key=draft.key, channel=Channel.WEB, matter=None if draft.what == UNKNOWN else draft.what,
        reported_at=now, text=draft.text.strip(), lon=_number(draft.lon), lat=_number(draft.lat),
        place=draft.place or None, address=draft.address.strip(), name=draft.name.strip(), phone=draft.phone.strip(),
        email=draft.email.strip(), photos=draft.photos, language=get_language() or "zh-hans")  # fmt: skip


def _show_answers(request: HttpRequest, draft: Draft, wrong: Rejection | None) -> HttpResponse:
    ground = Ground.of(timezone.now())
    entry = _entry(draft.what, ground)
    errors = (
        [
            {
                "text": said(wrong.reason, wrong.reason_en),
                "href": reverse(WHERE_WRONG.get(wrong.field, "report_place")),
            }
        ]
        if wrong and wrong.field != "client_key"
        else []
    )
    if wrong and not errors:
        errors = [{"text": said(wrong.reason, wrong.reason_en), "href": ""}]
    context = {
        "answers": _answers(draft, entry, ground),
        "errors": errors,
        "near": _near(draft, entry, ground),
        "photos": _kept_photos(draft),
        "draft": draft,
        "entry": entry,
        **_step("report_check"),
    }
    return render(request, "cases/report_check.html", context, status=400 if wrong else 200)


def _answers(draft: Draft, entry: MatterEntry | None, ground: Ground) -> list[dict[str, Any]]:
    what = said(entry.name, entry.name_en) if entry else _("不知道属于哪一类")
    rows: list[dict[str, Any]] = [
        {"label": _("是什么事"), "value": what, "change_url": reverse("report_matter")},
        {"label": _("在哪里"), "lines": _where(draft, ground), "change_url": reverse("report_place")},
        {"label": _("怎么回事"), "value": draft.text, "change_url": reverse("report_details")},
    ]
    if draft.person_help:
        return rows
    photos = _("%(n)s 张") % {"n": len(draft.photos)} if draft.photos else ""
    reach = " ".join(word for word in (draft.name, draft.phone, draft.email) if word)
    return [
        *rows,
        {"label": _("照片"), "value": photos, "change_url": reverse("report_details")},
        {
            "label": _("怎么找您"),
            "value": reach or _("不留，匿名报告"),
            "change_url": reverse("report_details"),
        },
    ]


def _where(draft: Draft, ground: Ground) -> list[str]:
    """地点，从大到小。 The place in words: the grid of the point or the chosen places, then the address."""
    spot = _spot(draft, ground)
    names = " ".join(received.where_named(spot.path, ground)) if spot else ""
    point = f"{float(draft.lat):.5f}, {float(draft.lon):.5f}" if _number(draft.lat) is not None else ""
    return [line for line in (names, draft.address, point) if line]


def _spot(draft: Draft, ground: Ground) -> Any:
    lat, lon = _number(draft.lat), _number(draft.lon)
    if lat is None or lon is None:
        return ground.spot(draft.place) if draft.place else None
    return places.located(points=[(lon, lat)], day=ground.day, revision=ground.city.revision)[0]


def _near(draft: Draft, entry: MatterEntry | None, ground: Ground) -> list[dict[str, Any]]:
    """附近是不是报过了。 Whether the same thing was perhaps reported nearby a short while ago."""
    spot = _spot(draft, ground)
    if entry is None or spot is None or draft.person_help or spot.level not in {"grid", "community"}:
        return []
    found = queries.near(matter=entry.code, path=spot.path, since=ground.at - NEAR, most=3)
    return [
        {"number": case.number, "title": shown.matter_title(case), "at": case.reported_at} for case in found
    ]


urlpatterns = [
    path("report/", start, name="report_start"),
    path("report/matter/", matter, name="report_matter"),
    path("report/place/", place, name="report_place"),
    path("report/details/", details, name="report_details"),
    path("report/check/", check, name="report_check"),
    *received.urlpatterns,
]
