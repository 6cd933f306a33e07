"""The job that writes the week's mail to whoever supervises."""

from collections.abc import Callable
from datetime import date

import pytest
from kit.copies import assign
from kit.world import World

from certtrack.errors import NotFound
from certtrack.services.team_mail import write_team_mail
from jobs import weekly_team_mail
from jobs.workplace import Workplace


def test_one_mail_that_can_t_be_written_keeps_no_other_back(
    world: World, make_work: Callable[..., Workplace], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ana", "Bob"):
        person = world.person("Carol")
        world.certify(person, date(2026, 10, 31))
        assign(world, person, world.person(name), from_on=world.today)
    world.move_to(date(2026, 9, 14))
    assert weekly_team_mail.run(make_work(stop=lambda: True)) == {"written": 0}
    tried = []

    def break_once(*values: object) -> bool:
        tried.append(values)
        if len(tried) == 1:
            raise NotFound("gone in between")
        return write_team_mail(*values)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(weekly_team_mail, "write_team_mail", break_once)
    with pytest.raises(NotFound, match="gone in between"):  # so that the job shows as broken while it goes on so
        weekly_team_mail.run(make_work())
    assert len(tried) == 2
    assert weekly_team_mail.run(make_work()) == {"written": 1}
