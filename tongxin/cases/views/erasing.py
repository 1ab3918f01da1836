"""删除报告人信息的页。 The page on which what a reporter left is erased, on the person's request."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tongxin.acts.terms import By, Conflict, InvalidInput, Refused, sign_off, who
from tongxin.cases import operations
from tongxin.cases.forms.erasing import EraseForm
from tongxin.cases.views import shown
from tongxin.cases.views.act import mark
from tongxin.cases.views.matter import sign_in_first
from tongxin.cases.views.shown import Ground, said
from tongxin.exchange.queries.claims import erasure_of


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, number: str) -> HttpResponse:
    """删除报告人信息。 Erases the words, particulars and photos a reporter left. Raises Refused to whom it is not for."""
    me = who(request)
    if not me.signed_in:
        return sign_in_first(request, request.path)
    asked = erasure_of(number=number) if "\x00" not in number else None
    if me.standing is None or me.standing.post is not By.DATA_HEAD:
        raise Refused(
            "wrong_post", "这一页给数据共享工作机构用", "this page is for the offices of data sharing"
        )
    if asked is None or asked.organ != me.standing.organ or not asked.about.startswith("case:"):
        raise Http404(number)
    form, moved, ground = (
        EraseForm(request.POST if request.method == "POST" else None),
        "",
        Ground.of(timezone.now()),
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.erase_report(
                actor=me.actor, at=ground.at, request=number, answer=form.cleaned_data["answer"]
            )
            return HttpResponseRedirect(reverse("data_claims"), status=303)
        except InvalidInput as wrong:
            mark(form, wrong)
        except Conflict as conflict:
            moved = said(conflict.reason, conflict.reason_en)
    context = {
        "form": form, "moved": moved, "number": number, "case": asked.about.removeprefix("case:"),
        "basis": shown.basis_of(("power:erase_report",), ground),
    }  # fmt: skip
    return render(request, "cases/erase.html", context, status=409 if moved else 400 if form.errors else 200)


urlpatterns = [path("cases/erase/<str:number>/", erase, name="case_erase")]
