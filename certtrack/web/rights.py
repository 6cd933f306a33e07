"""Which right each address asks for. A view says it by one decorator; a view that says nothing answers nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from certtrack.security import Task

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "certtrack_right"


@dataclass(frozen=True, slots=True)
class Right:
    """What is asked of whoever comes: an account, and with `task` a role that allows it somewhere.

    `is_first`: open also to whoever has to set up a second step before anything else. `is_quiet`: opening it makes no
    session last longer.
    """

    needs_account: bool
    task: Task | None = None
    is_first: bool = False
    is_quiet: bool = False


def for_everybody(view: View) -> View:
    """Open to all, signed in or not."""
    return _mark(view, Right(needs_account=False))


def signed_in(view: View) -> View:
    """For whoever is signed in; the others are sent to sign in, and back here afterwards."""
    return _mark(view, Right(needs_account=True))


def signed_in_first(view: View) -> View:
    """The same, also before a second step is set up that is asked of them."""
    return _mark(view, Right(needs_account=True, is_first=True))


def signed_in_quietly(view: View) -> View:
    """The same, and for what a page asks by itself: nobody is there because of it."""
    return _mark(view, Right(needs_account=True, is_first=True, is_quiet=True))


def needs(task: Task) -> Callable[[View], View]:
    """For accounts with a role that allows `task`, in whatever organization; to others the page isn't there."""

    def decorate(view: View) -> View:
        return _mark(view, Right(needs_account=True, task=task))

    return decorate


def find_right(view: Callable[..., Any]) -> Right | None:
    """The right that a view asks for; None where it says nothing."""
    found: Right | None = vars(view).get(_MARK)
    return found


def _mark(view: View, right: Right) -> View:
    vars(view)[_MARK] = right
    return view
