"""What an office's log of continuing education looks like, and the words that its mapping file may explain."""

from certtrack.services.sheets.layout import WHOSE, WHOSE_NEEDED, Layout

_IS_PROOF = "certificate"
"""As a head of a log, the paper; in a roster it is the certification's number."""

CREDIT_LOG = Layout(
    kind="credits",
    singular="a log of continuing education",
    plural="logs of continuing education",
    asks="an email or a certification number, a course, a day (Date completed) and hours",
    usual={
        **WHOSE,
        "number": tuple(head for head in WHOSE["number"] if head != _IS_PROOF),
        "title": ("course", "course title", "course name", "title", "training", "training title", "activity", "event"),
        "provider": (
            "provider",
            "sponsor",
            "offered by",
            "given by",
            "trainer",
            "course provider",
            "training provider",
        ),
        "first_on": ("start date", "first day", "started", "from"),
        "last_on": (
            "date completed",
            "completed",
            "completed on",
            "completion date",
            "date",
            "day",
            "end date",
            "last day",
            "date of training",
            "training date",
        ),
        "amount": (
            "hours",
            "ce hours",
            "ceh",
            "contact hours",
            "clock hours",
            "hrs",
            "minutes",
            "ceu",
            "ceus",
            "amount",
            "length",
            "duration",
            "credits",
        ),
        "category": ("category", "area", "areas", "subject", "topic", "content area"),
        "format": ("format", "type", "kind", "activity type", "delivery", "form"),
        "proof": (
            "certificate on file",
            _IS_PROOF,
            "certificate received",
            "certificate seen",
            "proof",
            "proof on file",
            "documentation",
        ),
    },
    needed=(WHOSE_NEEDED, (("title",),), (("last_on",),), (("amount",),)),
    tables={
        "categories": '"boundaries" = "ethics_boundaries"',
        "formats": '"live" = "in_person"',
    },
    is_confirmed=True,
)
