"""Two at the same record at once, the first one's transaction open until the second one has begun."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from kit.world import World
from sqlalchemy.orm import Session

_T = TypeVar("_T")
_LONG_ENOUGH_S = 0.3  # whoever needn't wait for the first one is done by then, and the test tells that


def do_meanwhile(world: World, first: Callable[[Session], object], second: Callable[[], _T]) -> _T:
    """What `second` gives, or raises, that begins after `first` has done its part and before that is committed."""
    with ThreadPoolExecutor(1) as pool:
        with world.database.writing() as session:
            first(session)
            other = pool.submit(second)
            wait([other], _LONG_ENOUGH_S)
        return other.result(30)
