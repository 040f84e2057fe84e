"""The benchmark runs from end to end; what it measures is not judged here."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import BASE

SECTIONS = (
    "## Pages and API, 1,000 tickets",
    "## Forecast",
    "## Changed policy",
    "## Growth of the sweep",
    "## Sweep, ",
    "## Deadline to level 2",
    "## Engine",
    "## Footprint",
)


@pytest.mark.slow
def test_a_quick_run_measures_every_operation_and_writes_its_report(tmp_path: Path) -> None:
    report = tmp_path / "benchmarks.md"

    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick", "--out", str(report)],
        cwd=BASE, check=True, timeout=600,
    )  # fmt: skip

    text = report.read_text(encoding="utf-8")
    assert [section for section in SECTIONS if section not in text] == []
    assert "not measured" not in text
