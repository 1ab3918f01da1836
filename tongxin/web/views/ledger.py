"""台账的页。 Pages of the ledger: the newest checkpoint, the key, and each entry with its proof. Nothing personal on them."""

import base64
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.acts.registry import REGISTRY
from tongxin.cases import operations as _cases  # noqa: F401 - the words of every act come from the full register
from tongxin.identity import operations as _identity  # noqa: F401
from tongxin.law import operations as _law  # noqa: F401
from tongxin.law.queries import cited
from tongxin.ledger import rules
from tongxin.ledger.models import LedgerEntry
from tongxin.ledger.queries import entry_numbered, leaf_of, newest_checkpoint, proof_of
from tongxin.organs import operations as _organs  # noqa: F401
from tongxin.organs.queries import office_title, organs_by_code
from tongxin.places import operations as _places  # noqa: F401
from tongxin.places.queries import city
from tongxin.web import ground

MOST_DIGITS = 18


def ledger(request: HttpRequest) -> HttpResponse:
    """台账是什么、最新的检查点；带号就去那一条。 What the ledger is, and its newest checkpoint. One statement."""
    wanted = request.GET.get("entry", "").strip()
    known = wanted.isascii() and wanted.isdecimal() and len(wanted) <= MOST_DIGITS
    if known and entry_numbered(number=int(wanted)) is not None:
        return HttpResponseRedirect(f"/ledger/{int(wanted)}/")
    context = {"newest": newest_checkpoint(), "key": verifier_key(), "wanted": wanted}
    return render(request, "ledger.html", context, status=404 if wanted else 200)


def entry(request: HttpRequest, number: int) -> HttpResponse:
    """一条：何时、哪个机构、以何职位、凭哪些条款，及其证明。 One entry and its proof. Six statements at most."""
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
        "steps": [step.hex() for step in proof[2]] if proof else [],
        "commitment": bytes(row.commitment).hex(),
        "office": _office(row, english=english),
        "clauses": cited(refs=row.clauses.split()),
    }
    return render(request, "ledger_entry.html", context)


def receipt(request: HttpRequest, number: int) -> HttpResponse:
    """回执：拿去用公开的工具核对。 The receipt, to be checked offline with a public tool. Four statements."""
    del request
    leaf, proved = leaf_of(entry=number), proof_of(entry=number)
    if leaf is None or proved is None:
        raise Http404(str(number))
    place, newest, path_up = proved
    body = {
        "entry": number, "leaf": rules.leaf_bytes(leaf).decode(), "leaf_hash": bytes(place.hash).hex(),
        "index": place.index, "tree_size": newest.size, "audit_path": [step.hex() for step in path_up],
        "root": bytes(newest.root).hex(), "checkpoint": newest.note, "key": verifier_key(),
        "how": "leaf_hash = SHA-256(0x00 || leaf); walk audit_path as RFC 9162 2.1.3.2 says; root is in the signed checkpoint",
    }  # fmt: skip
    said = {"Content-Disposition": f'attachment; filename="receipt-{number}.json"'}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=said)


def checkpoint(request: HttpRequest) -> HttpResponse:
    """最新的检查点，原样。 The newest checkpoint as it was signed (C2SP tlog-checkpoint). One statement."""
    del request
    newest = newest_checkpoint()
    if newest is None:
        raise Http404("checkpoint")
    return HttpResponse(newest.note, content_type="text/plain; charset=utf-8")


def key(request: HttpRequest) -> HttpResponse:
    """公钥。 The verifier key of signed notes: name+hash+base64(algorithm, key). No statement."""
    del request
    return HttpResponse(verifier_key() + "\n", content_type="text/plain; charset=utf-8")


def verifier_key() -> str:
    """核对用的公钥，一行。 The verifier key in one line (C2SP signed-note)."""
    name, public = ground.signer().origin, ground.public_key()
    encoded = base64.b64encode(rules.ED25519_NOTE + public).decode()
    return f"{name}+{rules.key_id(name, public).hex()}+{encoded}"


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
    path("ledger/<int:number>/", entry, name="ledger_entry"),
    path("ledger/<int:number>/receipt.json", receipt, name="ledger_receipt"),
]
