"""The kinds of background jobs over tickets, and how they are run."""

from collections.abc import Mapping

from common.origin import Origin
from tickets.actions import jobs, recalculation, rehearsal, repairs
from tickets.actions.jobs import Job
from tickets.choices import ReplayKind
from tickets.models import Replay

# A kind that is asked for must be here; each stands in a module of its own.
JOBS: Mapping[str, Job] = {
    ReplayKind.REHEARSAL: rehearsal.JOB,
    ReplayKind.RECALCULATION: recalculation.JOB,
    ReplayKind.UNDO: recalculation.UNDO,
    ReplayKind.REPAIR: repairs.JOB,
}


def run_replay(replay_id: int) -> None:
    """Work on a job for a short while; one that is over, stopped or in other hands is passed."""
    jobs.run(replay_id, JOBS)


def stop_replay(replay_id: int, *, origin: Origin) -> Replay:
    """Stop a job between two chunks; what it has done stays done."""
    return jobs.stop(replay_id, origin=origin)


def resume_replays() -> int:
    """Wake the jobs that nobody works on any more; return how many."""
    return jobs.resume()
