"""Exams: what a score comes to, and what a passed one says of a standing."""

from collections.abc import Iterable, Iterator
from datetime import date

from certtrack.rules.facts import CertificationFacts, CycleFact, ExamFact, Outcome
from certtrack.rules.reasons import Reason, on_record

WHOLE = 10_000
"""The highest score, in hundredths of a percent."""


def judge(score: int | None, pass_mark: int | None) -> Outcome:
    """What a score comes to; both in hundredths of a percent, None where they aren't known. The mark itself passes."""
    if score is None:
        return "not_known"
    if pass_mark is None:
        return "not_established"
    return "passed" if score >= pass_mark else "not_passed_yet"


def find_way_back(exams: Iterable[ExamFact], cycle: CycleFact, as_of: date) -> ExamFact | None:
    """The first exam of the way back that was passed by `as_of`, after `cycle` was due; None where there is none."""
    passed = [exam for exam in exams if exam.route == "way_back" and exam.outcome == "passed"]
    return min(
        (exam for exam in passed if cycle.due_on < exam.taken_on <= as_of),
        key=lambda exam: (exam.taken_on, exam.id),
        default=None,
    )


def explain_exams(facts: CertificationFacts, way_back: ExamFact | None, as_of: date) -> Iterator[Reason]:
    """The exams that were passed by `as_of`, and those whose outcome nobody knows; of the others nothing is told.

    `way_back` is the one that no newer cycle answers yet, None where there is none.
    """
    for exam in sorted(facts.exams, key=lambda exam: (exam.taken_on, exam.id)):
        if exam.taken_on > as_of or exam.outcome == "not_passed_yet":
            continue
        code = "exam_outcome_not_known"
        if exam.outcome == "passed":
            code = "way_back_passed" if exam == way_back else "exam_passed"
        yield on_record(code, ("exam", exam.id), taken_on=exam.taken_on)


def count_left(exams: Iterable[ExamFact], most: int) -> int | None:
    """How many of `most` attempts are left on one route: those since it was passed last are used up.

    None where nobody knows what came of one of them.
    """
    used: list[ExamFact] = []
    for exam in sorted(exams, key=lambda exam: (exam.taken_on, exam.id)):
        used = [] if exam.outcome == "passed" else [*used, exam]
    if any(exam.outcome != "not_passed_yet" for exam in used):
        return None
    return max(0, most - len(used))
