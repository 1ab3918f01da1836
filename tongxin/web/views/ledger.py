"""台账的页与静态文件。 Pages of the ledger, and its static files: checkpoint, tiles, receipts. Nothing personal on them."""

import gzip
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.acts.registry import REGISTRY
from tongxin.cases import operations as _cases  # noqa: F401 - the words of every act come from the full register
from tongxin.exchange import operations as _exchange  # noqa: F401
from tongxin.identity import operations as _identity  # noqa: F401
from tongxin.law import operations as _law  # noqa: F401
from tongxin.law.queries import cited
from tongxin.ledger import rules
from tongxin.ledger.models import LedgerEntry
from tongxin.ledger.queries import (
    entry_numbered,
    newest_checkpoint,
    newest_of_each,
    newest_stamp,
    proof_of,
    published,
    receipt_of,
    tile_bytes,
)
from tongxin.ledger.terms import AlteredError
from tongxin.organs import operations as _organs  # noqa: F401
from tongxin.organs.queries import office_title, organs_by_code
from tongxin.places import operations as _places  # noqa: F401
from tongxin.places.queries import city
from tongxin.web import ground, witnessing
from tongxin.web.clock import now

MOST_DIGITS = 18
PLAIN: Final = "text/plain; charset=utf-8"
FOREVER: Final = "public, max-age=31536000, immutable"
CHECKER: Final = Path(__file__).resolve().parents[3] / "tools" / "verify_receipt.py"


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """台账是什么、最新的检查点、谁见证；带号就去那一条。 What the ledger is, its newest checkpoint, its witnesses. Four statements."""
    wanted = request.GET.get("entry", "").strip()
    known = wanted.isascii() and wanted.isdecimal() and len(wanted) <= MOST_DIGITS
    if known and entry_numbered(number=int(wanted)) is not None:
        return HttpResponseRedirect(f"/ledger/{int(wanted)}/")
    context = {
        "newest": newest_checkpoint(),
        "key": verifier_key(),
        "wanted": wanted,
        "witnesses": _witnesses(),
        "within": settings.WITNESSED_WITHIN,
        "stamp": newest_stamp().first(),
        "hash": settings.LEDGER_HASH,
    }
    return render(request, "ledger.html", context, status=404 if wanted else 200)


def _witnesses() -> list[dict[str, Any]]:
    """见证者一览。 Each witness: its name and key, what it cosigned last, and whether that is older than the published age."""
    keys = [one.key for one in witnessing.witnesses()]
    seen, moment = newest_of_each(names=[key.name for key in keys]), now()
    return [
        {
            "name": key.name,
            "key": str(key),
            "seen": seen.get(key.name),
            "fresh": key.name in seen
            and (moment - seen[key.name].at).total_seconds() <= settings.WITNESSED_WITHIN,
        }
        for key in keys
    ]


@require_safe
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """一条：何时、哪个机构、以何职位、凭哪些条款，及其证明。 One entry and its proof. Ten statements at most."""
    row = entry_numbered(number=number)
    if row is None:
        raise Http404(str(number))
    english = _("zh") == "en"
    declared = REGISTRY.get(row.verb)
    title = (declared.title_en if english else declared.title) if declared else row.verb
    proof = proof_of(entry=row.id)
    context = {
        "row": row,
        "title": title,
        "organ": _organ(row, english=english),
        "proof": proof,
        "steps": [step.hex() for step in proof.path] if proof else [],
        "commitment": bytes(row.commitment).hex(),
        "office": _office(row, english=english),
        "clauses": cited(refs=row.clauses.split()),
    }
    return render(request, "ledger_entry.html", context)


@require_safe
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    """回执：拿去离线核对。 The receipt (C2SP tlog-proof), to be checked offline. Eight statements at most."""
    del request
    if entry_numbered(number=number) is None:
        raise Http404(str(number))
    found = receipt_of(entry=number)
    if found is None:
        waiting = "这一条刚记下，正等着进树，过一两秒再来。 This entry waits for its place in the tree; come back in a second.\n"
        return HttpResponse(waiting, status=404, content_type=PLAIN, headers={"Retry-After": "1"})
    said = {"Content-Disposition": f'attachment; filename="receipt-{number}.tlog-proof"'}
    return HttpResponse(found, content_type=PLAIN, headers=said)


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """公布的检查点，连同共同签名。 The published checkpoint with its cosignatures (C2SP tlog-checkpoint). Four statements."""
    del request
    found = published(at=now())
    if found is None:
        raise Http404("checkpoint")
    return HttpResponse(found, content_type=PLAIN, headers={"Cache-Control": "no-cache"})


@require_safe
def tile(request: HttpRequest, name: str) -> HttpResponse:
    """一片瓦，永不变。 A tile or a bundle of entries; it never changes (C2SP tlog-tiles). Two statements."""
    try:
        found = tile_bytes(tile=rules.tile_at(name))
    except ValueError as error:
        raise Http404(name) from error
    except AlteredError as error:
        return HttpResponse(f"{error}\n", status=500, content_type=PLAIN)
    if found is None:
        raise Http404(name)
    said = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if name.startswith("entries/") and "gzip" in request.headers.get("Accept-Encoding", ""):
        found, said["Content-Encoding"] = gzip.compress(found, mtime=0), "gzip"
    return HttpResponse(found, content_type="application/octet-stream", headers=said)


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """公钥。 The verifier key of signed notes: name+id+base64(type, key). No statement."""
    del request
    return HttpResponse(verifier_key() + "\n", content_type=PLAIN)


@require_safe
def checker(request: HttpRequest) -> HttpResponse:
    """核对回执的小程序。 The small program that verifies a receipt offline. No statement."""
    del request
    said = {"Content-Disposition": 'attachment; filename="verify_receipt.py"'}
    return HttpResponse(CHECKER.read_bytes(), content_type=PLAIN, headers=said)


def verifier_key() -> str:
    """核对用的公钥，一行。 The verifier key in one line (C2SP signed-note)."""
    return str(ground.signer().key())


def _organ(row: LedgerEntry, *, english: bool) -> str:
    organ = organs_by_code(city().revision).get(row.organ) if row.organ else None
    if organ is None:
        return row.organ
    return organ.name_en if english else organ.name


def _office(row: LedgerEntry, *, english: bool) -> dict[str, Any]:
    held = office_title(code=row.office) if row.office else None
    if held is None:
        return {"title": row.office}
    return {"title": held.title_en or held.title if english else held.title}


urlpatterns = [
    path("ledger/", ledger, name="ledger"),
    path("ledger/checkpoint", checkpoint, name="ledger_checkpoint"),
    path("ledger/key", key, name="ledger_key"),
    path("ledger/verify_receipt.py", checker, name="ledger_checker"),
    re_path(r"^ledger/tile/(?P<name>[0-9a-z./]{1,60})$", tile, name="ledger_tile"),
    path("ledger/<int:number>/", entry, name="ledger_entry"),
    path("ledger/<int:number>/receipt.tlog-proof", receipt, name="ledger_receipt"),
]
