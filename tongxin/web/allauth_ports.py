"""allauth 的接口。 What allauth asks of the house: how secrets are kept, who is told what, and where an outside sign-in goes on."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Any, Literal

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tongxin.identity.models import Account
from tongxin.identity.queries import account_by_subject, agreed_scopes, name_of_account
from tongxin.identity.rules import pairwise_subject, subkey
from tongxin.web.views.outside import arrived


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(subkey(settings.IDENTITY_KEY, "means at rest")))


class MeansPort(DefaultMFAAdapter):
    """核验方式。 Secrets of codes lie encrypted in the table; names shown by authenticators are the sign-in name alone."""

    def encrypt(self, text: str) -> str:
        """加密。 As it lies in the table."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """解密。 As it is compared."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """显示的名称。 The name an authenticator shows."""
        return _("同心")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """依赖方。 Who asks for the key: this host."""
        return {**super().get_public_key_credential_rp_entity(), "name": _("同心")}


class OutsidePort(DefaultSocialAccountAdapter):
    """外部账户。 allauth proves who it is at the outside provider; what follows from it is an act of the house, and no row of allauth's."""

    def is_open_for_signup(self, _request: HttpRequest, _sociallogin: Any) -> bool:
        """不由外部账户开户。 An outside account opens no account here by itself."""
        return False

    def get_requests_session(self) -> Any:
        """去问提供方。 How a provider is asked: at the address the operator set and no other, whatever it answers."""
        session = super().get_requests_session()
        session.max_redirects = 0
        session.trust_env = False  # no proxy and no credential of the surroundings
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """到这里为止。 As far as allauth goes: the provider and its subject are known, the house goes on."""
        account = sociallogin.account
        process = str(sociallogin.state.get("process", ""))
        wanted = str(sociallogin.state.get("next") or "")
        raise ImmediateHttpResponse(
            arrived(request, provider=account.provider, subject=account.uid, process=process, wanted=wanted)
        )


class CityPort(DefaultOIDCAdapter):
    """本市的登录。 What other systems of the city are told: a subject of their own, and the name only with consent."""

    def hash_token(self, token: str) -> str:
        """令牌的摘要。 Keyed, so that a token cannot be planted in the database."""
        return hmac.new(subkey(settings.IDENTITY_KEY, "tokens"), token.encode(), hashlib.sha256).hexdigest()

    def get_user_sub(self, client: Any, user: Any) -> str:
        """主体标识。 The subject for this one system: two systems cannot put theirs together (OIDC Core 8.1, pairwise)."""
        return pairwise_subject(key=settings.IDENTITY_KEY, client=client.pk, account=user.pk)

    def get_user_by_sub(self, client: Any, sub: str) -> Account | None:
        """标识是谁的。 Whose a subject is, for this system."""
        return account_by_subject(client=client.pk, subject=sub)

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Any,
        client: Any,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """告知的内容。 The subject; the name in userinfo where the person agreed to it; nothing else."""
        del email, kwargs
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        # What this person agreed to for this system: a request without a page asks whether some system may, not which one.
        agreed = agreed_scopes(login=user.login, client=client.pk)
        if purpose == "userinfo" and "profile" in scopes and "profile" in agreed:
            claims["name"] = name_of_account(login=user.login)
        return claims
