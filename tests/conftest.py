"""What every test may ask for."""

import os
import signal
import sys

from hypothesis import settings
from kit.beginnings import beginning, beginnings, world
from kit.both_addresses import late
from kit.browser import browser, cookies, look, visit
from kit.bucket import bucket, s3_server
from kit.client import app, client
from kit.compiled import compressed_assets, share_addresses
from kit.databases import (
    database,
    database_kind,
    database_url,
    empty_url,
    postgres_server,
    postgres_template,
    sqlite_template,
)
from kit.delivery import deliverer
from kit.figures import pytest_terminal_summary
from kit.garbage import pytest_collection_finish
from kit.one_of_each import clients, numbers, places
from kit.order import pytest_collection_modifyitems, pytest_itemcollected
from kit.outages import outage
from kit.planning import planner
from kit.site import demonstration, site
from kit.smtp import smtp, smtp_server
from kit.statements import share_statements
from kit.templates import keep_templates
from kit.typed import typed
from kit.wheel import built, installed_wheel

# What a shell runs in its background is born deaf to Ctrl-C, and so would be the processes that tests stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests start hundreds of processes. Where this is set, as it is in many containers, each of them would compile the
# whole product anew, and each run all its tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples each time: what turns red was changed by somebody, not thrown by dice. Others, and more of them, are
# looked for by `pytest --hypothesis-profile=search`.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile("same")

share_addresses()
share_statements()
keep_templates()

__all__ = [
    "app",
    "beginning",
    "beginnings",
    "browser",
    "bucket",
    "built",
    "client",
    "clients",
    "compressed_assets",
    "cookies",
    "database",
    "database_kind",
    "database_url",
    "deliverer",
    "demonstration",
    "empty_url",
    "installed_wheel",
    "late",
    "look",
    "numbers",
    "outage",
    "places",
    "planner",
    "postgres_server",
    "postgres_template",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_itemcollected",
    "pytest_terminal_summary",
    "s3_server",
    "site",
    "smtp",
    "smtp_server",
    "sqlite_template",
    "typed",
    "visit",
    "world",
]
