"""How far somebody is on their own way in: trainings with what was attended, and exams with the attempts left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, ExamResult
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.trainings import ElsewhereFacts, TrainingFacts, load_elsewhere, load_trainings
from certtrack.rules.exams import count_left
from certtrack.rules.facts import ExamFact
from certtrack.rules.pack import Pack
from certtrack.rules.training import TrainingCount, count_training
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class OwnTraining:
    """One's own place in a training. `pack` None where no rules are known for its credential."""

    facts: TrainingFacts
    pack: Pack | None
    count: TrainingCount


@dataclass(frozen=True, slots=True)
class OwnElsewhere:
    """A training with another provider."""

    facts: ElsewhereFacts
    pack: Pack | None


@dataclass(frozen=True, slots=True)
class OwnExam:
    """One attempt. `score` in hundredths of a percent, None where none is on record.

    `left`: how many attempts are left, on the latest one where it wasn't passed and that can be said; else None.
    `is_limited` False where the rules don't say how many there are.
    """

    result: ExamResult
    pack: Pack | None
    left: int | None
    is_limited: bool


@dataclass(frozen=True, slots=True)
class OwnPath:
    """What is on record of somebody's way in; all empty for whoever has no record here. `people`: their numbers."""

    people: tuple[int, ...] = ()
    trainings: tuple[OwnTraining, ...] = ()
    elsewhere: tuple[OwnElsewhere, ...] = ()
    exams: tuple[OwnExam, ...] = ()

    def find_training(self, training_id: int) -> OwnTraining | None:
        """Their place in that training; None where they have none."""
        return next((one for one in self.trainings if one.facts.training_id == training_id), None)


def load_own_path(session: Session, rulebook: Rulebook, person_id: int | None, today: date) -> OwnPath:
    """The way in of this person, who reads it, as of today; seven statements at most, however much there is."""
    if person_id is None:
        return OwnPath()
    people = tuple(session.scalars(same_person(person_id)))
    keys = _load_pack_keys(session, people)
    return OwnPath(
        people=people,
        trainings=tuple(_show(rulebook, facts, today) for facts in load_trainings(session, people=people)),
        elsewhere=tuple(
            OwnElsewhere(facts, _find_pack(rulebook, {}, facts.credential)) for facts in load_elsewhere(session, people)
        ),
        exams=_list_exams(session, rulebook, people, keys),
    )


def _show(rulebook: Rulebook, facts: TrainingFacts, today: date) -> OwnTraining:
    pack = _find_pack(rulebook, {}, facts.credential)
    rule = pack.training if pack else None
    return OwnTraining(facts, pack, count_training(rule, facts.sessions, facts.attended, today))


def _load_pack_keys(session: Session, people: Sequence[int]) -> dict[str, set[str]]:
    """By credential the rules of the certifications that these people have."""
    query = select(Certification.credential, Certification.pack_key).where(Certification.person_id.in_(people))
    found: dict[str, set[str]] = {}
    for credential, key in session.execute(query):
        found.setdefault(credential, set()).add(key)
    return found


def _list_exams(
    session: Session, rulebook: Rulebook, people: Sequence[int], keys: dict[str, set[str]]
) -> tuple[OwnExam, ...]:
    query = select(ExamResult).where(ExamResult.person_id.in_(people), ExamResult.is_withdrawn.is_(False))
    results = session.scalars(query.order_by(ExamResult.taken_on.desc(), ExamResult.id.desc())).all()
    return tuple(_show_exam(rulebook, one, results, keys) for one in results)


def _show_exam(
    rulebook: Rulebook, result: ExamResult, results: Sequence[ExamResult], keys: dict[str, set[str]]
) -> OwnExam:
    pack = _find_pack(rulebook, keys, result.credential)
    most = pack.exam_route.value.attempts if pack and pack.exam_route and result.route == "way_back" else None
    alike = [one for one in results if (one.credential, one.route) == (result.credential, result.route)]
    is_latest = alike[0] is result and result.outcome == "not_passed_yet"
    left = _count_left(result, alike, most) if most is not None and is_latest else None
    return OwnExam(result, pack, left, most is not None)


def _count_left(latest: ExamResult, alike: Iterable[ExamResult], most: int) -> int | None:
    """A number that was told of an attempt may be higher than how many are on record here."""
    left = count_left(_list_facts(alike), most)
    return left if left is None or latest.attempt is None else max(0, min(left, most - latest.attempt))


def _list_facts(results: Iterable[ExamResult]) -> list[ExamFact]:
    return [ExamFact(one.id, one.taken_on, one.outcome, one.route) for one in results]  # type: ignore[arg-type]  # codes


def _find_pack(rulebook: Rulebook, keys: dict[str, set[str]], credential: str) -> Pack | None:
    """The newest rules of the person's certification, else of the only pack for that credential; None: several are."""
    wanted = keys.get(credential) or {pack.key for pack in rulebook.packs.list() if pack.credential == credential}
    return rulebook.packs.find(next(iter(wanted))) if len(wanted) == 1 else None
