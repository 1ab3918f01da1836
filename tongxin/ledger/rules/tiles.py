"""瓦片：树与条目的静态文件。 Tiles: the static files of a tree and its entries (C2SP tlog-tiles)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongxin.ledger import merkle

WIDTH: Final = 1 << merkle.TILE_HEIGHT
ENTRIES: Final = -1  # the "level" of entry bundles
_PATH = re.compile(
    r"(?P<level>[0-9]|[1-5][0-9]|6[0-3]|entries)/(?P<place>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """一片瓦。 A tile: its level (`ENTRIES` for a bundle of entries), its index there, and how many it holds, 1 to 256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def begin(self) -> int:
        """首个。 The first hash (or entry) of the tile, counted on its level."""
        return self.index * WIDTH

    @property
    def end(self) -> int:
        """末个之后。 The one after its last."""
        return self.begin + self.width

    def __str__(self) -> str:
        groups = [self.index % 1000]
        rest = self.index // 1000
        while rest:
            groups.append(rest % 1000)
            rest //= 1000
        place = "/".join([*(f"x{group:03d}" for group in groups[:0:-1]), f"{groups[0]:03d}"])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"{level}/{place}" + (f".p/{self.width}" if self.width < WIDTH else "")


def tile_at(path: str) -> Tile:
    """网址所指的瓦。 The tile that a path under `tile/` names. Raises ValueError when it is not written in the one way."""
    matched = _PATH.fullmatch(path)
    if matched is None:
        raise ValueError("not a tile")
    level = ENTRIES if matched["level"] == "entries" else int(matched["level"])
    index = int(matched["place"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(matched["width"] or WIDTH))
    if tile.width > WIDTH or str(tile) != path:
        raise ValueError("not a tile")
    return tile


def tiles_of(size: int) -> list[Tile]:
    """某大小的树有哪些瓦。 Every tile and every bundle of a tree of a size: the full ones, and the last of each level."""
    found, level, count = [], 0, size
    while count:
        full, part = divmod(count, WIDTH)
        for kind in (level, ENTRIES) if level == 0 else (level,):
            found += [Tile(kind, index) for index in range(full)]
            found += [Tile(kind, full, part)] if part else []
        level, count = level + 1, full
    return found


def bundle(leaves: Sequence[bytes]) -> bytes:
    """一束条目。 The bytes of an entry bundle: each entry after its length in two bytes."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
