"""A look ahead for somebody on the way in. What is answered is read, told at once, and kept nowhere.

Open to everybody: so no form that comes too late is kept for anybody, and no session is noted as in use.
"""

from flask import Blueprint, request

from certtrack.errors import NotFound
from certtrack.rules.pack import Pack
from certtrack.rules.self_check import ANSWERS, Answer, Checked, QuestionKind, check, list_questions
from certtrack.services.ways_in.packs import list_newest_packs
from certtrack.web.edge import for_everybody, parts, render

self_check = Blueprint("self_check", __name__)


@self_check.get("/ways-in/check")
@for_everybody
def ask() -> str:
    """What is asked for one credential, `?credential=` by the key of its rules; without it, which ones there are."""
    key = request.args.get("credential", "")
    return _show(_get_pack(key) if key else None)


@self_check.post("/ways-in/check")
@for_everybody
def answer() -> str:
    """What the answers come to; an answer that isn't offered is none."""
    pack = _get_pack(request.form.get("credential", ""))
    said = {question.kind: _read_answer(question.kind) for question in list_questions(pack)}
    answers = {kind: given for kind, given in said.items() if given is not None}
    return _show(pack, answers, check(pack, answers))


def _read_answer(kind: QuestionKind) -> Answer | None:
    typed = request.form.get(kind, "")
    return next((one for one in ANSWERS if one == typed), None)


def _get_pack(key: str) -> Pack:
    pack = parts().rulebook.packs.find(key)
    if pack is None:
        raise NotFound("There are no rules of that name here.")
    return pack


def _show(pack: Pack | None, answers: dict[QuestionKind, Answer] | None = None, checked: Checked | None = None) -> str:
    return render(
        "ways_in/check.html",
        packs=list_newest_packs(parts().rulebook),
        pack=pack,
        questions=list_questions(pack) if pack else (),
        choices=ANSWERS,
        answers=answers or {},
        checked=checked,
    )
