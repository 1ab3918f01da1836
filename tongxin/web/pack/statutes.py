"""读法律文本：核对摘要，解析被引用的版本。 Reading the statute texts: digests checked, cited versions parsed."""

import hashlib
from collections.abc import Collection, Iterable

from tongxin.law.rules.text import ParsedText, parse_instrument
from tongxin.web.pack.columns import MANIFEST
from tongxin.web.pack.faults import Reading
from tongxin.web.pack.files import decode, read_bytes
from tongxin.web.pack.rows import Version, VersionRow


def read_texts(
    reading: Reading, *, versions: Iterable[VersionRow], cited: Collection[Version] | None
) -> dict[Version, ParsedText]:
    """读全部文本，解析被引用的。 Read every text and check its digest; parse those `cited` (None: all), each once.

    A version without a text is passed over.
    """
    texts: dict[Version, ParsedText] = {}
    for version in versions:
        if not version.text_file:
            continue
        named_by = (version.file, version.line)
        data = read_bytes(reading, file=version.text_file, named_by=named_by)
        text = None if data is None else decode(reading, file=version.text_file, data=data)
        if data is None or text is None:
            reading.losses.lose_row(file=MANIFEST.file, key=version.key)
            continue
        if version.sha256 and hashlib.sha256(data).hexdigest() != version.sha256:
            zh = f"“{version.text_file}”的 SHA-256 与清单不符"
            reading.add(*named_by, "sha256_differs", zh, f"SHA-256 of '{version.text_file}' differs")
        identity = (version.key, version.version_date)
        if identity not in texts and (cited is None or identity in cited):
            texts[identity] = parse_instrument(text)
    return texts
