"""Second steps: an app that knows the secret, and an account that has one."""

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from kit.client import CheckingClient
from kit.world import World
from werkzeug.test import TestResponse

from certtrack.auth.sealing import Sealer
from certtrack.auth.second_steps import set_second_step
from certtrack.auth.totp import make_code, make_secret
from certtrack.clock import FixedClock
from certtrack.db.models import Account
from certtrack.web.parts import EXTENSION

SEALER = Sealer(b"a key for tests alone")


@dataclass
class App:
    """The app on somebody's phone."""

    secret: str

    def show(self, at: datetime) -> str:
        return make_code(self.secret, at)


def give_step(world: World, account_id: int) -> tuple[App, list[str]]:
    """An account's second step, set with the code of the world's moment; its app and its recovery codes."""
    app = App(make_secret())
    with world.database.writing() as session:
        account = session.get_one(Account, account_id)
        codes = set_second_step(
            session, SEALER, account, app.secret, app.show(world.at), actor=world.actor.key, at=world.at
        )
    assert codes is not None
    return app, codes


def stop_clock(app: Flask, at: datetime) -> FixedClock:
    """The application's clock stands at that moment until it is moved."""
    clock = FixedClock(at)
    app.extensions[EXTENSION].clock = clock
    return clock


def move(app: Flask, by: timedelta) -> datetime:
    """Move the application's clock on; where it stands then."""
    return stop_clock(app, app.extensions[EXTENSION].clock.now() + by).now()


def read_app(page: TestResponse) -> App:
    """The app that was shown the page's key."""
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.text)
    assert found
    return App(found[1].replace(" ", ""))


def read_codes(page: TestResponse) -> list[str]:
    """The recovery codes that a page shows."""
    return [html.unescape(code) for code in re.findall(r'<li><code class="key">([^<]+)</code>', page.text)]


def set_up(client: CheckingClient) -> tuple[App, list[str]]:
    """Set a second step up through its pages; its app and its recovery codes."""
    app = read_app(client.get("/account/second-step"))
    now = client.application.extensions[EXTENSION].clock.now()
    answer = client.send("/account/second-step", code=app.show(now))
    assert answer.location == "/account/recovery-codes", answer.text
    return app, read_codes(client.get("/account/recovery-codes"))
