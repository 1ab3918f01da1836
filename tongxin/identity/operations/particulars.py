"""自己的联系办法。 One's own particulars: how one can be reached, put right or taken back by oneself."""

import re
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Refused, Scope, Warrant
from tongxin.identity.models import Person

LANGUAGES: Final = frozenset({"zh-hans", "en"})
PHONE: Final = re.compile(r"[0-9+() -]{5,40}")


def _scope(*, actor: Actor, at: datetime, phone: str, email: str, language: str) -> Scope:
    del at
    if actor.office is not None:
        raise Refused(
            "wrong_post",
            "这是本人的资料，请不要以职务来改",
            "these are a person's own; do it without an office",
        )
    if phone and not PHONE.fullmatch(phone):
        raise InvalidInput("phone", "电话号码不对", "this is no telephone number")
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise InvalidInput(
            "email", "邮箱写法不对，应像 name@example.com", "this is no mail address"
        ) from error
    if language not in LANGUAGES:
        raise InvalidInput("language", "没有这种语言", "there is no such language")
    row = Person.objects.select_for_update().filter(ref=actor.person).first()
    if row is None:
        raise InvalidInput("person", "没有这个人的资料", "nothing is held of this person")
    given = {"phone": phone, "email": email, "language": language}
    changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
    return Scope(
        subject=actor.person,
        persons=(actor.person,),
        content={"fields": changed},
        state=(row, given, changed),
    )


@act(
    "correct_particulars",
    title=("更正自己的联系办法", "correct one's own particulars"),
    by=[By.PERSON],
    scope=_scope,
)
def correct_particulars(*, warrant: Warrant, phone: str, email: str, language: str) -> list[str]:
    """更正自己的联系办法。 Put right how one can be reached; an empty value takes it back. Returns the names of what changed.

    个人信息保护法 arts. 15 (consent is withdrawn as easily), 46 (correct, complete), 47 para. 1 (3). The name is changed on request,
    with evidence. Raises InvalidInput, Refused.
    """
    del phone, email, language
    row, given, changed = warrant.scope.state
    for name in changed:
        setattr(row, name, given[name])
    if changed:
        row.save(update_fields=changed)
    return list(changed)
