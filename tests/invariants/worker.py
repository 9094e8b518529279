"""One of the two workers of the town."""

from dataclasses import dataclass

from runtime import delivery
from runtime.engine.work import Engine
from runtime.house import House

ROUNDS = 300
"""Turns after which workers that still find something to do are taken to go round in a circle."""


@dataclass
class Worker:
    """One worker process, as far as it lives in this one."""

    house: House
    engine: Engine

    @classmethod
    def of(cls, house: House) -> "Worker":
        return cls(house, Engine(house))

    def engine_turn(self) -> bool:
        """One look of the engine."""
        return self.engine.work()

    def delivery_turn(self) -> bool:
        """One turn of delivery."""
        return delivery.deliver(self.house)

    def all(self) -> None:
        """Until there is nothing to do."""
        for _ in range(ROUNDS):
            if not (self.engine_turn() | self.delivery_turn()):
                return
        raise AssertionError("the worker never comes to rest")
