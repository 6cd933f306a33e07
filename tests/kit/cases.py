"""Cases for tests of `evaluate`, by the shipped packs."""

from functools import cache
from pathlib import Path
from typing import Any

from certtrack.services.evaluation import PackSource, evaluate

CPS, CPPS, DHS36 = "us-wi-cps", "us-wi-cpps", "us-wi-dhs36"

Answer = dict[str, Any]


@cache
def case_packs() -> PackSource:
    """The shipped packs, each read once for all tests."""
    return PackSource()


def ask(as_of: str, pack: str = CPS, /, **case: Any) -> Answer:
    """The answer for a case of one certification, unless it says otherwise."""
    return evaluate({"pack": pack, "as_of": as_of, **case}, case_packs())


def changed_pack(folder: Path, key: str, *changes: tuple[str, str]) -> PackSource:
    """The shipped packs, of which one says something else: its copy is called `changed`."""
    pack = case_packs().get(key)
    text = pack.raw
    for old, new in ((f'key = "{key}"', 'key = "changed"'), *changes):
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "changed.toml").write_text(text, encoding="utf-8")
    return PackSource([folder])


def passed(on: str, **more: Any) -> dict[str, Any]:
    """An exam that was passed."""
    return {"taken_on": on, "passed": True, **more}


def credit(number: int, on: str, minutes: int, *areas: str, **more: Any) -> dict[str, Any]:
    """A credit of some minutes, earned on a day."""
    return {"id": f"c{number}", "last_on": on, "minutes": minutes, "areas": list(areas), **more}


def days_of(answer: Answer, *names: str) -> list[str | None]:
    """These days of the answer's cycle."""
    return [answer["cycle"][name] for name in names]


def codes_of(answer: Answer) -> list[str]:
    """The codes of its reasons, in order."""
    return [reason["code"] for reason in answer["because"]]


def why_not(answer: Answer) -> dict[str, str | None]:
    """Why each credit doesn't count whole, by its id; None where it does."""
    return {one["id"]: one["why_not"] and one["why_not"]["code"] for one in answer["credits"]}


def total(answer: Answer) -> dict[str, Any]:
    """The line of the total."""
    found: dict[str, Any] = next(line for line in answer["requirements"] if line["id"] == "total")
    return found
