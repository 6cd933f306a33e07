"""What every test may ask for."""

from kit.browser import browser, cookies, visit
from kit.client import app, client
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
from kit.planning import planner
from kit.site import site
from kit.smtp import smtp
from kit.typed import typed
from kit.wheel import built, installed_wheel
from kit.world import world

__all__ = [
    "app",
    "browser",
    "built",
    "client",
    "cookies",
    "database",
    "database_kind",
    "database_url",
    "deliverer",
    "empty_url",
    "installed_wheel",
    "planner",
    "postgres_server",
    "postgres_template",
    "pytest_terminal_summary",
    "site",
    "smtp",
    "sqlite_template",
    "typed",
    "visit",
    "world",
]
