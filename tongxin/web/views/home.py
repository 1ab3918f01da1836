"""首页。 Home: report, look up a number, what is going on, law and lists."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.cases.queries import case_numbered, counts_by_state, overdue_open, standing
from tongxin.cases.terms import State
from tongxin.places.queries import city_day, is_founded
from tongxin.web.forms import NumberForm


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """首页；带编号就去找那一件。 The first page; with a number, that matter is looked up. Three statements."""
    if not is_founded():
        return render(request, "unfounded.html", status=503)
    form = NumberForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        number = form.cleaned_data["number"].strip().replace("－", "-").replace(" ", "")
        if case_numbered(number=number) is not None:
            return HttpResponseRedirect(f"/cases/{number}/")
        form.add_error("number", _("没有这个编号。请对照回执再看一遍。"))
    rows = standing()
    counts = counts_by_state(rows)
    closed, hung = counts.get(State.CLOSED, 0), counts.get(State.HUNG, 0)
    context = {
        "form": form,
        "open": sum(counts.values()) - closed - hung,
        "closed": closed,
        "hung": hung,
        "overdue": overdue_open(rows),
        "as_of": city_day(timezone.now()),
    }
    return render(request, "home.html", context, status=404 if form.errors else 200)


urlpatterns = [path("", home, name="home")]
