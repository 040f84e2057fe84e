"""The order of a whole run: pages at each size, then the sweep, the deadlines, the engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from accounts import actions as accounts
from common.origin import Origin
from tests.benchmarks import (
    data,
    deadline,
    engine,
    footprint,
    forecast,
    operations,
    pages,
    replays,
    servers,
    sweep,
)
from tests.benchmarks.deadline import Burst, Singles
from tests.benchmarks.forecast import Replay
from tests.benchmarks.pages import Measured
from tests.benchmarks.replays import Changed
from tests.benchmarks.servers import Bench
from tests.benchmarks.sweep import Drain, Grown

Say = Callable[[str], None]


@dataclass
class Found:
    """Everything a run has measured."""

    at: datetime
    versions: dict[str, str]
    sizes: list[int]
    quick: bool
    pages: list[Measured] = field(default_factory=list)
    probe: tuple[float, int] = (0.0, 0)
    drains: list[Drain] = field(default_factory=list)
    swept: list[Grown] = field(default_factory=list)
    replays: list[Replay] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    grown: dict[int, dict[str, float]] = field(default_factory=dict)
    singles: Singles | None = None
    bursts: list[Burst] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    starts: tuple[float, float] | None = None


def everything(bench: Bench, sizes: list[int], *, quick: bool, say: Say) -> Found:
    """Run every part; `say` hears what is going on."""
    found = Found(datetime.now(UTC), servers.versions(), sizes, quick)
    say("Engine …")
    found.rates = engine.rates(0.1 if quick else 1.0)
    found.grown = engine.growth(*((1000,) if quick else (1000, 1_000_000)))
    desk = data.desk()
    token = accounts.issue_token(desk.agent, origin=Origin.of_system())
    bench.product.start("web")
    bench.floor.start("web")
    for size in sizes:
        say(f"Pages with {size:,} tickets …")
        data.fill(size)
        asked = operations.operations(data.open_numbers(), token, data.callers())
        sessions = operations.sessions(desk)
        for one in pages.measure(bench, asked, sessions, tickets=size, quick=quick):
            found.pages.append(one)
            say(_line(one))
        for due in (100, 1000, 5000):
            if due <= size // 5:
                found.replays.append(forecast.replay(size, due))
                say(f"  {found.replays[-1]}")
        found.swept.append(sweep.among(size, due=20 if quick else 100))
        say(f"  {found.swept[-1]}")
        say("Changed policy …")
        found.changed.append(replays.measure(desk))
        say(f"  {found.changed[-1]}")
    found.memory = footprint.memory(bench)
    bench.product.stop("web")
    bench.floor.stop("web")
    _sweeps(bench, desk, found, say)
    if not quick:
        say("Start …")
        found.starts = footprint.starts()
    return found


def _sweeps(bench: Bench, desk: data.Desk, found: Found, say: Say) -> None:
    clocks = 1000 if found.quick else 100_000
    say(f"Sweep with {clocks:,} open clocks …")
    data.fill(data.filled() + max(0, clocks - data.running()), percent_open=100)
    found.rates["recalculated clocks"] = engine.recalculation(min(clocks, 5000))
    if not found.quick:
        found.changed.append(replays.measure(desk))
        say(f"  {found.changed[-1]}")
    found.probe = sweep.probe()
    found.drains = sweep.drains(desk)
    for drain in found.drains:
        say(f"  {drain.label}: {drain.a_ticket:.3f} ms a ticket, {drain.statements} statements")
    say("Deadlines, with worker and schedule …")
    count, within = (3, 2.0) if found.quick else (100, 60.0)
    found.singles = deadline.singles(bench, desk, count=count, within=within)
    for due in (50,) if found.quick else (1000, 10_000):
        found.bursts.append(deadline.burst(bench, due))
        say(f"  {found.bursts[-1]}")


def _line(one: Measured) -> str:
    if one.missing:
        return f"  {one.operation.name}: no figure ({one.missing[:100]})"
    ratio = f"{one.ratio:.2f} × floor" if one.ratio else ""
    side = one.product
    cpu = f", CPU {side.cpu_ms:.2f}"
    if one.floor:
        cpu += f" to {one.floor.cpu_ms:.2f} ms"
    return (
        f"  {one.operation.name}: {side.median:.2f} ms {ratio}, {side.statements} statements"
        f", {side.a_second:.0f}/s{cpu}"
    )
