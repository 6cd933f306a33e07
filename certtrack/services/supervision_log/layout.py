"""What an office's log of supervision looks like."""

from certtrack.services.sheets.layout import Layout

SUPERVISION_LOG = Layout(
    kind="supervision",
    singular="a log of supervision",
    plural="logs of supervision",
    asks="a day, a supervisor, who was there (Specialists), minutes and a kind",
    usual={
        "held_on": ("date", "day", "held on", "session date", "date of session", "date held"),
        "supervisor": ("supervisor", "supervisor email", "supervised by", "supervisor s email"),
        "people": (
            "specialists",
            "specialist",
            "peer specialists",
            "peer specialist",
            "people",
            "attendees",
            "attended",
            "staff",
            "supervisees",
            "supervisee",
            "who was there",
        ),
        "minutes": ("minutes", "min", "mins", "duration", "length", "hours", "session minutes"),
        "kind": ("kind", "type", "format", "session type", "kind of session"),
        "service": ("service hours since last", "service hours", "hours of service", "hours of service since last"),
        "signed": ("signed", "signatures", "signed by", "signed on paper"),
    },
    needed=((("held_on",),), (("supervisor",),), (("people",),), (("minutes",),), (("kind",),)),
)
