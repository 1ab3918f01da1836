"""密钥的仪式。 The ceremonies of WebAuthn at the door: allauth verifies signatures, this adds origin, purpose and age of the challenge."""

import json
import time
from typing import Any, Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from fido2.utils import websafe_decode
from fido2.webauthn import CollectedClientData

from tongxin.acts.terms import InvalidInput
from tongxin.identity.models import Account
from tongxin.identity.queries import sealed_means
from tongxin.identity.terms import KeyShown, NewKey

STAMP: Final = "ceremony"
LONGEST: Final = 300  # seconds a challenge may be answered
LARGEST: Final = 20_000  # characters of a credential
WRONG: Final = (TypeError, ValueError, KeyError, AttributeError, ValidationError, ImmediateHttpResponse)


def _begin(request: HttpRequest, purpose: str) -> None:
    request.session[STAMP] = {"purpose": purpose, "at": int(time.time())}


def options_to_enter(request: HttpRequest) -> dict[str, Any]:
    """登录用的问题。 The challenge to sign in with a passkey: no name is asked, so none is tried out."""
    _begin(request, "enter")
    return _told(auth.begin_authentication(None))


def options_to_show(request: HttpRequest, account: Account) -> dict[str, Any]:
    """第二步或者再次核验用的问题。 The challenge for the keys of one account."""
    _begin(request, "show")
    return _told(auth.begin_authentication(account))


def options_to_add(request: HttpRequest, account: Account, *, alone: bool) -> dict[str, Any]:
    """添加密钥用的问题。 The challenge to make a key; one that is enough alone verifies its owner."""
    _begin(request, "add alone" if alone else "add")
    return _told(auth.begin_registration(account, alone))


def _told(options: Any) -> dict[str, Any]:
    return dict(options)


def key_to_enter(request: HttpRequest, text: str) -> tuple[Account, KeyShown]:
    """用通行密钥登录。 Whose passkey answered, and what it showed. Raises InvalidInput, in the same words whatever is wrong.

    A key that was made for the second step does not open by itself, even if the browser offers it.
    """
    credential = _read(text)
    try:
        account: Any = auth.extract_user_from_response(credential)
    except WRONG as error:
        raise _no() from error
    return account, _shown(request, account, credential, purpose="enter")


def key_shown(request: HttpRequest, account: Account, text: str) -> KeyShown:
    """第二步或者再次核验。 What a key of this account showed. Raises InvalidInput."""
    return _shown(request, account, _read(text), purpose="show")


def _shown(request: HttpRequest, account: Account, credential: dict[str, Any], *, purpose: str) -> KeyShown:
    challenge = _challenge(request, credential, purpose=purpose)
    try:
        row = auth.complete_authentication(account, credential)
        told = auth.parse_authentication_response(credential).response.authenticator_data
    except WRONG as error:
        raise _no() from error
    finally:
        auth.clear_state()
    if not any(
        one.pk == row.pk and (one.data.get("alone") or purpose == "show") for one in sealed_means(account)
    ):
        raise _no()
    return KeyShown(
        number=row.pk, challenge=challenge, sign_count=told.counter, verified=told.is_user_verified()
    )


def new_key(request: HttpRequest, text: str, *, name: str, alone: bool) -> NewKey:
    """新的密钥。 A key that the browser has made, verified. Raises InvalidInput."""
    credential = _read(text)
    challenge = _challenge(request, credential, purpose="add alone" if alone else "add")
    try:
        auth.parse_registration_response(credential)
        made = auth.complete_registration(credential)
    except WRONG as error:
        raise _no() from error
    finally:
        auth.clear_state()
    if alone and not made.is_user_verified():
        raise _no()
    return NewKey(name=name, credential=credential, challenge=challenge, alone=alone)


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if len(text) <= LARGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise _no()
    return found


def _challenge(request: HttpRequest, credential: dict[str, Any], *, purpose: str) -> str:
    """问题是不是这里刚问的。 The challenge that was answered: asked here, for this purpose, not long ago, from this very origin."""
    stamp = request.session.pop(STAMP, None)
    try:
        told = CollectedClientData(websafe_decode(credential["response"]["clientDataJSON"]))
        challenge = told.challenge.hex()
        origin = told.origin
    except WRONG as error:
        raise _no() from error
    here = f"{request.scheme}://{request.get_host()}"
    asked = isinstance(stamp, dict) and stamp.get("purpose") == purpose
    if not asked or time.time() - float(stamp["at"]) > LONGEST or origin != here:
        raise _no()
    return challenge


def _no() -> InvalidInput:
    return InvalidInput("credential", "密钥没有对上，请再试一次", "the key does not match; try again")
