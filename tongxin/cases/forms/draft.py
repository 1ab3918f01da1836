"""报告的草稿。 The draft of a report: kept by the reporter's own browser, signed, and sent to the report pages only.

Two thousand Chinese characters do not fit into one cookie, so the draft is compressed and spread over a few, with a path of
their own. Nothing of a report that was never sent is kept in the house; photos lie under their digests.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Self

from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE: Final = "tongxin_report_"
PATH: Final = "/report/"
SALT: Final = "tongxin.report.draft"
SECONDS: Final = 8 * 3600
PIECE, PIECES = 3_600, 3
UNKNOWN: Final = "-"  # the reporter does not know which entry it is


class DraftTooLongError(ValueError):
    """草稿太长。 A draft that does not fit where drafts are kept."""


class _Json:
    """按 UTF-8 存。 JSON in UTF-8, which compresses better than escapes."""

    def dumps(self, given: Any) -> bytes:
        """写。 To bytes."""
        return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """读。 From bytes."""
        return json.loads(data)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """草稿。 What was answered so far, as typed. `what`: code of an entry, `-` for not known, empty for not answered.

    `person_help`: the entry is an offer of help to a person. `told`: the details page has been answered.
    """

    key: str = ""
    what: str = ""
    person_help: bool = False
    lat: str = ""
    lon: str = ""
    district: str = ""
    street: str = ""
    community: str = ""
    address: str = ""
    placed: bool = False
    text: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    photos: tuple[str, ...] = ()
    told: bool = False

    @classmethod
    def begun(cls, *, what: str = "", person_help: bool = False) -> Self:
        """新的草稿，带一个新键。 A new draft with a key of its own, so that sending it twice makes one case."""
        return cls(key=f"web:{uuid.uuid4()}", what=what, person_help=person_help)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """由存下的内容读出。 From what was kept; what is not known is dropped."""
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        return cls(**{**known, "photos": tuple(known.get("photos", ()))})

    def typed(self, given: Mapping[str, str]) -> Self:
        """并入刚填的。 With whatever was typed just now, right or wrong."""
        names = ("lat", "lon", "district", "street", "community", "address", "text", "name", "phone", "email")
        changes: dict[str, Any] = {name: str(given[name])[:4_000] for name in names if name in given}
        return replace(self, **changes)

    def without_person(self) -> Self:
        """去掉照片与身份。 Without photos and identity: for an offer of help to a person."""
        return replace(self, photos=(), name="", phone="", email="")

    @property
    def place(self) -> str:
        """选到的最小的地点。 The smallest place that was chosen."""
        return self.community or self.street or self.district

    @property
    def next_page(self) -> str:
        """下一页的名字。 The name of the first page that is not answered yet."""
        if not self.what:
            return "report_matter"
        if not self.placed:
            return "report_place"
        return "report_check" if self.told else "report_details"


def kept_draft(request: HttpRequest) -> Draft | None:
    """带来的草稿。 The draft a request brings; None when there is none, or it is old, or not ours."""
    pieces = [request.COOKIES.get(f"{COOKIE}{number}", "") for number in range(PIECES)]
    try:
        return Draft.of(signing.loads("".join(pieces), salt=SALT, serializer=_Json, max_age=SECONDS))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def keep_draft(response: HttpResponse, draft: Draft, *, secure: bool) -> HttpResponse:
    """存草稿。 Keep the draft in the answer. Raises DraftTooLongError."""
    word = signing.dumps(asdict(draft), salt=SALT, serializer=_Json, compress=True)
    if len(word) > PIECE * PIECES:
        raise DraftTooLongError(len(word))
    for number in range(PIECES):
        piece = word[number * PIECE : (number + 1) * PIECE]
        if piece:
            response.set_cookie(
                f"{COOKIE}{number}",
                piece,
                max_age=SECONDS,
                path=PATH,
                httponly=True,
                samesite="Lax",
                secure=secure,
            )
        else:
            response.delete_cookie(f"{COOKIE}{number}", path=PATH, samesite="Lax")
    return response


def drop_draft(response: HttpResponse) -> HttpResponse:
    """丢掉草稿。 Drop the draft."""
    for number in range(PIECES):
        response.delete_cookie(f"{COOKIE}{number}", path=PATH, samesite="Lax")
    return response
