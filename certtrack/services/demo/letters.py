"""A letter of the program in the demonstration: fewer hours for everybody whose day is far."""

from datetime import timedelta

from certtrack.security import Actor
from certtrack.services.demo.place import Place
from certtrack.services.group_acts.acts import begin_group_act, give_batch
from certtrack.services.group_acts.plan import plan_group
from certtrack.services.group_acts.wish import GroupWish

_FIRST_IN, _LAST_IN = 290, 530
_MINUTES = 240


def add_letter(place: Place, office: Actor) -> None:
    """Put it on record as the office's administrator does, written whole."""
    pack = place.find_pack("cps")
    wish = GroupWish(
        pack_key=pack.key,
        due_from_on=place.today + timedelta(days=_FIRST_IN),
        due_until_on=place.today + timedelta(days=_LAST_IN),
        from_on=place.today - timedelta(days=30),
        given_by=pack.authority.name.en,
        letter_on=place.today - timedelta(days=31),
        words="A letter of the program to everybody, kept in the office.",
        takes_off=(("total", _MINUTES),),
    )
    plan = plan_group(place.session, place.rulebook, wish, actor=office, at=place.at)
    act = begin_group_act(place.session, plan, plan.digest, actor=office, at=place.at)
    while give_batch(place.session, place.rulebook, act.id, at=place.at, limit=len(plan.members)):
        pass
