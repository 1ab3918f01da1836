"""照片。 Photos: checked, re-encoded without any metadata, kept under the digest of what is kept.

A photo is decoded and written anew, so that nothing but the picture itself is stored: no position, no camera, no
comment, no second picture inside.
"""

import hashlib
import io
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from tongxin.acts.terms import InvalidInput

if TYPE_CHECKING:
    Upload = UploadedFile[Any]
else:
    Upload = UploadedFile

SIDE: Final = 2048
QUALITY: Final = 85
MOST_PHOTOS: Final = 6
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
# Pixels that are decoded at most: a JPEG can be decoded at a smaller size, the others cannot.
MOST_PIXELS: Final = {"JPEG": 64_000_000, "PNG": 32_000_000, "WEBP": 32_000_000}
ACCEPTED: Final = "image/jpeg,image/png,image/webp"
KEY_SECONDS: Final = 3600
_KEYS: Final = signing.TimestampSigner(salt="tongxin.photo")
_NOT_ONE: Final = InvalidInput(
    "photo",
    "这个文件不是能读的照片，请用 JPEG、PNG 或 WebP",
    "this file is not a photo that can be read; use JPEG, PNG or WebP",
)


def keep_photo(upload: Upload, folder: Path, most_bytes: int) -> str:
    """收一张照片。 Keep an uploaded photo under `folder`; returns the digest of what is stored.

    Raises InvalidInput (field `photo`) for a file over `most_bytes`, one that is no photo, moves, or is a bomb.
    """
    raw = _raw(upload, most_bytes)
    stored = _encoded(raw)
    digest = hashlib.sha256(stored).hexdigest()
    _store(photo_path(digest, folder), stored)
    return digest


def photo_path(digest: str, folder: Path) -> Path:
    """照片的位置。 Where a photo lies. Raises ValueError for anything but 64 hexadecimal digits."""
    if not DIGEST.fullmatch(digest):
        raise ValueError("not a digest")
    return folder / digest[:2] / f"{digest}.jpg"


def photo_key(digest: str) -> str:
    """看照片的钥匙。 A key that opens one photo for an hour, for a page that only its reporter sees."""
    return _KEYS.sign(digest).split(":", 1)[1]


def key_opens(digest: str, key: str) -> bool:
    """钥匙对不对。 Whether a key opens a photo now."""
    try:
        return _KEYS.unsign(f"{digest}:{key}", max_age=KEY_SECONDS) == digest
    except signing.BadSignature:
        return False


def held(digests: Sequence[str]) -> str:
    """已收的照片。 A signed word for photos already kept, so that a form with a fault elsewhere need not ask again."""
    return signing.dumps(list(digests), salt="tongxin.held") if digests else ""


def held_photos(word: str) -> tuple[str, ...]:
    """读回已收的照片。 The photos of a signed word; none when it is not ours or older than a day."""
    try:
        return tuple(signing.loads(word, salt="tongxin.held", max_age=86_400)) if word else ()
    except signing.BadSignature:
        return ()


def _raw(upload: Upload, most_bytes: int) -> bytes:
    size = int(upload.size or 0)
    if size > most_bytes:
        has, most = _megabytes(size), _megabytes(most_bytes)
        raise InvalidInput(
            "photo",
            f"这张照片 {has} MB，最多 {most} MB；请缩小后再传",
            f"this photo has {has} MB, at most {most} MB can be taken; make it smaller and send it again",
        )
    raw: bytes = upload.read(most_bytes + 1)
    if len(raw) > most_bytes:
        raise InvalidInput("photo", "照片太大", "the photo is too large")
    return raw


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")


def _encoded(raw: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(raw), formats=tuple(MOST_PIXELS)) as check:
            kind = _kind(check)
            check.verify()
        with Image.open(io.BytesIO(raw), formats=(kind,)) as image:
            return _drawn_anew(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise _NOT_ONE from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error


def _kind(image: Image.Image) -> str:
    kind = (
        "JPEG" if image.format == "MPO" else str(image.format)
    )  # a phone's JPEG with a second picture behind it
    if image.width * image.height > MOST_PIXELS[kind]:
        raise _too_many_pixels()
    if kind != "JPEG" and getattr(image, "is_animated", False):
        raise InvalidInput("photo", "这是会动的图，请用静止的照片", "this picture moves; use a still photo")
    return kind


def _too_many_pixels() -> InvalidInput:
    return InvalidInput(
        "photo", "照片的像素太多，请缩小后再传", "the photo has too many pixels; make it smaller"
    )


def _drawn_anew(image: Image.Image) -> bytes:
    """重画。 Turned upright, made smaller, put on white and written with nothing but the picture."""
    image.draft("RGB", (SIDE, SIDE))
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((SIDE, SIDE))
    clean = Image.new("RGB", turned.size, "white")
    if "A" in turned.getbands() or "transparency" in turned.info:
        shown = turned.convert("RGBA")
        clean.paste(shown, mask=shown.getchannel("A"))
    else:
        clean.paste(turned.convert("RGB"))
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _store(path: Path, stored: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(stored)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
            _settle(path.parent)
            _settle(path.parent.parent)
        except OSError:  # no room, perhaps: half a photo is not left lying
            Path(file.name).unlink(missing_ok=True)
            raise


def _settle(folder: Path) -> None:
    """目录落盘。 Names in a folder reach the disk: a photo that was acknowledged is found again after the plug was pulled."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class PhotosInput(forms.FileInput):
    """选几张照片。 A file input for several photos; the page makes them smaller before sending, where it can."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """各个文件。 Every file sent under this name."""
        del data
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """几张照片。 Several photos; its value is a list of uploads, not yet looked at."""

    widget = PhotosInput

    def __init__(self, *, most: int = MOST_PHOTOS, **more: Any) -> None:
        self.most = most
        more.setdefault(
            "widget", PhotosInput(attrs={"accept": ACCEPTED, "data-photo": str(SIDE), "multiple": most > 1})
        )
        super().__init__(**more)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """各张照片。 The uploads. Raises ValidationError for too many."""
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not given and self.required:
            raise forms.ValidationError(_("请选一张照片"), code="required")
        if len(given) > self.most:
            raise forms.ValidationError(_("最多 %(most)s 张照片"), code="most", params={"most": self.most})
        return [super(PhotosField, self).clean(one, initial) for one in given]
