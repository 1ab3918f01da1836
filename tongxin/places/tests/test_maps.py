"""The map kept in the process: a new revision of the city's facts leaves it as it is, a change of a place does not."""

from tests.factories import NOW
from tests.plugin import owner_connection
from tongxin.places import queries

DAY = NOW.date()


def test_a_revision_that_changes_no_place_leaves_the_map_in_the_process(city_of_its_own: str) -> None:
    one, other = queries.map_print(98), queries.map_print(99)
    assert one == other
    assert queries.grid_index(one, DAY) is queries.grid_index(other, DAY)


def test_a_place_that_changed_is_located_anew_with_the_next_revision(city_of_its_own: str) -> None:
    revision = queries.city().revision
    edition = queries.edition(revision=revision, day=DAY)
    grid = queries.places_on(day=DAY).filter(level="grid").order_by("id").first()
    assert grid is not None and grid.boundary is not None
    lon, lat = (
        grid.boundary["coordinates"][0][0]
        if grid.boundary["type"] == "Polygon"
        else grid.boundary["coordinates"][0][0][0]
    )
    before = queries.located(points=[(lon, lat)], day=DAY, revision=revision)
    assert before[0] is not None
    with owner_connection(city_of_its_own) as owner, owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute("UPDATE places_place SET boundary = NULL WHERE level = 'grid'")
    assert (
        queries.located(points=[(lon, lat)], day=DAY, revision=revision) == before
    )  # nobody has said that anything changed
    assert queries.located(points=[(lon, lat)], day=DAY, revision=101) == [None]
    assert queries.edition(revision=101, day=DAY) == edition
