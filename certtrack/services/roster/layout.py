"""What a roster looks like: its columns, and the words that its mapping file may explain."""

from certtrack.services.sheets.layout import WHOSE, Layout

ROSTER = Layout(
    kind="roster",
    singular="a roster",
    plural="rosters",
    asks="a name, a credential (Type) and a day (Expires)",
    usual={
        **WHOSE,
        "credential": ("type", "credential", "cert type", "certification", "certification type", "credential type"),
        "exam_date": ("exam date", "exam", "date of exam", "exam taken", "test date"),
        "expires": (
            "expires",
            "expiration",
            "expiration date",
            "expiry",
            "expiry date",
            "expires on",
            "exp date",
            "exp",
            "valid until",
            "valid through",
            "due",
            "due date",
            "recertification due",
        ),
        "supervisor": ("supervisor", "supervisor email", "supervised by"),
    },
    needed=((("name",), ("first_name", "last_name")), (("credential",),), (("expires",),)),
    tables={"credentials": '"Peer Spec I" = "cps"', "supervisors": '"B. Supervisor" = "bob@example.org"'},
)
