"""Everything that is due: first the holds that end by themselves, then the steps."""

from datetime import datetime

from django.db.models import CharField, Value

from common.clock import in_statement
from escalation.actions import sweep
from escalation.actions.wake import wake_all
from tickets.models import Clock, Hold

_HOLDS, _STEPS = "holds", "steps"


def sweep_all(*, at: datetime | None = None, most: int = 40) -> int:
    """End holds and carry out steps until nothing is due; return the tickets looked at.

    At most `most` batches of each. When nothing is due it costs one statement, which looks at
    two indexes. What a hold kept back may be due at once: the steps come after it.
    """
    due = what_is_due(at)
    woken = wake_all(at=at, most=most) if _HOLDS in due else 0
    if not (woken or _STEPS in due):
        return 0
    return woken + sweep.sweep_all(at=at, most=most)


def what_is_due(at: datetime | None) -> set[str]:
    """Return which of "holds" and "steps" are due at `at`; None: now. One statement."""
    moment = at or in_statement()
    holds, steps = (
        rows.order_by().annotate(what=Value(word, output_field=CharField())).values_list("what")
        for rows, word in (
            (Hold.objects.to_wake(at=moment), _HOLDS),
            (Clock.objects.to_look_at(at=moment), _STEPS),
        )
    )
    return {word for (word,) in holds[:1].union(steps[:1], all=True)}
