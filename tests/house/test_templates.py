"""Every template is drawn by some test: asked at the end of a run of the whole suite."""

import pytest

from tests.house.conftest import DRAWN, WHOLE
from tests.house.rules import pages
from tests.house.rules.terms import said
from tests.plugin import ROOT


@pytest.mark.last
def test_every_template_is_drawn_by_some_test() -> None:
    if not WHOLE:
        pytest.skip("only a run of the whole suite has opened every page")
    found = pages.drawn(pages.templates(ROOT), DRAWN)
    assert not found, said(found)


# ---- The tests of the tests -----------------------------------------------------------------------------------------


def test_a_template_that_no_test_draws_is_named(tmp_path: object) -> None:
    for name in ("a.html", "deep/b.html"):
        path = tmp_path / "tongxin" / "cases" / "templates" / "cases" / name  # type: ignore[operator]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    known = pages.templates(tmp_path)  # type: ignore[arg-type]
    assert known == {"cases/a.html", "cases/deep/b.html"}
    (found,) = pages.drawn(known, {"cases/a.html"})
    assert found.where == "templates/cases/deep/b.html" and "no test draws" in found.what
