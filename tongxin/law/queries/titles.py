"""按名称找文件。 Finding instruments by what people call them."""

from collections.abc import Mapping
from functools import lru_cache

from tongxin.law.models import Instrument

STATE = "中华人民共和国"


def instruments_called(*, title: str) -> list[tuple[str, str]]:
    """题名就是它的文件。 (key, title) of the instruments with exactly this title, the state's name aside. One statement."""
    bare = title.removeprefix(STATE)
    rows = Instrument.objects.filter(title__in=[title, bare, f"{STATE}{bare}"])
    return list(rows.order_by("key").values_list("key", "title"))


def instruments_named(*, name: str) -> list[tuple[str, str]]:
    """叫这个名称的文件。 (key, title) of the instruments a name means: a key, a title with or without 《》 and the state's name;
    where none is called exactly so, those whose title contains the words. One or two statements.
    """
    words = name.strip().removeprefix("《").removesuffix("》")
    if not words:
        return []
    found = list(Instrument.objects.filter(key=words).values_list("key", "title")) or instruments_called(
        title=words
    )
    if found:
        return found
    return list(
        Instrument.objects.filter(title__contains=words).order_by("key").values_list("key", "title")[:20]
    )


@lru_cache(maxsize=4)
def instrument_titles(revision: int) -> Mapping[str, tuple[str, str]]:
    """各文件的题名，按标识。 Title and English title of every instrument by key, for one revision. One statement."""
    del revision
    return {
        key: (title, title_en)
        for key, title, title_en in Instrument.objects.values_list("key", "title", "title_en")
    }
