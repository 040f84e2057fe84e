"""What the fault tests share: tickets that fall due, and sweepers that can be killed."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess

from django.db import OperationalError, connections, transaction

from common import clock
from escalation import actions as escalation
from tests import factories
from tests.factories import World, origin_of
from tests.integration.faults import checks
from tickets import actions
from tickets.models import Ticket

TARGET = timedelta(seconds=20)  # of the category "live"
_fork = multiprocessing.get_context("fork")


def fall_due(world: World, number: int, *, start: datetime, within: timedelta) -> list[Ticket]:
    """Open tickets that fall due evenly from `start` on, all of them in `within`."""
    found = []
    with transaction.atomic():
        for n in range(number):
            opened = start + within * n / number - TARGET
            new = actions.NewTicket(
                title=f"Demo {n}", requester=world.sylvie, channel="portal", category=world.live
            )
            found.append(actions.open_ticket(new, origin=origin_of(world.sylvie, opened)))
    return found


def overdue_tickets(world: World, number: int) -> list[Ticket]:
    """Open tickets that fell due during the last minute, one after the other."""
    minute = timedelta(minutes=1)
    return fall_due(world, number, start=clock.now() - minute, within=minute)


def sweep_until_done(limit: int) -> None:
    """Sweep as long as something is due: the body of a process of its own."""
    while checks.overdue():
        try:
            escalation.sweep(limit=limit)
        except OperationalError:  # a lock or a server that went away: the next turn sees
            connections.close_all()
            time.sleep(0.05)


def forked(work: Callable[..., object], *args: object) -> BaseProcess:
    """Start `work` in a process of its own, with connections of its own."""
    connections.close_all()
    process = _fork.Process(target=_in_child, args=(work, args), daemon=True)
    process.start()
    return process


def _in_child(work: Callable[..., object], args: tuple[object, ...]) -> None:
    from helpdesk.celery import app

    # What a fork inherits is the parent's: its sockets must not be used by two. `close_all`
    # in the parent does not reach them all: with a browser test before, this thread has a
    # running loop in the parent and none here, and Django keeps a connection for each.
    app._pool = app.amqp._producer_pool = None
    connections["default"].connection = None
    work(*args)


def kill(process: BaseProcess) -> None:
    """End a process as `kill -9` does."""
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()


@contextmanager
def sweepers(number: int, *, limit: int) -> Iterator[list[BaseProcess]]:
    """Keep so many sweepers at work; whoever is left at the end is ended."""
    running = [forked(sweep_until_done, limit) for _ in range(number)]
    try:
        yield running
    finally:
        for process in running:
            kill(process)


def kill_and_replace(running: list[BaseProcess], dice: random.Random, *, limit: int) -> bool:
    """End one sweeper at random and start another; tell whether it was still at work."""
    place = dice.randrange(len(running))
    was_alive = running[place].is_alive()
    kill(running[place])
    running[place] = forked(sweep_until_done, limit)
    return was_alive


def world_of_its_own() -> World:
    """Build the small desk on other servers than those of the test run."""
    return factories.world()
