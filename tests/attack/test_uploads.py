"""Files that are two things at once, that blow up, or whose names lead elsewhere: what is kept is a picture and nothing else."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.factories import NOW, a_report, officer, signed_in
from tongxin.acts.terms import ANONYMOUS, InvalidInput
from tongxin.cases.forms.photos import keep_photo, photo_path
from tongxin.cases.operations import report_cases

MOST = 8_000_000
SCRIPT = b"<script>alert(document.cookie)</script>"


def jpeg(**more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", **more)
    return out.getvalue()


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payload.class", b"\xca\xfe\xba\xbe" + SCRIPT)
    return out.getvalue()


def a_png_with_words() -> bytes:
    out, words = io.BytesIO(), PngInfo()
    words.add_text("Comment", SCRIPT.decode(), zip=True)
    Image.new("RGB", (20, 20), "blue").save(out, "PNG", pnginfo=words)
    return out.getvalue() + SCRIPT


POLYGLOTS = {
    "html behind a jpeg": jpeg() + b"<html><body>" + SCRIPT,
    "html in the comment of a jpeg": jpeg(comment=b"*/=1;/*" + SCRIPT),
    "script in the exif of a jpeg": jpeg(exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00" + SCRIPT),
    "an archive behind a jpeg": jpeg() + a_zip(),
    "script in and behind a png": a_png_with_words(),
    "php behind a jpeg": jpeg() + b"<?php system($_GET['c']); ?>",
}
NO_PICTURES = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "svgz": zlib.compress(b"<svg/>"),
    "html": b"<!doctype html>" + SCRIPT,
    "gif with script": b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
    "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
    "bmp": b"BM"
    + struct.pack("<IHHIIiiHHIIiiII", 70, 0, 0, 54, 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0)
    + b"\x00" * 16,
    "tiff": b"II*\x00\x08\x00\x00\x00\x00\x00",
    "a zip called .jpg": a_zip(),
    "nothing": b"",
}


@pytest.mark.parametrize("raw", POLYGLOTS.values(), ids=POLYGLOTS)
def test_of_a_file_that_is_two_things_the_picture_alone_is_kept(tmp_path: Path, raw: bytes) -> None:
    kept = photo_path(keep_photo(SimpleUploadedFile("a.jpg", raw), tmp_path, MOST), tmp_path).read_bytes()
    for foreign in (b"<script", b"<html", b"alert", b"PK\x03\x04", b"<?php", b"Exif", b"payload"):
        assert foreign not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.format == "JPEG" and not image.getexif() and "comment" not in image.info


@pytest.mark.parametrize("raw", NO_PICTURES.values(), ids=NO_PICTURES)
@pytest.mark.parametrize("kind", ["image/jpeg", "image/svg+xml"])
def test_what_a_file_calls_itself_does_not_count(tmp_path: Path, raw: bytes, kind: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        keep_photo(SimpleUploadedFile("photo.jpg", raw, content_type=kind), tmp_path, MOST)
    assert refused.value.field == "photo" and not list(tmp_path.rglob("*"))


def bomb_png(side: int) -> bytes:
    """A PNG of few bytes that says it is `side` × `side`, and holds as much once unpacked."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, rows = zlib.compressobj(9), b""
    for _ in range(min(side, 200)):
        rows += packer.compress(b"\x00" * (1 + min(side, 60_000) // 8))
    rows += packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def a_word_bomb() -> bytes:
    """A PNG whose text chunk unpacks to 100 MB."""
    whole = bomb_png(8)
    text = zlib.compress(b"x" * 100_000_000, 1)
    data = b"Comment\x00\x00" + text
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data))
    return whole[:33] + chunk + whole[33:]


BOMBS = {
    "large": lambda: bomb_png(60_000),
    "largest": lambda: bomb_png(2**31 - 1),
    "words": a_word_bomb,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, bomb: Any) -> None:
    raw = bomb()
    assert len(raw) < MOST
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput):
            keep_photo(SimpleUploadedFile("a.png", raw), tmp_path, MOST)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\x.jpg",
        "/etc/cron.d/x",
        "a.php",
        "a.jpg\x00.php",
        ".htaccess",
        "CON",
        "a" * 400 + ".jpg",
    ],
)
def test_the_name_of_a_file_names_nothing(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "photos"
    upload = SimpleUploadedFile("a.jpg", jpeg())
    upload._name = name  # as a client could send it, before Django tidies it
    digest = keep_photo(upload, folder, MOST)
    (only,) = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert only == folder / digest[:2] / f"{digest}.jpg"
    assert not only.stat().st_mode & 0o111


@pytest.mark.django_db
def test_a_photo_is_served_as_a_picture_whatever_is_asked(settings: Any, tmp_path: Path) -> None:
    settings.PHOTOS = tmp_path
    digest = keep_photo(SimpleUploadedFile("a.jpg", POLYGLOTS["html behind a jpeg"]), tmp_path, MOST)
    report_cases(actor=ANONYMOUS, at=NOW, reports=[a_report(photos=(digest,))])
    client = signed_in(officer("bz/urban-management"), "photo")
    answer = client.get(f"/photos/{digest}.jpg?key=x", headers={"Accept": "text/html"})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    assert (
        answer.headers["X-Content-Type-Options"] == "nosniff"
        and "script-src 'self'" in answer.headers["Content-Security-Policy"]
    )
    assert SCRIPT not in b"".join(answer.streaming_content)
    for path in (
        f"/photos/{digest}.html",
        f"/photos/{digest}.jpg/x.js",
        "/photos/..%2f..%2fsecrets.json",
        f"/photos/{digest.upper()}.jpg",
    ):
        assert client.get(path).status_code == 404
