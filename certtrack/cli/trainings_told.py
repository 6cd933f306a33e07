"""What `certtrack why` says of trainings: how far somebody is, what was missed, and whether it is complete."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from certtrack.cli.output import flatten
from certtrack.language import say_by
from certtrack.rules.pack import Pack
from certtrack.services.trainings.shown import PersonTrainings

_WORDS = "trainings/words.jinja"


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """One thing said, and where the rule behind it was read, None without one. `values`: for programs."""

    kind: Literal["training", "training_elsewhere"]
    day: date
    says: str
    source: str | None
    code: str
    values: dict[str, Any]


def tell_trainings(trainings: PersonTrainings, as_of: date, language: str) -> Iterator[TrainingLine]:
    """Each training in a sentence: those that were offered, then those elsewhere."""
    for one in trainings.offered:
        code = "completed" if one.completed_on else one.state
        yield TrainingLine(
            kind="training",
            day=one.completed_on or as_of,
            says=f"{_say(language, 'training_line', one)} {_say(language, 'rule_sentence', one.pack)}",
            source=_tell_source(one.pack, language),
            code=code,
            values={"training": one.training_id, "credential": one.credential, **asdict(one.count)},
        )
    for other in trainings.elsewhere:
        says = _say(language, "elsewhere_line", other)
        yield TrainingLine("training_elsewhere", other.facts.completed_on, says, None, "completed", asdict(other.facts))


def _tell_source(pack: Pack | None, language: str) -> str | None:
    has_rule = pack is not None and pack.training is not None and pack.training.minutes.value is not None
    return _say(language, "rule_source", pack) if has_rule else None


def _say(language: str, macro: str, *values: object) -> str:
    return flatten(say_by(_WORDS, language, macro, *values))
