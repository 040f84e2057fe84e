"""Measure the operations: floor and product in turn, one by one and sixteen at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.benchmarks import load, operations
from tests.benchmarks.load import Client, Refused
from tests.benchmarks.operations import Operation
from tests.benchmarks.servers import Bench, cpu_seconds


@dataclass
class Side:
    """What one side took: milliseconds of each request, processor time, requests a second."""

    taken: list[float] = field(default_factory=list)
    cpu: float = 0.0
    a_second: float = 0.0
    statements: int = 0

    @property
    def median(self) -> float:
        """Return the median in milliseconds."""
        return load.median(self.taken)

    @property
    def p95(self) -> float:
        """Return what 95 % of the requests did not exceed, in milliseconds."""
        return load.percentile(self.taken, 95)

    @property
    def cpu_ms(self) -> float:
        """Return the web server's processor time a request, in milliseconds."""
        return self.cpu * 1000 / len(self.taken)


@dataclass
class Measured:
    """One operation at one number of tickets; missing: why the product has no figure."""

    operation: Operation
    tickets: int
    product: Side = field(default_factory=Side)
    floor: Side | None = None
    missing: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how many times the floor's time the product takes."""
        if self.missing or self.floor is None:
            return None
        return self.product.median / self.floor.median


def measure(
    bench: Bench, asked: list[Operation], sessions: dict[bool, str], *, tickets: int, quick: bool
) -> Iterator[Measured]:
    """Measure every operation; one that is not there yet says so."""
    rounds, requests, seconds = (2, 5, 0.3) if quick else (5, 40, 3.0)
    for operation in asked:
        measured = Measured(operation, tickets, floor=Side() if operation.floor else None)
        try:
            _one(bench, measured, sessions[operation.lead], rounds, requests, seconds)
        except (Refused, RuntimeError) as error:
            measured.missing = str(error)[:200]
        yield measured


def _one(
    bench: Bench, found: Measured, session: str, rounds: int, requests: int, seconds: float
) -> None:
    operation = found.operation
    product = Client(bench.port, session)
    floor = Client(bench.floor_port, session)
    load.one_by_one(product, operation.product, 8)
    if operation.floor is not None:
        load.one_by_one(floor, operation.floor, 8)
    for _round in range(rounds):
        if operation.floor is not None and found.floor is not None:
            _round_of(bench, bench.floor, floor, operation.floor, requests, found.floor)
        _round_of(bench, bench.product, product, operation.product, requests, found.product)
    if operation.floor is not None and found.floor is not None:
        found.floor.a_second = load.at_once(
            bench.floor_port, session, operation.floor, seconds=seconds
        )
        found.floor.statements = operations.statements(operation, session=session, on_floor=True)
    found.product.a_second = load.at_once(bench.port, session, operation.product, seconds=seconds)
    found.product.statements = operations.statements(operation, session=session, on_floor=False)


def _round_of(bench, processes, client, ask, requests: int, side: Side) -> None:
    pids = bench.pids(processes, "web")
    before = cpu_seconds(pids)
    side.taken += load.one_by_one(client, ask, requests)
    side.cpu += cpu_seconds(pids) - before
