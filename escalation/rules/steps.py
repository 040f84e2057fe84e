"""What a step means by the place it has on its clock: pure."""

from typing import Protocol


class Placed(Protocol):
    """Where a step stands: percent of the target, or business seconds after it is due."""

    @property
    def percent(self) -> int | None: ...
    @property
    def offset(self) -> int | None: ...


def is_late(step: Placed) -> bool:
    """Say whether the time is up when a step comes, rather than running out."""
    return step.offset >= 0 if step.offset is not None else (step.percent or 0) >= 100
