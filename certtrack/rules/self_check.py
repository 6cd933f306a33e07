"""A look ahead for somebody on the way in: what a pack publishes of it as questions, and what the answers come to.

Nothing is asked that the pack doesn't say. Of what else an authority may ask nothing is known here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from certtrack.rules.pack import AskKind, Pack
from certtrack.rules.values import Source, Sure

QuestionKind = Literal["age", "training", "service", "supervision"]
Answer = Literal["yes", "not_yet", "unsure"]
ANSWERS: tuple[Answer, ...] = ("yes", "not_yet", "unsure")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked for before the credential is given. `amount` is in years for an age, else in minutes.

    It is None where nothing is published of how much; `most` is the highest reading where there are two.
    """

    kind: QuestionKind
    amount: int | None
    source: Source
    sure: Sure
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What the answers come to, question by question. `has_exam`: the rules name an exam, which comes after these."""

    met: tuple[Question, ...]
    open: tuple[Question, ...]
    unsure: tuple[Question, ...]
    has_exam: bool

    @property
    def is_ready(self) -> bool:
        """True where all that is published is met: that is not all that may be asked for."""
        return bool(self.met) and not (self.open or self.unsure)


def list_questions(pack: Pack) -> tuple[Question, ...]:
    """What the pack publishes of the way in, the age first; empty where it says nothing of it."""
    return tuple(_list_all(pack))


def has_exam(pack: Pack) -> bool:
    """True where the rules name an exam."""
    return pack.pass_percent is not None


def check(pack: Pack, answers: Mapping[QuestionKind, Answer]) -> Checked:
    """What these answers come to.

    A question without an answer is unsure; so is one whose amount isn't published, or published in two readings.
    """
    said = [(_settle(question, answers.get(question.kind)), question) for question in list_questions(pack)]
    return Checked(_pick(said, "yes"), _pick(said, "not_yet"), _pick(said, "unsure"), has_exam(pack))


def _settle(question: Question, answer: Answer | None) -> Answer:
    is_settled = question.amount is not None and question.most is None
    if answer is None or (answer == "yes" and not is_settled):
        return "unsure"
    return answer


def _pick(said: Iterable[tuple[Answer, Question]], answer: Answer) -> tuple[Question, ...]:
    return tuple(question for given, question in said if given == answer)


def _list_all(pack: Pack) -> Iterator[Question]:
    if pack.least_age is not None:
        yield Question("age", pack.least_age.value, pack.least_age.source, pack.least_age.sure)
    if pack.training is not None:
        length = pack.training.minutes
        readings = length.value or (None,)
        most = readings[-1] if len(readings) > 1 else None
        yield Question("training", readings[0], length.source, length.sure, most)
    for kind in ("training", "service", "supervision"):
        yield from _list_asked(pack, kind)


def _list_asked(pack: Pack, kind: AskKind) -> Iterator[Question]:
    if kind == "training" and pack.training is not None:
        return  # the same training, told once
    for ask in pack.asks:
        if (ask.step, ask.kind) == ("entry", kind):
            yield Question(kind, ask.minutes.value, ask.minutes.source, ask.minutes.sure)
