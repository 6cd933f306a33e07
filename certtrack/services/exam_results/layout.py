"""What an office's list of exam results looks like, and the words that its mapping file may explain."""

from certtrack.services.roster.layout import ROSTER
from certtrack.services.sheets.layout import WHOSE, WHOSE_NEEDED, Layout

EXAM_RESULTS = Layout(
    kind="exam_results",
    singular="a list of exam results",
    plural="lists of exam results",
    asks="an email or a certification number, a day (Exam date), a score (Score %) and an attempt",
    usual={
        **WHOSE,
        "name": (*WHOSE["name"], "candidate", "candidate name", "examinee", "test taker"),
        "credential": ROSTER.usual["credential"],
        "exam_date": (*ROSTER.usual["exam_date"], "date", "day", "date taken", "taken on", "tested on"),
        "score": ("score", "exam score", "test score", "percent", "percentage", "percent score", "score percent"),
        "attempt": ("attempt", "attempt no", "attempt number", "try", "no of attempt", "number of attempt"),
        "outcome": ("result", "outcome", "exam result", "pass fail", "passed", "pass", "resultado"),
        "route": ("route", "exam route", "purpose", "reason", "reason for exam"),
    },
    needed=(WHOSE_NEEDED, (("exam_date",),), (("score",),), (("attempt",),)),
    tables={"credentials": ROSTER.tables["credentials"]},
)

KIND = EXAM_RESULTS.kind
