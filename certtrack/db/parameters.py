"""Parameters of statements that are made once and asked again and again.

They stand where a value would, such as the number of a person: whatever takes one to make a statement takes its
parameter. What looks at the value itself, as `if` and reckoning with days do, must not be given one.
"""

from typing import Any

from sqlalchemy import BigInteger, Date, Text, bindparam

from certtrack.db.types import Moment


def a_number(name: str) -> Any:  # noqa: ANN401  # stands for an int
    """One number."""
    return bindparam(name, type_=BigInteger())


def numbers(name: str) -> Any:  # noqa: ANN401  # stands for many of them
    """Any number of numbers, none included, behind `IN`."""
    return bindparam(name, type_=BigInteger(), expanding=True)


def a_day(name: str) -> Any:  # noqa: ANN401  # stands for a date
    """One day."""
    return bindparam(name, type_=Date())


def a_moment(name: str) -> Any:  # noqa: ANN401  # stands for a datetime
    """One moment."""
    return bindparam(name, type_=Moment())


def a_text(name: str) -> Any:  # noqa: ANN401  # stands for a str
    """One text."""
    return bindparam(name, type_=Text())
