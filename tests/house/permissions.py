"""The table of who may open what, and the four witnesses who tell it."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.factories import NOW, a_report, officer, session_of
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Actor
from tongxin.cases import operations as cases
from tongxin.cases import rules
from tongxin.cases.forms.photos import photo_path
from tongxin.cases.models import Case
from tongxin.cases.terms import Receipt
from tongxin.exchange import operations as exchange
from tongxin.exchange.models import Emergency
from tongxin.exchange.rules.emergency import Ground as EmergencyGround
from tongxin.exchange.tests import factories as shared
from tongxin.exchange.tests.lookers import SECRECY, look
from tongxin.exchange.tests.statistics import PROVIDER, statistics_scene
from tongxin.identity.operations import open_account, request_recovery
from tongxin.identity.terms import NewPerson
from tongxin.law.models import Binding
from tongxin.law.tests.makers import commented, drafted, open_rule
from tongxin.law.tests.test_changing import MATTER, OLD, late_repeal
from tongxin.law.tests.test_listing import applied
from tongxin.ledger.models import LedgerEntry
from tongxin.web import ground
from tongxin.web.patterns.catalogue import PATTERNS

TABLE = Path(__file__).with_name("permissions.csv")
PUBLIC = Path(__file__).with_name("public.csv")
COLUMNS = ["route", "method", "path", "data", "resident", "with_basis", "without_basis", "outsider"]
WITNESSES = ("resident", "with_basis", "without_basis", "outsider")
RESIDENT = Actor(person="person:concerned")
LATER = NOW + timedelta(hours=1)
# What stands for the parts of an address; a pattern that cannot be guessed from stands here whole.
PATHS = {
    r"^open311/v2/discovery\.(?P<kind>json|xml)$": "open311/v2/discovery.json",
    r"^open311/v2/services\.(?P<kind>json|xml)$": "open311/v2/services.json",
    r"^open311/v2/services/(?P<code>[^/]+)\.(?P<kind>json|xml)$": "open311/v2/services/{matter}.json",
    r"^open311/v2/requests\.(?P<kind>json|xml)$": "open311/v2/requests.json",
    r"^open311/v2/requests/(?P<number>[^/]+)\.(?P<kind>json|xml)$": "open311/v2/requests/{number}.json",
    r"^open311/v2/tokens/(?P<token>[^/]+)\.(?P<kind>json|xml)$": "open311/v2/tokens/{token}.json",
    r"^open311/v2/(?:.*\.(?P<kind>json|xml)|.*)$": "open311/v2/other.json",
    r"^api/.*$": "api/other",
    r"^law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/$": "law/{law}/",
    r"^law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/akn\.xml$": "law/{law}/akn.xml",
    r"^law/(?P<key>[a-z0-9-]+(?:/[a-z0-9-]+)+)/compare/$": "law/cn/cybersecurity/compare/",
    r"^law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/(?P<clause>[a-z0-9.-]+)\.json$": "law/{law}/a1.json",
    r"^law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/(?P<clause>[a-z0-9.-]+)/$": "law/{law}/a1/",
    r"^law/(?P<key>[a-z0-9-]+(?:/[a-z0-9-]+)+)/$": "law/cn/cybersecurity/",
    r"^lists/$": "lists/",
    r"^lists/(?P<kind>matter|power)/$": "lists/matter/",
    r"^lists/(?P<kind>duty|township|data|purchase|delegation|discretion)/$": "lists/duty/",
    r"^lists/(?P<kind>duty|township|data|purchase|delegation|discretion)\.csv$": "lists/duty.csv",
    r"^lists/(?P<kind>duty|township|data|purchase|delegation|discretion)\.json$": "lists/duty.json",
    r"^lists/(?P<kind>matters|powers|duty|township|data|purchase|delegation|discretion)/changes/$": "lists/duty/changes/",
    r"^lists/(?P<kind>duty|township|data|purchase|delegation|discretion)/(?P<code>[a-z0-9_/-]+)/$": "lists/duty/q001/",
    r"^lists/(?P<kind>matters|duty|township|data|purchase|delegation|discretion)/apply/$": "lists/duty/apply/",
    r"^lists/(?P<kind>matters|duty|township|data|purchase|delegation|discretion)/end/$": "lists/duty/end/?code=q001",
    "lists/applications/<int:number>/": "lists/applications/{application}/",
    "lawmaking/mine/<str:token>/": "lawmaking/mine/{remark_token}/",
    "lawmaking/<str:number>/": "lawmaking/{law_number}/",
    "lawmaking/<str:number>/draft/<int:seq>/": "lawmaking/{law_number}/draft/1/",
    "lawmaking/<str:number>/compare/<int:old>/<int:new>/": "lawmaking/{law_number}/compare/1/1/",
    "lawmaking/<str:number>/comments/": "lawmaking/{law_number}/comments/",
    "lawmaking/<str:number>/comments/<str:comment>/who/": "lawmaking/{law_number}/comments/{remark}/who/",
    "lawmaking/<str:number>/comment/": "lawmaking/{law_number}/comment/",
    "lawmaking/<str:number>/comment/<str:comment>/": "lawmaking/{law_number}/comment/{remark}/",
    "lawmaking/<str:number>/do/<str:verb>/": "lawmaking/{law_number}/do/withdraw_bill/",
    "data/releases/<str:number>.csv": "data/releases/{release}.csv",
    "data/releases/<str:number>.json": "data/releases/{release}.json",
    "data/releases/<str:number>/": "data/releases/{release}/",
    "data/releases/questions/<str:number>/": "data/releases/questions/{release_question}/",
    "data/items/<str:code>/": "data/items/s003/",
    "data/applications/<str:number>/": "data/applications/{asked}/",
    "data/grants/<str:number>/": "data/grants/{grant}/",
    "data/corrections/<int:number>/": "data/corrections/{correction}/",
    "data/disputes/<int:number>/": "data/disputes/{dispute}/",
    "data/revisions/<int:number>/": "data/revisions/{revision}/",
    "data/do/<str:verb>/<str:subject>/": "data/do/record_use/grant:{grant}/",
    "data/calls/<str:number>/": "data/calls/{grant}/",
    "data/emergencies/<str:number>/": "data/emergencies/{emergency}/",
    "sign-in/recover/<str:token>/": "sign-in/recover/{recovery_token}/",
    "sign-in/with/<slug:provider_id>/": "sign-in/with/nobody/",
    "sign-in/with/<slug:provider_id>/back/": "sign-in/with/nobody/back/",
    "account/do/<slug:what>/": "account/do/end/",
    "identity/register/<slug:what>/": "identity/register/number/",
    "identity/recoveries/<int:number>/": "identity/recoveries/{recovery}/",
    "law/effects/<int:number>/": "law/effects/{effect}/",
    "law/report/<int:number>/": "law/report/{doubt}/",
    "law/reviews/<int:number>/": "law/reviews/{review}/",
    "ledger/<int:number>/": "ledger/{entry}/",
    "ledger/<int:number>/receipt.tlog-proof": "ledger/{entry}/receipt.tlog-proof",
    "^ledger/tile/(?P<name>[0-9a-z./]{1,60})$": "ledger/tile/0/000.p/1",
    "my-data/contests/<str:number>/": "my-data/contests/{contest}/",
    "my-data/contests/<str:number>/<str:what>/": "my-data/contests/{contest}/withdraw/",
    "my-data/requests/<str:number>/": "my-data/requests/{request}/",
    "data/contests/<str:number>/": "data/contests/{contest}/",
    "data/contests/<str:number>/answer/": "data/contests/{contest}/answer/",
    "data/deferrals/<str:number>/": "data/deferrals/{deferral}/",
    "cases/erase/<str:number>/": "cases/erase/{erasure}/",
    "my/<str:number>/<str:what>/": "my/{number}/withdraw/",
    "mine/<str:token>/<str:what>/": "mine/{token}/withdraw/",
    "cases/<str:number>/do/<str:verb>/": "cases/{number}/do/note_case/",
    "lists/matters/<path:code>/": "lists/matters/{matter}/",
    "map/<slug:code>.geojson": "map/{place}.geojson",
    "patterns/<slug:slug>": "patterns/{pattern}",
    "photos/<str:digest>.jpg": "photos/{digest}.jpg",
}


# The official with a basis is the case's own officer, but for what another post does.
OF_ANOTHER_POST = {
    "identity/register/<slug:what>/": "clerk",
    "identity/recoveries/<int:number>/": "clerk",
    "systems/": "lead",
    "systems/end/": "lead",
    "desk/intake/": "clerk",
    "desk/intake/done/": "clerk",
    "data/releases/questions/<str:number>/": "provider_head",
    "data/releases/ask/": "data_officer",
    "data/releases/budgets/": "data_authority",
    "data/collected/new/": "data_officer",
    "data/collected/end/": "data_officer",
    "law/enter/": "lawyer",
    "law/effects/new/": "lawyer",
    "law/effects/<int:number>/": "lawyer",
    "law/report/<int:number>/": "lawyer",
    "law/reviews/<int:number>/": "lawyer",
    "law/impact/": "lawyer",
    "law/impact.json": "lawyer",
    "lists/applications/<int:number>/": "lead",
    "lawmaking/<str:number>/draft/<int:seq>/": "drafter",
    "lawmaking/<str:number>/compare/<int:old>/<int:new>/": "drafter",
    "lawmaking/<str:number>/do/<str:verb>/": "drafter",
    "lawmaking/<str:number>/comments/<str:comment>/who/": "justice",
    "data/contests/": "data_head",
    "data/contests/<str:number>/": "data_head",
    "data/contests/<str:number>/answer/": "data_head",
    "data/deferrals/": "police_data_officer",
    "data/deferrals/complete/": "data_head",
    "data/deferrals/<str:number>/": "police_data_head",
    "cases/erase/<str:number>/": "data_head",
    "data/applications/": "user",
    "data/applications/<str:number>/": "user",
    "data/grants/": "user",
    "data/grants/<str:number>/": "user",
    "data/corrections/<int:number>/": "user",
    "data/disputes/<int:number>/": "user",
    "data/revisions/<int:number>/": "inspector",
    "data/do/<str:verb>/<str:subject>/": "user",
    "data/calls/": "user",
    "data/calls/<str:number>/": "user",
    "data/emergencies/new/": "user",
    "data/emergencies/<str:number>/": "user",
}


@dataclass(frozen=True)
class Scene:
    """A case that a resident has reported and an organ has accepted, and what its addresses are made of."""

    facts: Mapping[str, str]
    people: Mapping[str, dict[str, Any] | None]


def set_scene() -> Scene:
    """Make the scene; committed or not is the caller's affair."""
    open_account(
        actor=PLATFORM, at=NOW, person=NewPerson(ref=RESIDENT.person, name="居民", login="concerned")
    )
    receipt = cases.report_cases(
        actor=RESIDENT,
        at=NOW,
        reports=[a_report(person=RESIDENT.person, name="居民", phone="13900000000", photos=("a" * 64,))],
    )[0]
    assert isinstance(receipt, Receipt), receipt
    case = Case.objects.get(number=receipt.number)
    competent = officer(case.organ)
    cases.accept_cases(actor=competent, at=NOW, numbers=[case.number])
    book = {**_book_scene(), **_person_scene(case, competent)}
    ground.sequence_all(at=NOW)
    photo = photo_path("a" * 64, settings.PHOTOS)
    photo.parent.mkdir(parents=True, exist_ok=True)
    photo.write_bytes(b"\xff\xd8\xff\xd9")
    entry = LedgerEntry.objects.filter(verb="accept_case").latest("id")
    return Scene(
        facts={
            "number": case.number,
            "token": rules.report_token(number=case.number, secret=settings.SECRET_KEY),
            "entry": str(entry.pk),
            "matter": case.matter,
            "place": case.path[-1],
            "digest": "a" * 64,
            "pattern": PATTERNS[0].slug,
            "law": case.clauses.split("#")[0].removeprefix("law:"),
            "seen": str(Case.objects.get(pk=case.pk).steps),
            **book,
            **statistics_scene(),
            **_shared_scene(),
        },
        people={
            "resident": session_of(RESIDENT, "concerned"),
            "with_basis": session_of(competent, "officer"),
            "without_basis": session_of(officer("bz/371603/culture"), "elsewhere"),
            "outsider": None,
            "data_head": session_of(officer("bz/big-data", "data_head"), "data"),
            "police_data_officer": session_of(officer("bz/public-security", "data_officer"), "police-data"),
            "police_data_head": session_of(officer("bz/public-security", "data_head"), "police-head"),
            "clerk": session_of(officer("bz/hotline", "hotline_clerk"), "clerk"),
            "lawyer": session_of(officer("bz/lead", "legal_officer"), "legal"),
            "lead": session_of(officer("bz/lead", "lead_officer"), "lead"),
            "drafter": session_of(officer("bz/urban-management"), "drafter"),
            "user": session_of(shared.data_officer(shared.USER), "apply"),
            "inspector": session_of(shared.inspector(), "data-authority"),
            "justice": session_of(officer("bz/justice", "legal_officer"), "justice"),
            "data_officer": session_of(officer(PROVIDER, "data_officer"), "data-officer"),
            "provider_head": session_of(officer(PROVIDER, "data_head"), "data-head"),
            "data_authority": session_of(officer("bz/big-data", "data_head"), "data-authority-head"),
        },
    )


def _book_scene() -> dict[str, str]:
    """A law in the making with a comment and one whose draft is not public, an application to a list; an effect, a doubt and a

    review that wait, and an entry that lost its clause and may be re-pointed.
    """
    number = open_rule(NOW)
    remark = commented(number, NOW)
    recovery = request_recovery(actor=ANONYMOUS, at=NOW, login="concerned", token="t" * 43)
    waiting = {name: str(value) for name, value in late_repeal().items()}
    lost = Binding.objects.filter(entry__code=MATTER, clause__key__startswith="a35", valid_to=None).latest(
        "id"
    )
    return {
        "law_number": number,
        "closed_law": drafted(),
        "lost": str(lost.pk),
        "follows": f"law:{OLD[0]}@{OLD[1]}#a34",
        "remark": remark.number,
        "remark_token": remark.token,
        "application": str(applied()),
        "recovery": str(recovery),
        "recovery_token": "t" * 43,
        **waiting,
    }


def _person_scene(case: Case, competent: Actor) -> dict[str, str]:
    """Looks at the resident's data: one that is contested, one that may be; requests; a deferral that waits for its decision."""
    cases.consult_reporter(actor=competent, at=NOW, number=case.number, purpose=cases.Purpose.CONTACT)
    handle = str(LedgerEntry.objects.filter(verb="consult_reporter").latest("id").pk)
    contested, kept_back = look(RESIDENT.person, organ="bz/big-data"), look("person:other")
    mine: dict[str, Any] = {"actor": RESIDENT, "at": NOW, "person": RESIDENT.person}
    return {
        "handle": handle,
        "contest": exchange.contest_line(line=str(contested), ground="other", **mine),
        "request": exchange.file_request(kind="access", about="person", **mine),
        "erasure": exchange.file_request(kind="delete", about=f"case:{case.number}", ground="purpose", **mine),
        "deferral": exchange.defer_lines(
            actor=officer("bz/public-security", "data_officer"), at=NOW, lines=[kept_back], ground="hinders",
            clause=SECRECY, until=NOW + timedelta(days=30), reason="正在办理治安案件",
        ),
    }  # fmt: skip


def _shared_scene() -> dict[str, str]:
    """A delivered grant with an error reported and a dispute raised, and a revision that waits."""
    grant = shared.delivered()
    error, dispute = shared.disputed(grant)
    broken = exchange.break_glass(
        actor=shared.data_head("bz/emergency"), at=NOW, item=shared.PERMITS, ground=EmergencyGround.RESCUE, fields=("name",),
        rationale="燃气爆炸，需要核对居住人员名单，组织搜救和安置", until=NOW + timedelta(hours=24), calls=10, persons=10,
    )  # fmt: skip
    return {
        "emergency": Emergency.objects.get(grant__number=broken).number,
        "asked": shared.number_of(grant),
        "grant": grant.number,
        "correction": str(error),
        "dispute": str(dispute),
        "revision": str(shared.revising()),
    }


def read_table() -> list[dict[str, str]]:
    """The rows of the table."""
    if not TABLE.exists():
        return []
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_public() -> dict[str, str]:
    """The routes that are open to everybody, with the reason."""
    with PUBLIC.open(encoding="utf-8", newline="") as lines:
        return {row["route"]: row["reason"] for row in csv.DictReader(lines)}


def write_table(rows: list[dict[str, str]]) -> None:
    """Write the table, in the order of routes."""
    with TABLE.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def proposed_path(pattern: str) -> str:
    """An address for a pattern: the parts by their names."""
    return PATHS.get(pattern) or re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)


def answers(scene: Scene, row: Mapping[str, str], witnesses: Sequence[str] = WITNESSES) -> dict[str, str]:
    """How each witness is answered; nothing of what they did stays."""
    posts = {"with_basis": OF_ANOTHER_POST.get(row["route"], "with_basis")}
    return {witness: _answer(scene, row, scene.people[posts.get(witness, witness)]) for witness in witnesses}


def _answer(scene: Scene, row: Mapping[str, str], held: dict[str, Any] | None) -> str:
    client = Client(raise_request_exception=False)
    if held is not None:
        session = client.session
        session["who"] = held
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    path = "/" + row["path"].format(**scene.facts)
    data = {
        key.format(**scene.facts): value.format(**scene.facts)
        for key, value in parse_qsl(row["data"], keep_blank_values=True)
    }
    with transaction.atomic():
        response = (
            client.generic(row["method"], path)
            if row["method"] not in {"GET", "POST"}
            else (getattr(client, row["method"].lower())(path, data))
        )
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return _class(response.status_code, response.headers.get("Location", ""))


def _class(status: int, location: str) -> str:
    if 300 <= status < 400:
        return "sign in" if location.startswith("/sign-in/") else "moved"
    words = {
        400: "invalid",
        401: "refused",
        403: "refused",
        404: "absent",
        405: "no method",
        409: "conflict",
        413: "too large",
        415: "wrong kind",
        422: "invalid",
    }
    return words.get(status) or ("ok" if status < 300 else f"broken {status}")
