"""Packs, policies and facts for tests of the rules: the shipped packs, and any record that the days allow."""

import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from certtrack.packs import Packs, Policies, find_used, load_packs, load_policies, read_pack
from certtrack.packs.files import list_shipped
from certtrack.packs.table import read_toml
from certtrack.resources import get_resource
from certtrack.rules.facts import (
    CertificationFacts,
    CreditFact,
    CreditPart,
    CycleFact,
    DueSource,
    ExamFact,
    StatusFact,
    StatusKind,
)
from certtrack.rules.pack import Pack
from certtrack.settings import load_default_packs

CPS, CPPS = "us-wi-cps", "us-wi-cpps"
CLOCKS = "us-wa-cpss"
"""Suicide prevention every six years, health equity every four."""
TWO_STEPS = "us-tx-ps"
"""A provisional term of six months, and once six more."""


def shipped_packs(*used: str) -> Packs:
    """Those that an installation uses where nothing is set, or those that `used` names."""
    return load_packs([], find_used(get_resource("config") / "packs", used or load_default_packs()))


def every_shipped_pack() -> list[Pack]:
    """Whether an installation uses it or not."""
    files = list_shipped(get_resource("config") / "packs")
    return [read_pack(path) for path in files if not read_toml(path).top.says("kind", "service")]


def every_shipped_file() -> dict[str, dict[str, Any]]:
    """What the files of all shipped packs hold, by their names; service packs too."""
    files = list_shipped(get_resource("config") / "packs")
    return {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in files}


def shipped_policies() -> Policies:
    return load_policies([get_resource("config") / "policies"])


def make_cycle(
    due_on: date,
    *,
    start_on: date | None = None,
    source: DueSource = "stated",
    computed: date | None = None,
    closed_on: date | None = None,
    no: int = 1,
) -> CycleFact:
    """A cycle of two years, unless its start is given."""
    return CycleFact(no, start_on or due_on - timedelta(days=730), due_on, source, computed, closed_on)


def make_facts(*cycles: CycleFact, statuses: Iterable[tuple[StatusKind, date]] = ()) -> CertificationFacts:
    """Carol's certification with these cycles, and acts recorded in this order."""
    acts = tuple(StatusFact(no, kind, day) for no, (kind, day) in enumerate(statuses, start=1))
    return CertificationFacts(id=7, credential="cps", cycles=cycles, statuses=acts)


days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@st.composite
def cycle_facts(draw: st.DrawFn, no: int) -> CycleFact:
    """A cycle that ends after it starts; sometimes two readings of its day, sometimes closed."""
    start_on = draw(days)
    due_on = start_on + timedelta(days=draw(st.integers(1, 1500)))
    computed = draw(st.none() | st.integers(-40, 40).map(lambda by: due_on + timedelta(days=by)))
    return CycleFact(
        id=no,
        start_on=start_on,
        due_on=due_on,
        due_source=draw(st.sampled_from(("stated", "computed", "extended"))),
        computed_due_on=computed,
        closed_on=draw(st.none() | st.integers(1, 2000).map(lambda by: start_on + timedelta(days=by))),
    )


@st.composite
def credit_facts(draw: st.DrawFn, no: int) -> CreditFact:
    """A credit on any day, long or short, that may count or not."""
    on = draw(days)
    return CreditFact(
        id=no,
        first_on=on,
        last_on=on,
        parts=(CreditPart(draw(st.integers(1, 1500)), draw(st.sampled_from(((), ("ethics_boundaries",))))),),
        activity=draw(st.sampled_from(("course", "video"))),
        form=draw(st.sampled_from(("in_person", "recorded", None))),
        role="participant",
        proof=draw(st.sampled_from(("file", "none"))),
        decision="waiting",
    )


@st.composite
def certification_facts(draw: st.DrawFn) -> CertificationFacts:
    """Any certification: up to three cycles, acts of the authority in any order, exams, credits, an issue, a death."""
    kinds: tuple[StatusKind, ...] = ("suspended", "restored", "revoked", "retired")
    acts = draw(st.lists(st.tuples(st.sampled_from(kinds), days), max_size=4))
    return CertificationFacts(
        id=7,
        credential="cps",
        issued_on=draw(st.none() | days),
        cycles=tuple(draw(cycle_facts(no)) for no in range(1, draw(st.integers(0, 3)) + 1)),
        exams=tuple(ExamFact(no, draw(days), "not_known") for no in range(draw(st.integers(0, 2)))),
        statuses=tuple(StatusFact(no, kind, day) for no, (kind, day) in enumerate(acts)),
        died_on=draw(st.none() | days),
        credits=tuple(draw(credit_facts(no)) for no in range(draw(st.integers(0, 3)))),
    )
