"""Delivery with everything on record, beside a loop that keeps nothing.

Each run plans the same reminders anew and hands them to one local mail server, a process of its own: by one delivery
process of ours, each mail asked again, composed, stored, leased, sent and settled by itself; and by Flask-Mail's bulk
loop, which composes the same mails without any database. The limit is 0.75 of that loop's throughput, on SQLite and on
PostgreSQL with fsync. At a server that answers after 5 ms four processes on PostgreSQL hand over at least twice as many
as one. Run it with `PYTHONPATH=tests python benchmarks/delivery.py`.
"""

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from flask_mail import Mail, Message
from kit.databases import create_on_server, name_database
from kit.postgres import run_postgres
from registry import AT, NOWHERE, Registry, make_registry
from running import report
from sqlalchemy import func, select

from certtrack.clock import FixedClock
from certtrack.db.engine import Database
from certtrack.db.models import Attempt, Email
from certtrack.mail import compose
from certtrack.mail.content import Envelope, ReminderItem
from certtrack.mail.smtp import SmtpTransport
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact
from certtrack.services.delivery import deliver
from certtrack.services.leasing import Terms
from certtrack.services.planning import plan_batch
from certtrack.services.rulebook import load_rulebook
from certtrack.signing import make_signer

MAILS, RUNS = 600, 5
LEAST, LEAST_OF_FOUR = 0.75, 2.0
SLOW_S, PROCESSES = 0.005, 4
FROM, BASE = "notes@example.org", "https://certtrack.example.org"
