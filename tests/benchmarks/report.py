"""The report: what was measured, the targets, and whether they were met."""

from pathlib import Path

from tests.benchmarks import deadline
from tests.benchmarks.pages import Measured
from tests.benchmarks.run import Found

GROWTH = 1.5
CLOCKS = 5000  # a second and core, after a change of policy
NOTES = Path(__file__).with_name("notes.md")  # what figures alone do not say


def written(found: Found) -> str:
    """Return the whole page."""
    parts = [_head(found)]
    parts += [_pages(found, size) for size in found.sizes]
    if len(found.sizes) > 1:
        parts.append(_growth(found))
    parts += [
        _forecast(found),
        _changed(found),
        _swept(found),
        _sweep(found),
        _deadlines(found),
        _engine(found),
        _footprint(found),
    ]
    parts.append(NOTES.read_text(encoding="utf-8"))
    return "\n".join(parts)


def _head(found: Found) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; see `tests/benchmarks/`. The *floor* is the least that Django "
        "needs on the same tables, session and template engine: a session, its person, one or two "
        "statements, a template. Both run under the same gunicorn (2 workers, 8 threads each) on "
        "the same PostgreSQL, and are asked in turn, so that a noisy machine disturbs both. "
        "What is judged is the ratio.",
        "",
        f"* date: {found.at:%Y-%m-%d %H:%M} UTC",
        *(f"* {name}: {value}" for name, value in found.versions.items()),
    ]
    if found.quick:
        lines.append("* **a smoke run: the figures say nothing**")
    return "\n".join(lines) + "\n"


def _pages(found: Found, size: int) -> str:
    rows = [
        [
            one.operation.name, *_side(one), _ratio(one), _target(one.operation.ratio),
            _verdict(one.ratio, one.operation.ratio),
        ]
        for one in found.pages
        if one.tickets == size
    ]  # fmt: skip
    head = [
        "operation", "product ms (p95)", "floor ms (p95)", "web CPU ms product / floor",
        "a second at c = 16 product / floor", "statements product / floor", "ratio", "target", "",
    ]  # fmt: skip
    return f"## Pages and API, {size:,} tickets\n\n{_table(head, rows)}"


def _side(one: Measured) -> list[str]:
    if one.missing:
        return ["–", "–", "–", "–", "–"]
    product, floor = one.product, one.floor
    if floor is None:
        return [
            f"{product.median:.1f} ({product.p95:.1f})", "–", f"{product.cpu_ms:.2f}",
            f"{product.a_second:.0f}", f"{product.statements}",
        ]  # fmt: skip
    return [
        f"{product.median:.1f} ({product.p95:.1f})",
        f"{floor.median:.1f} ({floor.p95:.1f})",
        f"{product.cpu_ms:.2f} / {floor.cpu_ms:.2f}",
        f"{product.a_second:.0f} / {floor.a_second:.0f}",
        f"{product.statements} / {floor.statements}",
    ]


def _ratio(one: Measured) -> str:
    if one.missing:
        return "not measured"
    return "–" if one.ratio is None else f"{one.ratio:.2f} ×"


def _growth(found: Found) -> str:
    small, large = found.sizes[0], found.sizes[-1]
    first = {one.operation.name: one for one in found.pages if one.tickets == small}
    rows = []
    for one in (one for one in found.pages if one.tickets == large):
        before = first[one.operation.name]
        if one.missing or before.missing:
            continue
        growth = one.product.median / before.product.median
        floor = (
            f"{one.floor.median / before.floor.median:.2f} ×"
            if one.floor and before.floor
            else "–"
        )
        rows.append(
            [
                one.operation.name,
                f"{growth:.2f} ×",
                floor,
                f"≤ {GROWTH} ×",
                _verdict(growth, GROWTH),
            ]
        )
    title = f"## Growth from {small:,} to {large:,} tickets"
    return f"{title}\n\n{_table(['operation', 'product', 'floor', 'target', ''], rows)}"


def _forecast(found: Found) -> str:
    rows = [
        [
            f"{one.due:,} due within the hour, of {one.open:,} open and {one.tickets:,}",
            f"{one.read * 1000:,.0f} ms", f"{one.replayed * 1000:,.0f} ms", f"{one.statements}",
            "≤ 3 s", _verdict(one.read + one.replayed, 3.0),
        ]
        for one in found.replays
    ]  # fmt: skip
    head = ["reckoned anew (every five minutes)", "read", "replayed", "statements", "target", ""]
    return f"## Forecast\n\n{_table(head, rows)}"


def _changed(found: Found) -> str:
    rows = []
    for one in found.changed:
        rows += [
            [
                f"{name}, {speed.done:,}", f"{one.open:,}", f"{speed.rate:,.0f}",
                f"{speed.a_core:,.0f}", f"≥ {CLOCKS:,} a core" if of_clocks else "–",
                _verdict(CLOCKS, speed.a_core) if of_clocks else "",
            ]
            for name, speed, of_clocks in (
                ("tickets rehearsed", one.rehearsed, False),
                ("clocks read anew, none moved", one.anew, True),
                ("clocks recalculated", one.recalculated, True),
                ("clocks taken back", one.undone, True),
            )
        ]  # fmt: skip
    head = ["", "open tickets", "a second", "a second of processor time", "target", ""]
    saves = [
        f"* {one.open:,} open tickets: {one.quiet[0]:.1f} ms (p95 {one.quiet[1]:.1f}) alone, "
        f"{one.meanwhile[0]:.1f} ms (p95 {one.meanwhile[1]:.1f}) beside the recalculation, "
        f"{one.saves} saves"
        for one in found.changed
    ]
    told = "An agent's reply, by the action:\n\n" + "\n".join(saves)
    return f"## Changed policy\n\n{_table(head, rows)}\n{told}\n"


def _swept(found: Found) -> str:
    rows = [
        [
            f"{one.tickets:,} ({one.drain.open_clocks:,} open clocks)", f"{one.probe:.2f} ms",
            f"{one.drain.a_ticket:.3f}", f"{one.drain.a_ticket / first.drain.a_ticket:.2f} ×",
        ]
        for first in found.swept[:1]
        for one in found.swept
    ]  # fmt: skip
    head = ["tickets", "nothing due", "a due ticket, ms", "growth"]
    return f"## Growth of the sweep\n\n{_table(head, rows)}"


def _sweep(found: Found) -> str:
    taken, statements = found.probe
    rows = [
        ["nothing due", f"{taken:.2f} ms", "", f"{statements}", "≤ 2 ms, 1 statement",
         _verdict(taken, 2.0) if statements == 1 else "not met"],
        *(
            [
                f"{drain.label} ({drain.tickets:,} tickets)", f"{drain.taken:,.0f} ms",
                f"{drain.a_ticket:.3f}", f"{drain.statements}", "≤ 0.2 ms a ticket",
                _verdict(drain.a_ticket, 0.2),
            ]
            for drain in found.drains
        ),
    ]  # fmt: skip
    clocks = found.drains[0].open_clocks if found.drains else 0
    head = ["", "whole drain", "ms a ticket", "statements a batch", "target", ""]
    replies = max((drain.replies for drain in found.drains), default=0)
    note = f"\nThe agent of the last line wrote {replies} replies meanwhile.\n"
    return f"## Sweep, {clocks:,} open clocks\n\n{_table(head, rows)}{note}"


def _deadlines(found: Found) -> str:
    rows = []
    if found.singles and found.singles.committed:
        middle, late = deadline.summary(found.singles.committed)
        count = len(found.singles.committed)
        rows.append([f"one at a time ({count}), deadline → level 2 committed",
                     f"median {middle:.2f} s, p99 {late:.2f} s", "median ≤ 1 s, p99 ≤ 2 s",
                     "met" if middle <= 1 and late <= 2 else "not met"])  # fmt: skip
    if found.singles and found.singles.notified:
        middle, late = deadline.summary(found.singles.notified)
        rows.append(["… and the mail to level 2 has left",
                     f"median {middle:.2f} s, p99 {late:.2f} s", "p99 ≤ 3 s",
                     _verdict(late, 3.0)])  # fmt: skip
    for burst in found.bursts:
        limit = 0.5 if burst.due <= 1000 else 2.5
        rows.append([
            f"{burst.due:,} at one instant, the last committed",
            f"{burst.after_first_sweep:.2f} s after the sweep began, {burst.after_deadline:.2f} s "
            f"after the deadline; {burst.messages:,} messages",
            f"≤ {limit} s after the sweep began", _verdict(burst.after_first_sweep, limit),
        ])  # fmt: skip
    title = "## Deadline to level 2, with worker and schedule"
    return f"{title}\n\n{_table(['', 'measured', 'target', ''], rows)}"


def _engine(found: Found) -> str:
    targets = {"add": 200_000, "measure": 200_000, "recalculated clocks": 5000}
    rows = [
        [name, f"{rate:,.0f}", f"≥ {targets[name]:,}" if name in targets else "–",
         _verdict(targets[name], rate) if name in targets else ""]
        for name, rate in found.rates.items()
    ]  # fmt: skip
    rows += [
        [f"{name}, {count:,} different ones", f"{rate:,.0f}", "–", ""]
        for count, rates in found.grown.items()
        for name, rate in rates.items()
    ]
    return f"## Engine, a second on one core\n\n{_table(['', 'a second', 'target', ''], rows)}"


def _footprint(found: Found) -> str:
    rss = sum(value[0] for value in found.memory.values())
    pss = sum(value[1] for value in found.memory.values())
    rows = [
        [f"memory of {name}", f"{r:.0f} MiB ({p:.0f})", "", ""]
        for name, (r, p) in found.memory.items()
    ]
    rows.append(["memory, RSS (PSS), all", f"{rss:.0f} MiB ({pss:.0f})", "≤ 320 MiB (220)",
                 "met" if rss <= 320 and pss <= 220 else "not met"])  # fmt: skip
    if found.starts:
        first, second = found.starts
        rows.append(["first `make run` to the first page", f"{first:.1f} s", "", ""])
        rows.append(["second", f"{second:.1f} s", "≤ 8 s", _verdict(second, 8.0)])
    return f"## Footprint\n\n{_table(['', 'measured', 'target', ''], rows)}"


def _target(ratio: float | None) -> str:
    return "–" if ratio is None else f"≤ {ratio} ×"


def _verdict(value: float | None, most: float | None) -> str:
    if value is None or most is None:
        return ""
    return "met" if value <= most else "not met"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
