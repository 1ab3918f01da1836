"""身份的词汇。 The vocabulary of identity."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    """将要登记的人。 A person about to be registered, with a login or none, and a password hash or none."""

    ref: str
    name: str
    login: str = ""
    password: str = ""
    phone: str = ""
    email: str = ""
    language: str = "zh-hans"
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """已登录者。 Who is signed in: the account's login and the person behind it."""

    login: str
    person: str
