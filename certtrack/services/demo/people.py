"""Who is in the demonstration. Nobody here is real; days are told from today, so that it is as good on any day."""

from dataclasses import dataclass

from certtrack.rules.facts import StatusKind
from certtrack.services.ledger.tellings import How


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody fictional. Days are counted from today: 20 is in 20 days, -20 was 20 days ago.

    `due_in` None: no day is on record, only a sitting. `computed_in`: the rule's day, where it differs from the stated
    one. `address` None: none is known; empty: one of the person's own. `act`: what an authority did, and when.
    `left_in`: the last day with the office, of somebody who had been on record long before.
    `applied_in`: when an application was sent; `asks_until_in`: until when more time was asked for;
    `plans_in`: the day of a plan; `waived`: the area whose hours the program waived; `told`: how the supervisor told
    the last stage, so that no mail did; `is_mail_returned`: mail to the address comes back;
    `work_address`: a second one.
    """

    given_name: str
    family_name: str
    due_in: int | None
    credential: str = "cps"
    starts_in: int | None = None
    computed_in: int | None = None
    sat_in: int | None = None
    act: tuple[StatusKind, int] | None = None
    died_in: int | None = None
    chosen_name: str | None = None
    address: str | None = ""
    language: str = "en"
    applied_in: int | None = None
    asks_until_in: int | None = None
    plans_in: int | None = None
    waived: str | None = None
    has_supervisor: bool = False
    is_imported: bool = False
    left_in: int | None = None
    told: How | None = None
    is_mail_returned: bool = False
    work_address: str | None = None


BOB = DemoPerson("Bob", "Sample", due_in=410, address="bob@example.org")
FARAH = DemoPerson("Farah", "Faraway", due_in=520, sat_in=-211)
CAROL = DemoPerson("Carol", "Example", due_in=27, address="carol@example.org", has_supervisor=True)

PEOPLE = (
    BOB,
    CAROL,
    DemoPerson("Nadia", "Notyet", due_in=740, starts_in=12),
    DemoPerson("Wendell", "Waiting", due_in=None, sat_in=-15, has_supervisor=True),
    FARAH,
    DemoPerson("Otis", "Halfyear", due_in=174, has_supervisor=True),
    DemoPerson("Priya", "Quarter", due_in=85, credential="cpps"),
    DemoPerson("Tomasz", "Twomonths", due_in=55, chosen_name="Tom Twomonths", has_supervisor=True),
    DemoPerson(
        "Grace",
        "Fortnight",
        due_in=12,
        has_supervisor=True,
        is_mail_returned=True,
        work_address="grace@lakeside.example.org",
    ),
    DemoPerson("Hector", "Week", due_in=6, credential="cpps"),
    DemoPerson("Ines", "Tomorrow", due_in=1, has_supervisor=True),
    DemoPerson("Jonas", "Today", due_in=0),
    DemoPerson("María José", "Núñez Muñoz", due_in=29, language="es", has_supervisor=True),
    DemoPerson("Kofi", "Justafter", due_in=-9, has_supervisor=True),
    DemoPerson("Lena", "Later", due_in=-75, credential="cpps"),
    DemoPerson("Milo", "Tworeadings", due_in=-197, has_supervisor=True),
    DemoPerson("Noor", "Examway", due_in=-400),
    DemoPerson("Oskar", "Longway", due_in=-1000),
    DemoPerson("Petra", "Paused", due_in=58, act=("suspended", -20)),
    DemoPerson("Quentin", "Closed", due_in=200, act=("revoked", -60)),
    DemoPerson("Ruth", "Retiree", due_in=150, act=("retired", -30)),
    DemoPerson("Samuel", "Remembered", due_in=90, died_in=-40),
    DemoPerson("Tara", "Stateddays", due_in=40, computed_in=41, credential="cpps", plans_in=22, has_supervisor=True),
    DemoPerson("Umar", "Noaddress", due_in=24, address=None, has_supervisor=True),
    DemoPerson("Vera", "Sharing", due_in=300, sat_in=-65, address="sharing@example.org"),
    DemoPerson("Walt", "Sharing", due_in=26, address="sharing@example.org"),
    DemoPerson("Xenia", "Heldone", due_in=30, is_imported=True),
    DemoPerson("Yusuf", "Heldtwo", due_in=60, is_imported=True),
    DemoPerson("Zora", "Heldthree", due_in=14, is_imported=True),
    DemoPerson("Anders", "Byname", due_in=-20, is_imported=True),
    DemoPerson("Bea", "Nextmail", due_in=45, is_imported=True),
    DemoPerson("Lars", "Movedon", due_in=320, left_in=-30),
    DemoPerson("Cleo", "Sentaway", due_in=20, applied_in=-6, has_supervisor=True),
    DemoPerson("Dara", "Moretime", due_in=52, asks_until_in=110, waived="ethics_boundaries", has_supervisor=True),
    DemoPerson("Tilda", "Toldbyphone", due_in=28, has_supervisor=True, told="phone"),
)
