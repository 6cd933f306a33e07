"""What `certtrack waivers` says of a group: who is in it, before and after, and how far an act is."""

from collections.abc import Iterable, Sequence
from typing import Any

from certtrack.cli.output import flatten
from certtrack.db.models import GroupAct
from certtrack.language import say_by
from certtrack.rules.pack import Pack
from certtrack.services.group_acts.members import Member
from certtrack.services.group_acts.plan import Difference, GroupPlan
from certtrack.services.group_acts.wish import read_told

_WORDS = "waivers/group_words.jinja"


def list_rows(plan: GroupPlan, language: str) -> Iterable[dict[str, Any]]:
    """Everybody who is in it, before and after, then who is left out and why."""
    for one in plan.members:
        yield _tell_member(one.member) | {
            "due_before": one.before.due_on,
            "due_after": one.after.due_on,
            "standing_before": one.before.validity,
            "standing_after": one.after.validity,
            "open_before": one.before.open_minutes,
            "open_after": one.after.open_minutes,
            "why_not": " ".join(say(language, "why_not", code) for code in one.lacks),
            "code": next(iter(one.lacks), None),
            "is_in_it": True,
        }
    nothing = dict.fromkeys(("due_after", "standing_before", "standing_after", "open_before", "open_after"))
    for out in plan.left_out:
        said = {"due_before": out.due_on, "why_not": say(language, "why_not", out.why), "code": out.why}
        yield _tell_member(out.member) | said | nothing | {"is_in_it": False}


def _tell_member(member: Member) -> dict[str, Any]:
    return {
        "person": member.person_id,
        "name": member.name,
        "number": member.number,
        "certification": member.certification_id,
        "cycle": member.cycle_id,
    }


def tell_act(act: GroupAct, pack: Pack | None, language: str) -> dict[str, Any]:
    """One act: what it gives in words where its rules are known, and all else for programs."""
    return {
        "act": act.id,
        "pack": act.pack_key,
        "due_from_on": act.due_from_on,
        "due_until_on": act.due_until_on,
        "gives": say(language, "given_sentence", read_told(act.gives), pack) if pack else "",
        "given": act.gives,
        "state": act.state,
        "members": len(act.members),
        "written": act.done - len(act.skipped),
        "skipped": act.skipped,
        "kept": act.kept,
        "from_on": act.from_on,
        "given_by": act.given_by,
        "letter_on": act.letter_on,
        "words": act.words,
        "recorded_at": act.recorded_at.isoformat(),
        "recorded_by": act.recorded_by,
        "undo_reason": act.undo_reason,
        "undone_by": act.undone_by,
    }


def say_difference(difference: Difference) -> str:
    """Who came in, was changed or is out since it was seen; in English, as messages are."""
    lines = ["Who is in it has changed since, so nothing was written. Look at it again."]
    for head, people in (
        ("Came in", difference.added),
        ("Changed", difference.changed),
        ("No longer in it", difference.gone),
    ):
        if people:
            lines.append(f"{head}: {'; '.join(_name(people))}")
    if difference.gone_unseen:
        lines.append(f"No longer to be seen: {difference.gone_unseen}")
    return "\n".join(lines)


def _name(people: Sequence[Member]) -> Iterable[str]:
    return (f"{one.name}, {one.number or one.person_id}" for one in people)


def say_how_far(act: GroupAct) -> str:
    """How many are on record, and why the others got nothing."""
    said = f"{act.done - len(act.skipped)} of {len(act.members)} are on record."
    whys = [f"cycle {one['cycle']}: {say('en', 'why_not', one['why'])}" for one in act.skipped]
    return "\n".join([said, *whys])


def say(language: str, macro: str, *values: object) -> str:
    """A sentence of the pages."""
    return flatten(say_by(_WORDS, language, macro, *values))
