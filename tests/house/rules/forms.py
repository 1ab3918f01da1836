"""Forms: what the platform asks of the public is in its own catalogue, question by question; staff forms are listed by name."""

import importlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from django import forms

from tests.house.rules.terms import Violation
from tongxin.exchange.rules.collecting import OwnQuestion

UNLISTED = "say in exchange/rules/collecting.py what each field means (OWN_FORMS); a form for staff alone goes to STAFF in this file"
UNASKED = "say in exchange/rules/collecting.py what the field means: a personal one is in the platform's own catalogue, or is not asked"
GONE = "take it out of exchange/rules/collecting.py: nothing asks it any more"
FILLED = "fill it in: what the platform knows of who is signed in is shown and not asked (政务数据共享条例 art. 19)"

APART = "let it be left empty, or fill it in from what is known (OwnQuestion.known)"
# Who somebody is, asked before anybody is known: signing in, opening or getting back an account, naming a representative.
BEFORE_ANYBODY_IS_KNOWN = frozenset({
    "tongxin.web.forms.SignInForm",
    "tongxin.web.account_forms.OpenAccountForm",
    "tongxin.web.account_forms.RecoverForm",
    "tongxin.web.account_forms.AuthoriseForm",
})  # fmt: skip

# Forms that only people in an office fill in, about a matter: modules, or single forms.
STAFF = (
    "tongxin.cases.forms.acts.",
    "tongxin.cases.forms.erasing.",
    "tongxin.cases.forms.intake.",
    "tongxin.cases.forms.purpose.",
    "tongxin.exchange.forms.calling.",
    "tongxin.exchange.forms.collecting.",
    "tongxin.exchange.forms.doing.",
    "tongxin.exchange.forms.releasing.",
    "tongxin.exchange.forms.person.AnswerForm",
    "tongxin.exchange.forms.person.AnswerRequestForm",
    "tongxin.exchange.forms.person.DeferralForm",
    "tongxin.exchange.forms.person.DecideForm",
    "tongxin.exchange.forms.person.EndForm",
    "tongxin.law.forms.keeping.",
    "tongxin.law.forms.listing.",
    "tongxin.law.forms.making_acts.",
    "tongxin.law.forms.making_draft.",
    "tongxin.law.forms.making.",
    "tongxin.law.forms.making_comment.CommentPurposeForm",
    "tongxin.web.forms.OfficeForm",
    "tongxin.web.account_forms.RegisterIdentifierForm",
    "tongxin.web.account_forms.WithdrawIdentifierForm",
    "tongxin.web.account_forms.RegisterOrganisationForm",
    "tongxin.web.account_forms.ConfirmRepresentativeForm",
    "tongxin.web.account_forms.DecideRecoveryForm",
    "tongxin.web.account_forms.ClientForm",
)
# Forms of looking something up: a day, a word, two versions. Nothing of what is typed is kept.
LOOKING = (
    "tongxin.law.forms.LawForm",
    "tongxin.law.forms.BookForm",
    "tongxin.law.forms.SearchForm",
    "tongxin.law.forms.reading.",
)


def import_all(root: Path) -> None:
    """Import every module of forms in the house."""
    for path in sorted([*root.glob("tongxin/*/forms.py"), *root.glob("tongxin/*/forms/*.py")]):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        importlib.import_module(name.removesuffix(".__init__"))


def known_forms(below: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    """Every form class of the house."""
    for one in below.__subclasses__():
        if one.__module__.startswith("tongxin."):
            yield one
        yield from known_forms(one)


def dotted(form: type[forms.BaseForm]) -> str:
    """The name of a form."""
    return f"{form.__module__}.{form.__qualname__}"


def listed(
    found: Iterable[type[forms.BaseForm]], own: Mapping[str, Collection[OwnQuestion]]
) -> list[Violation]:
    """Every public form is in the catalogue with each of its fields, and the catalogue names no other."""
    wrong, seen = [], set()
    for form in found:
        name = dotted(form)
        if name.startswith((*STAFF, *LOOKING)):
            continue
        if name not in own:
            wrong.append(Violation(name, "is in no catalogue of what is asked", UNLISTED))
            continue
        fields, asked = set(form.base_fields), {one.field for one in own[name]}  # type: ignore[attr-defined]
        seen.add(name)
        wrong += [
            Violation(name, f"asks `{one}`, which the catalogue does not know", UNASKED)
            for one in sorted(fields - asked)
        ]
        wrong += [Violation(name, f"does not ask `{one}`", GONE) for one in sorted(asked - fields)]
    return wrong + [Violation(name, "is no form of the house", GONE) for name in sorted(own.keys() - seen)]


def filled(
    name: str, questions: Iterable[OwnQuestion], page: str, known: Mapping[str, str]
) -> list[Violation]:
    """On the page of who is signed in, what the platform knows is filled in, or is not asked."""
    found = []
    for one in questions:
        tag = re.search(rf'<(?:input|textarea)\b[^>]*\bname="{one.field}"[^>]*>', page)
        if tag and one.known and f'value="{known[one.field]}"' not in tag[0]:
            found.append(Violation(name, f"asks `{one.field}` of somebody whose answer is known", FILLED))
    return found


def answered_apart(own: Iterable[OwnQuestion], found: Iterable[type[forms.BaseForm]]) -> list[Violation]:
    """What is asked apart from an account may be left empty; every other personal question is one whose answer is known."""
    needed = {
        (dotted(form), name)
        for form in found
        for name, field in form.base_fields.items()  # type: ignore[attr-defined]
        if field.required
    }
    return [
        Violation(one.form, f"asks `{one.field}` of a person", APART)
        for one in own
        if one.means
        and not one.known
        and (not one.apart or ((one.form, one.field) in needed and one.form not in BEFORE_ANYBODY_IS_KNOWN))
    ]
