"""The whole format of a pack of either kind, and its JSON Schema."""

from typing import get_args

from certtrack.packs.format.days import days, provisional_months
from certtrack.packs.format.hours import hours
from certtrack.packs.format.shapes import (
    Shape,
    by,
    by_name,
    day,
    either,
    left_open,
    name,
    one_of,
    some_of,
    table,
    text,
    texts,
    value,
    whole,
    wholes,
    words,
)
from certtrack.rules.pack import PHASES, AskKind, AuditKind, CountsBy, EarnUntil, Need, Weekend
from certtrack.rules.service import MetBy, PeriodUnit, SessionKind, Side, Way, WeekBegins
from certtrack.rules.values import LANGUAGES, Holds

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COUNTS = one_of(get_args(Holds))
_MINUTES = whole(1, 60_000)
_CENTS = whole(0, 10_000_000)


def make_schema() -> Shape:
    """The JSON Schema (2020-12) of a pack's file, of either kind.

    What it can't say is left to the reader: that a source or an area which is named is there, that minima stay within
    the total, that caps nest.
    """
    return {
        "$schema": _DIALECT,
        "title": "A CertTrack rule pack",
        "description": "One version of one authority's rules; each value names where it was read and how sure it is.",
        "if": {"properties": {"kind": {"const": "service"}}, "required": ["kind"]},
        "then": _service(),
        "else": _credential(),
    }


def _credential() -> Shape:
    of_days, of_days_too = days()
    required = _head("credential") | _names() | of_days | _handling() | _phases()
    return table(required, of_days_too | _more(), says="The rules of one credential.")


def _head(kind: str) -> dict[str, Shape]:
    return {
        "key": name(),
        "version": whole(1, 9999),
        "kind": {"const": kind},
        "zone": text(),
        "name": words("The whole name."),
        "short_name": words("The letters that it goes by."),
        "whom_to_ask": words("Who answers what isn't published, as it reads in a sentence."),
        "authority": table(
            {"link": text(), "name": words("Its name.")},
            {"language": {"description": "In which it reads what is sent to it; else English."} | one_of(LANGUAGES)},
            says="Who made the rules.",
        ),
        "sources": by_name(_source(), says="Where values were read; each value names one of these."),
    }


def _source() -> Shape:
    return table({"title": text(), "as_of": day()}, {"link": text()}, says="A page or a person, and the day of it.")


def _names() -> dict[str, Shape]:
    return {
        "credential": text(),
        "currency": text(),
        "office_names": texts(),
        "name_at_first_use": words("The name where it is read for the first time."),
    }


def _handling() -> dict[str, Shape]:
    return {
        "earn_until": value(
            {"phase": one_of(get_args(EarnUntil))}, unknown="phase", says="How long hours may be earned."
        ),
        "weekend": value(
            {"rule": one_of(get_args(Weekend))}, unknown="rule", says="What a due day on a weekend means."
        ),
        "counts_by": value({"rule": one_of(get_args(CountsBy))}, unknown="rule", says="Which day of a letter counts."),
    }


def _phases() -> dict[str, Shape]:
    fee = value({"cents": _CENTS}, {"late_cents": _CENTS}, unknown="cents", says="In all; late_cents are part of it.")
    return {
        "holds": by(
            PHASES,
            value({"holds": _COUNTS}, unknown="holds", says="Whether the certification holds."),
            says="By phase: whether the certification holds in it.",
        ),
        "needs": by(
            PHASES,
            value({"items": some_of(get_args(Need))}, says="What is sent or done."),
            says="By phase: what is asked for.",
        ),
        "fees": by(PHASES, fee, says="By phase: what is paid, in cents of the currency."),
    }


def _more() -> dict[str, Shape]:
    return {
        "pass_mark": value({"percent": whole(1, 100)}, unknown="percent", says="What the exam is passed with."),
        "training": _training(),
        "hours": hours(),
        "entry": table({}, _asks() | {"age": _age()}, says="What is asked for before the credential is given."),
        "provisional": _provisional(),
        "renewal": table({}, _asks(), says="What is asked for in each cycle, beside the hours."),
        "audit": _audit(),
        "sharing": {"type": "array", "items": _sharing(), "minItems": 1},
        "advice": by(PHASES, words("A sentence."), says="By phase: what helps to know."),
        "words": by(PHASES, words("A word or two, quoted."), says="By phase: the authority's own word for it."),
    }


def _training() -> Shape:
    return table(
        {
            "length": value({"minutes": wholes(1, 60_000)}, unknown="minutes", says="Every reading of its length."),
            "missed": value({"minutes": whole(0, 60_000)}, unknown="minutes", says="How much of it may be missed."),
        },
        says="The training that leads to the credential.",
    )


def _asks() -> dict[str, Shape]:
    asked = value({"minutes": whole(1, 600_000)}, unknown="minutes", says="Minutes of it.")
    return dict.fromkeys(get_args(AskKind), asked)


def _age() -> Shape:
    return value({"years": whole(1, 120)}, unknown="years", says="The least age.")


def _provisional() -> Shape:
    required, optional = provisional_months()
    shape = value(required, optional | _asks(), says="The first step of a credential that is given in two.")
    some = {"properties": {"extensions": {"minimum": 1}}, "required": ["extensions"]}
    without = {"properties": {"extension_months": False}}
    return shape | {"if": some, "then": {"required": ["extension_months"]}, "else": without}


def _audit() -> Shape:
    optional = {
        "months": wholes(1, 12),
        "percent": whole(1, 100),
        "always_areas": texts(),
        "keep_years": whole(1, 100),
        "reply_days": whole(1, 365),
    }
    return value({"kind": one_of(get_args(AuditKind))}, optional, unknown="kind", says="Who is asked for certificates.")


def _sharing() -> Shape:
    says = "Whether an hour counts here that counts for one of these other packs as well."
    others, areas = {"with": texts()}, {"areas": texts()}
    return either(value({"counts": _COUNTS} | others, areas, says=says), left_open("counts", others, areas))


def _service() -> Shape:
    required = _head("service") | {
        "applies_to": table({"period_ends_on_or_after": day()}, says="The periods that this version is for."),
        "staff": value({"includes_peer_specialists": {"const": True}}, says="For whom it is."),
        "period": value({"unit": one_of(get_args(PeriodUnit)), "minutes": _MINUTES}, says="Minutes in each period."),
        "met_by": value({"tests": one_of(get_args(MetBy))}, unknown="tests", says="Whether one of the two is enough."),
        "week_begins": value({"on": one_of(get_args(WeekBegins))}, unknown="on", says="With which day a week begins."),
        "kinds": value({"items": some_of(get_args(SessionKind))}, says="The kinds of sessions that count."),
        "signed_by": value({"sides": some_of(get_args(Side))}, says="Who signs."),
        "supervisor": value({"qualified": _COUNTS}, unknown="qualified", says="Whether a licence is asked of them."),
    }
    way = value({"counts": _COUNTS}, unknown="counts", says="Whether a session held so counts.")
    optional = {
        "per_service": value(
            {"minutes": _MINUTES, "service_minutes": _MINUTES}, says="Minutes for so many of service."
        ),
        "ways": by(get_args(Way), way, says="By how a session is held."),
    }
    return table(required, optional, says="What a provider owes its staff.")
