"""Two records are looked at before they are made one, and parted with a reason."""

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import read
from kit.world import World

from certtrack.security import Role
from certtrack.web.parts import EXTENSION


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_both_are_shown_first_and_a_mistake_is_undone_with_a_reason(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    twice, carol = world.person("Carole"), world.person("Carol")
    typed = {"first": str(twice), "into": "Carol Example", "reason": "came twice in the list"}
    answer = client.send("/admin/merges", **typed)
    assert (answer.status_code, "One thing to fix" in answer.text) == (200, False), "a first look is no mistake"
    assert read(answer.text).index("One too many Carole Example") < read(answer.text).index("Stays Carol Example")
    assert all(f'href="/people/{number}"' in answer.text for number in (twice, carol))
    seen = {name: str(number) for name, number in (("seen_first", twice), ("seen_into", carol))}
    assert all(f'name="{name}" value="{number}"' in answer.text for name, number in seen.items())
    unsure = client.send("/admin/merges", **typed, **seen)
    assert (unsure.status_code, 'href="#sure"' in unsure.text, 'id="sure-error"' in unsure.text) == (400, True, True)
    late = client.send("/admin/merges", **typed, sure="y", seen_first=str(carol), seen_into=str(carol))
    assert late.status_code == 409
    assert f'name="seen_first" value="{twice}"' in late.text, "the two are shown who would be made one"
    assert client.send("/admin/merges", **typed, **seen, sure="y").headers["Location"] == f"/people/{carol}"
    assert f'action="/admin/merges/{twice}/part"' in client.get("/admin/merges").text
    answer = client.send(f"/admin/merges/{twice}/part", reason=" ")
    assert answer.status_code == 400
    assert f'id="reason-{twice}-error"' in answer.text
    assert client.send(f"/admin/merges/{twice}/part", reason="a namesake").status_code == 302
    assert client.send(f"/admin/merges/{twice}/part", reason="a namesake").status_code == 409
