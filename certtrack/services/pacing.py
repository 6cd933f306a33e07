"""How much goes into one transaction: as much as keeps others from waiting long for the database."""

from dataclasses import dataclass, field

_AIM_S = 0.025


@dataclass
class Pace:
    """`size` is how many the next transaction takes; it follows from how long the last ones took."""

    size: int = 20
    largest: int = 150
    longest_s: float = field(default=0, init=False)
    """The longest of them so far."""

    def learn(self, count: int, took_s: float, worked_s: float) -> None:
        """A transaction that wrote `count` was held for `took_s`, of which the processor worked `worked_s`.

        What else the machine has to do makes the first longer, and no size small enough would make up for that.
        """
        self.longest_s = max(self.longest_s, took_s)
        wished = int(count * _AIM_S / max(worked_s, took_s / 2, 0.001))
        if count >= self.size or wished < self.size:
            self.size = max(1, min(wished, 2 * self.size, self.largest))
