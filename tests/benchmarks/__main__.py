"""`python -m tests.benchmarks`: measure floor and product in turn and write docs/benchmarks.md."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import servers
from tests.stack import BASE

REPORT = BASE / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, run every part in order and write the report."""
    options = _options().parse_args(arguments)
    sizes = [int(size) for size in options.tickets.split(",")]
    if options.quick:
        sizes = [1000]
    with servers.bench() as bench:
        # Only now: what follows imports models, and those need settings.
        from tests.benchmarks import report, run

        found = run.everything(bench, sizes, quick=options.quick, say=_say)
        options.out.write_text(report.written(found), encoding="utf-8")
    _say(f"Written to {options.out}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--tickets", default="1000,100000", help="numbers of tickets, ascending, by commas"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a smoke run: few rounds, 1,000 tickets"
    )
    parser.add_argument("--out", type=Path, default=REPORT, help="the report to write")
    return parser


if __name__ == "__main__":
    main()
