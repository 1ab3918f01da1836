"""Photos: what is kept is the picture alone; what is no picture is refused, and says why."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tongxin.acts.terms import InvalidInput
from tongxin.cases.forms import photos
from tongxin.cases.forms.photos import held, held_photos, keep_photo, key_opens, photo_key, photo_path

MOST = 8_000_000
SECRET = b"SECRETCAM"
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def upload(raw: bytes, name: str = "p.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw, "image/jpeg")


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128 if mode in ("L", "I;16") else "teal").save(out, kind, **more)
    return out.getvalue()


def kept(digest: str, folder: Path) -> Image.Image:
    return Image.open(photo_path(digest, folder))


def located() -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, SECRET.decode()
    exif.get_ifd(GPS).update({1: "N", 2: (37.0, 22.0, 1.0), 3: "E", 4: (118.0, 1.0, 1.0)})
    return picture(exif=exif, comment=SECRET)


def test_position_camera_and_comment_are_gone_and_the_picture_stands_upright(tmp_path: Path) -> None:
    raw = located()
    assert SECRET in raw and Image.open(io.BytesIO(raw)).getexif().get_ifd(GPS)
    digest = keep_photo(upload(raw), tmp_path, MOST)
    stored = photo_path(digest, tmp_path).read_bytes()
    image = kept(digest, tmp_path)
    assert SECRET not in stored and not dict(image.getexif()) and "comment" not in image.info
    assert image.size == (20, 40)  # 40 by 20 turned by its orientation
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_digest_is_that_of_what_is_stored_and_the_same_photo_is_kept_once(tmp_path: Path) -> None:
    digests = {keep_photo(upload(picture()), tmp_path, MOST) for _ in range(2)}
    (digest,) = digests
    path = tmp_path / digest[:2] / f"{digest}.jpg"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "L"),
        ("PNG", "I;16"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
    ],
)
def test_every_kind_of_photo_becomes_a_plain_jpeg(tmp_path: Path, kind: str, mode: str) -> None:
    image = kept(keep_photo(upload(picture(kind, mode=mode)), tmp_path, MOST), tmp_path)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (40, 20))


def test_what_is_transparent_is_put_on_white(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert kept(keep_photo(upload(out.getvalue()), tmp_path, MOST), tmp_path).getpixel((4, 4)) == (
        255,
        255,
        255,
    )


@pytest.mark.parametrize("size", [(5_000, 1_000), (1_000, 5_000)])
def test_a_large_photo_is_made_smaller(tmp_path: Path, size: tuple[int, int]) -> None:
    image = kept(keep_photo(upload(picture(size=size)), tmp_path, MOST), tmp_path)
    assert max(image.size) == 2_048


def test_a_file_over_the_limit_is_refused_with_its_size_and_the_limit(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as wrong:
        keep_photo(upload(b"\xff" * 20_000_000), tmp_path, MOST)
    assert wrong.value.field == "photo"
    assert "20 MB" in wrong.value.reason and "8 MB" in wrong.value.reason
    assert "20 MB" in wrong.value.reason_en and "8 MB" in wrong.value.reason_en
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("raw", [
    b"", b"not a photo", b"\xff\xd8\xff\xe0<html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:-200],
    picture("GIF"), picture("BMP"), picture("TIFF"), b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
])  # fmt: skip
def test_what_is_no_photo_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(InvalidInput) as wrong:
        keep_photo(upload(raw), tmp_path, MOST)
    assert wrong.value.field == "photo" and "JPEG" in wrong.value.reason_en
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_that_moves_is_refused(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(InvalidInput, match="moves"):
        keep_photo(upload(out.getvalue()), tmp_path, MOST)


def test_a_phone_photo_with_a_second_picture_behind_it_keeps_the_first_alone(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (30, 10), "red").save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (30, 10), "blue")]
    )
    image = kept(keep_photo(upload(out.getvalue()), tmp_path, MOST), tmp_path)
    red, _green, blue = image.getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > blue and getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize(("kind", "size"), [("PNG", (40_000, 1_000)), ("PNG", (20_000, 20_000))])
def test_too_many_pixels_are_refused_before_they_are_decoded(
    tmp_path: Path, kind: str, size: tuple[int, int]
) -> None:
    out = io.BytesIO()
    Image.new("1", size).save(out, kind)
    with pytest.raises(InvalidInput, match="pixels"):
        keep_photo(upload(out.getvalue()), tmp_path, MOST)


@pytest.mark.parametrize(
    "digest", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "é" * 64]
)
def test_only_a_digest_names_a_photo(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        photo_path(digest, tmp_path)


def test_a_key_opens_its_own_photo_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = "a" * 64, "b" * 64
    key = photo_key(one)
    assert key_opens(one, key)
    assert not key_opens(other, key) and not key_opens(one, key + "x") and not key_opens(one, "")
    monkeypatch.setattr(photos, "KEY_SECONDS", -1)
    assert not key_opens(one, key)


def test_photos_that_arrived_are_named_by_a_signed_word() -> None:
    digests = ("a" * 64, "b" * 64)
    assert held_photos(held(digests)) == digests
    assert held_photos("") == held_photos("forged") == held_photos(held(digests) + "x") == ()
    assert held(()) == ""
