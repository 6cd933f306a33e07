"""Which minutes count for what: within one dimension a minute counts once, and as many count as can."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SOURCE, _SINK = ("source", 0), ("sink", 0)
_Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Offer:
    """Minutes that may count for any of `fits`; `id` is the caller's own, and unique."""

    id: int
    minutes: int
    fits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Want:
    """Minutes that are wanted under a key; of several, those named first are filled first."""

    key: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many minutes of these offers count together. Two caps share no offer, or one holds the other."""

    minutes: int
    offers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Allocation:
    """The answer. `shares` are minutes by offer and key, without zeros; `counted` minutes by key, zeros included."""

    shares: Mapping[tuple[int, str], int]
    counted: Mapping[str, int]

    def counted_of(self, offer_id: int) -> int:
        """How many minutes of one offer count, in all."""
        return sum(minutes for (number, _), minutes in self.shares.items() if number == offer_id)


def allocate(offers: Iterable[Offer], wants: Sequence[Want], caps: Iterable[Cap] = ()) -> Allocation:
    """A maximum flow in minutes: offers, through their caps, to wants, which are opened one by one.

    The wants are filled in their order as far as can be, and in all no more minutes can count. `counted` does not
    depend on the order of the offers, and one more offer lowers none of it; `shares` go by the offers' ids.
    Raises ValueError for caps that cross: these are no flow, and an optimum could be a fraction.
    """
    given = sorted(offers, key=lambda offer: offer.id)
    listed = list(caps)
    return _flow(given, wants, listed) if listed else _Filling(given, wants).fill()


class _Filling:
    """The same flow where no cap is in the way: from wants straight to offers, which is much less to walk through."""

    def __init__(self, given: Sequence[Offer], wants: Sequence[Want]) -> None:
        self._given, self._wants = given, wants
        self._left = [offer.minutes for offer in given]
        self._used: list[dict[int, int]] = [{} for _ in wants]
        self._fits = [[at for at, offer in enumerate(given) if want.key in offer.fits] for want in wants]

    def fill(self) -> Allocation:
        """Fill each want in its turn; an earlier one may take its minutes elsewhere, and never gets fewer."""
        counted: dict[str, int] = {}
        for place, want in enumerate(self._wants):
            missing = self._take(place, want.minutes)
            while missing and (way := self._find_way(place)):
                missing -= self._shift(way, missing)
            counted[want.key] = want.minutes - missing
        return Allocation(self._list_shares(), counted)

    def _take(self, place: int, missing: int) -> int:
        """Take what nobody has taken; gives what is still missing."""
        used = self._used[place]
        for at in self._fits[place]:
            if not missing:
                break
            if minutes := min(missing, self._left[at]):
                used[at] = minutes
                self._left[at] -= minutes
                missing -= minutes
        return missing

    def _find_way(self, place: int) -> list[tuple[int, int]]:
        """From this want to minutes that are left, as wants, each with the offer that it takes from; [] for none.

        Each want takes from what the next one has of that offer, and the last takes what is left.
        """
        came_from: dict[int, tuple[int, int] | None] = {place: None}
        waiting = deque([place])
        while waiting:
            want = waiting.popleft()
            for at in self._fits[want]:
                if self._left[at]:
                    return _trace(came_from, want, at)
                for other in range(place):
                    if other not in came_from and self._used[other].get(at):
                        came_from[other] = (want, at)
                        waiting.append(other)
        return []

    def _shift(self, way: Sequence[tuple[int, int]], missing: int) -> int:
        """Move as many minutes along the way as go, `missing` at most."""
        minutes = min(missing, self._left[way[-1][1]])
        for (_, at), (following, _) in pairwise(way):
            minutes = min(minutes, self._used[following][at])
        for (want, at), (following, _) in pairwise(way):
            self._move(want, at, minutes)
            self._move(following, at, -minutes)
        want, at = way[-1]
        self._move(want, at, minutes)
        self._left[at] -= minutes
        return minutes

    def _move(self, want: int, at: int, minutes: int) -> None:
        self._used[want][at] = self._used[want].get(at, 0) + minutes

    def _list_shares(self) -> dict[tuple[int, str], int]:
        shares = {
            (at, place): minutes for place, used in enumerate(self._used) for at, minutes in used.items() if minutes
        }
        return {(self._given[at].id, self._wants[place].key): shares[at, place] for at, place in sorted(shares)}


def _trace(came_from: Mapping[int, tuple[int, int] | None], want: int, at: int) -> list[tuple[int, int]]:
    way = [(want, at)]
    while (before := came_from[way[-1][0]]) is not None:
        way.append(before)
    return way[::-1]


def _flow(given: Sequence[Offer], wants: Sequence[Want], caps: Sequence[Cap]) -> Allocation:
    network = _Network()
    _connect_offers(network, given, sorted(caps, key=lambda cap: (-len(cap.offers), sorted(cap.offers), cap.minutes)))
    for place, want in enumerate(wants):
        for offer in given:
            if want.key in offer.fits:
                network.connect(("offer", offer.id), ("want", place), offer.minutes)
        network.connect(("want", place), _SINK, want.minutes)
        network.fill()
    shares = {
        (offer.id, want.key): used
        for offer in given
        for place, want in enumerate(wants)
        if (used := network.used(("offer", offer.id), ("want", place)))
    }
    return Allocation(shares, {want.key: network.used(("want", place), _SINK) for place, want in enumerate(wants)})


def _connect_offers(network: "_Network", offers: Sequence[Offer], caps: Sequence[Cap]) -> None:
    """Each cap hangs on the smallest one that holds it, each offer on the smallest cap that names it."""
    above: dict[int, _Node] = {offer.id: _SOURCE for offer in offers}
    for place, cap in enumerate(caps):
        parents = {above[number] for number in cap.offers if number in above}
        if len(parents) > 1:
            raise ValueError("Two caps cross: each must hold the other, or share no offer with it.")
        for parent in parents:
            network.connect(parent, ("cap", place), cap.minutes)
        above |= {number: ("cap", place) for number in cap.offers if number in above}
    for offer in offers:
        network.connect(above[offer.id], ("offer", offer.id), offer.minutes)


class _Network:
    """Capacities that are left between nodes, the way back included."""

    def __init__(self) -> None:
        self._left: dict[_Node, dict[_Node, int]] = {_SOURCE: {}, _SINK: {}}
        self._given: dict[tuple[_Node, _Node], int] = {}

    def connect(self, start: _Node, end: _Node, minutes: int) -> None:
        self._left.setdefault(start, {})[end] = minutes
        self._left.setdefault(end, {}).setdefault(start, 0)
        self._given[start, end] = minutes

    def used(self, start: _Node, end: _Node) -> int:
        given = self._given.get((start, end), 0)
        return given - self._left[start][end] if given else 0

    def fill(self) -> None:
        """Send as many minutes as still fit; what flows into the sink already is never taken back."""
        while way := self._find_way():
            steps = list(pairwise(way))
            minutes = min(self._left[start][end] for start, end in steps)
            for start, end in steps:
                self._left[start][end] -= minutes
                self._left[end][start] += minutes

    def _find_way(self) -> list[_Node] | None:
        came_from: dict[_Node, _Node] = {_SOURCE: _SOURCE}
        waiting = deque([_SOURCE])
        while waiting:
            node = waiting.popleft()
            for end, left in self._left[node].items():
                if left and end not in came_from:
                    came_from[end] = node
                    if end == _SINK:
                        return _walk_back(came_from)
                    waiting.append(end)
        return None


def _walk_back(came_from: Mapping[_Node, _Node]) -> list[_Node]:
    way = [_SINK]
    while way[-1] != _SOURCE:
        way.append(came_from[way[-1]])
    return way[::-1]
