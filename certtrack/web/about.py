"""What the product says of itself, open to everybody: help, what is kept and who sees it, accessibility, languages."""

from flask import Blueprint

from certtrack.language import LOCALES
from certtrack.security import RECORD_RIGHTS, Fields, Relation
from certtrack.services.credits.drafts import KEPT_DAYS
from certtrack.web.edge import for_everybody, render

about = Blueprint("about", __name__)

READERS = (
    *(Relation.HOLDER, Relation.SUPERVISOR, Relation.AGENCY_ADMINISTRATOR),
    *(Relation.PROGRAMME_ADMINISTRATOR, Relation.AUDITOR),
)
"""Whose rights are told, in the order of the columns."""
_UNUSED = frozenset({Fields.ACCOMMODATIONS})  # nothing keeps them yet: a row would tell of what nobody is asked for


@about.get("/about/help")
@for_everybody
def help_() -> str:
    """Where to begin, and whom to ask."""
    return render("about/help.html")


@about.get("/about/privacy")
@for_everybody
def privacy() -> str:
    """What is kept about people and who sees it: from the table of rights itself, so that it says what is so."""
    kept = [field for field in Fields if field not in _UNUSED]
    rows = [(field.value, [field in RECORD_RIGHTS[reader] for reader in READERS]) for field in kept]
    readers = [reader.value for reader in READERS]
    return render("about/privacy.html", rows=rows, readers=readers, draft_days=KEPT_DAYS)


@about.get("/about/accessibility")
@for_everybody
def accessibility() -> str:
    """For whom the pages work, how that is checked, and what is known not to."""
    return render("about/accessibility.html")


@about.get("/about/languages")
@for_everybody
def languages() -> str:
    """The languages there are, and where each one is chosen."""
    return render("about/languages.html", locales=LOCALES)
