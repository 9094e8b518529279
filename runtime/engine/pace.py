"""How much of one kind of work goes into a transaction: while it lasts, nobody else writes to a SQLite file."""

FIRST = 100
LEAST = 10
MOST = 500


class Pace:
    """Learns from how long the transactions before lasted. One for each kind of work: to tell somebody of a schedule costs
    a tenth of what letting them into a flow does."""

    def __init__(self, longest: float) -> None:
        """`longest` is how many seconds a transaction should last at most."""
        self._longest = longest
        self.limit = FIRST

    def learn(self, done: int, took: float) -> None:
        """So much was done in a transaction of so many seconds, from when it could begin until it was committed."""
        if took > self._longest:
            self.limit = max(LEAST, int(self.limit * self._longest / took))
        elif done >= self.limit:
            self.limit = min(MOST, self.limit + self.limit // 4 + 1)
