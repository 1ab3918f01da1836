"""采集目录的规则。 What a form may ask: nothing the city holds already, unless a clause requires asking again (政务数据共享条例 art. 19).

条例 art. 19 para. 1: where sharing meets the need, the same may not be collected again from citizens, legal persons and others. The
same is in 国务院关于在线政务服务的若干规定 (Decree 716) art. 7. The body that keeps the data as its source collects it by right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tongxin.exchange.terms import Meaning

NO_SECOND_ASKING: Final = ("cn/government-data-sharing", "a19.p1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """城市已掌握的。 Where the city holds a meaning: the item, its field, and the organ whose data it is."""

    meaning: Meaning
    item: str
    field: str
    organ: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnQuestion:
    """平台自己的一问。 One question of the platform's own forms: what it means, and whether it is filled in for who is signed in.

    means  nothing: the answer is about the matter and not about a person
    known  the platform holds it of who is signed in: it is filled in, and they may change it for this one matter
    apart  it is kept apart from the account on purpose, and may be left empty: nothing is filled in, lest somebody be named unawares
    """

    form: str
    field: str
    means: tuple[Meaning, ...] = ()
    known: bool = False
    apart: bool = False


def held_already(kinds: Iterable[Meaning], holdings: Iterable[Holding], *, organ: str) -> Holding | None:
    """城市已经掌握的那一种。 The first meaning asked that another organ's data hold already; None: nothing."""
    asked = set(kinds)
    return next((one for one in holdings if one.meaning in asked and one.organ != organ), None)


def _form(form: str, **fields: Meaning | None) -> tuple[OwnQuestion, ...]:
    """一张表单。 A form whose personal answers the platform knows of who is signed in; None: about the matter."""
    return tuple(
        OwnQuestion(form=form, field=name, means=(means,) if means else (), known=means is not None)
        for name, means in fields.items()
    )


def _apart(form: str, **fields: Meaning | None) -> tuple[OwnQuestion, ...]:
    """同账户分开的表单。 A form whose answers are not joined to an account."""
    return tuple(replace(one, known=False, apart=bool(one.means)) for one in _form(form, **fields))


_MATTER: Final = None

# What the platform itself asks of the public, form by form. tests/house/test_collected.py walks every form there is.
OWN_FORMS: Final[tuple[OwnQuestion, ...]] = (
    *_form("tongxin.cases.forms.report.MatterForm", what=_MATTER),
    *_form(
        "tongxin.cases.forms.report.PlaceForm",
        lat=_MATTER, lon=_MATTER, district=_MATTER, street=_MATTER, community=_MATTER, address=_MATTER,
    ),
    *_form(
        "tongxin.cases.forms.report.DetailsForm",
        text=_MATTER, photos=_MATTER, drop=_MATTER, name=Meaning.NAME, phone=Meaning.PHONE, email=Meaning.EMAIL,
    ),
    *_form("tongxin.law.forms.making_comment.ClauseForm", clause=_MATTER),
    *_form("tongxin.law.forms.making_comment.TextForm", text=_MATTER),
    # A comment is nobody's in particular, also when who makes it is signed in.
    *_apart(
        "tongxin.law.forms.making_comment.WhoForm",
        name=Meaning.NAME, name_shown=_MATTER, email=Meaning.EMAIL, phone=Meaning.PHONE,
    ),
    *_apart("tongxin.web.forms.SignInForm", login=Meaning.ACCOUNT, password=_MATTER),
    *_form("tongxin.web.forms.NumberForm", number=_MATTER),
    *_form("tongxin.exchange.forms.person.ContestForm", ground=_MATTER, text=_MATTER),
    *_form("tongxin.exchange.forms.person.RaiseForm", text=_MATTER),
    *_form(
        "tongxin.exchange.forms.person.RequestForm", kind=_MATTER, about=_MATTER, case=_MATTER, ground=_MATTER, text=_MATTER
    ),
    *_form(
        "tongxin.exchange.forms.person.ParticularsForm", phone=Meaning.PHONE, email=Meaning.EMAIL, language=_MATTER
    ),
    *_form("tongxin.web.account_forms.CodeForm", code=_MATTER),
    *_form("tongxin.web.account_forms.ConfirmForm", password=_MATTER, code=_MATTER),
    *_form("tongxin.web.account_forms.TotpForm", code=_MATTER),
    *_form("tongxin.web.account_forms.KeyForm", name=_MATTER, second=_MATTER),
    *_form("tongxin.web.account_forms.PasswordForm", password=_MATTER),
    *_apart("tongxin.web.account_forms.OpenAccountForm", name=Meaning.NAME, wish=Meaning.ACCOUNT, password=_MATTER),
    *_apart("tongxin.web.account_forms.RecoverForm", login=Meaning.ACCOUNT),
    # Of the representative, who is somebody else; the number finds them and is not kept.
    *_apart(
        "tongxin.web.account_forms.AuthoriseForm",
        representative_name=Meaning.NAME, representative_id=Meaning.RESIDENT_ID, matters=_MATTER, powers=_MATTER,
        valid_to=_MATTER, person=_MATTER,
    ),
)  # fmt: skip


def own_by_form() -> Mapping[str, tuple[OwnQuestion, ...]]:
    """按表单。 The platform's own questions, by the form's dotted name."""
    return {
        form: tuple(one for one in OWN_FORMS if one.form == form)
        for form in dict.fromkeys(one.form for one in OWN_FORMS)
    }
