"""Whether it is alive, told to everybody, so with nobody's data."""

from kit.client import CheckingClient
from kit.databases import on_both
from kit.world import World

from certtrack.services.schedule import beat


def test_a_web_process_that_answers_says_ok(client: CheckingClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok", "text/plain")


@on_both
def test_mail_is_well_while_the_scheduler_gives_signs_of_life(client: CheckingClient, world: World) -> None:
    silent = client.get("/healthz/mail")
    assert (silent.status_code, (silent.json or {})["reasons"]) == (503, ["scheduler_silent"])
    with world.database.writing() as session:
        beat(session)
    answer = client.get("/healthz/mail")
    assert answer.status_code == 200
    assert answer.json is not None
    names = {"reasons", "heartbeat_at", "is_silent", "alarms", "oldest_open_mail_at", "oldest_ripe_reminder_at", "jobs"}
    assert set(answer.json) == names
    assert answer.json["reasons"] == []
    assert set(answer.json["jobs"]["heartbeat"]) == {"last_started_at", "last_ended_at", "last_outcome", "next_run_at"}
    assert answer.json["heartbeat_at"] is not None
    assert (answer.json["is_silent"], answer.json["alarms"], answer.json["oldest_open_mail_at"]) == (False, [], None)
