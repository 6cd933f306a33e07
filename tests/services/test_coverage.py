"""Who holds a current certification on a day, of those whom the reader may see."""

from datetime import date

from kit.counting import counting_statements
from kit.databases import on_both
from kit.world import World

from certtrack.services.coverage import load_chunks, load_coverage
from certtrack.services.people_list import Filters, PeopleList

TODAY = date(2026, 5, 15)


@on_both
def test_the_page_and_a_file_of_it_say_the_same_of_each_as_of_any_day(world: World) -> None:
    dues = {"Current": date(2027, 10, 31), "Grace": date(2026, 4, 30), "Long": date(2020, 10, 31)}
    for name, due in dues.items():
        world.certify(world.person(name), due)
    with world.database.reading() as session:
        filters = Filters(as_of=TODAY)
        page = load_coverage(session, world.rulebook, world.actor, filters, today=TODAY, at=world.at)
        found = {row.person.given_name: row.holding for row in page.rows}
        rows = PeopleList(session, world.actor, filters, today=TODAY, at=world.at).list_all()
        chunks = list(load_chunks(session, world.rulebook, rows, TODAY))
    assert found == {"Current": "yes", "Grace": "unknown", "Long": "no"}
    assert [(row.person.given_name, row.holding) for chunk in chunks for row in chunk] == list(found.items())
    with world.database.reading() as session, counting_statements(world.database) as asked:
        later = Filters(as_of=date(2028, 6, 15))
        page = load_coverage(session, world.rulebook, world.actor, later, today=TODAY, at=world.at)
    assert {row.person.given_name for row in page.rows if row.holding == "yes"} == set()
    assert len(asked) <= 6
