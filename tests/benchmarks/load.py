"""The client: one connection kept alive, one signed-in person; alone or sixteen at once."""

import http.client
import itertools
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

COOKIES = "helpdesk_session={session}; helpdesk_csrf={csrf}"
CSRF = "benchmark" * 3 + "token"  # 32 letters: what a cookie of Django's holds


@dataclass(frozen=True)
class Ask:
    """One request; what changes from one to the next is a function of a running number."""

    path: str | Callable[[int], str]
    form: Callable[[int], dict[str, str]] | None = None
    body: Callable[[int], str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    expect: tuple[int, ...] = (200, 204, 302, 303, 201)

    def address(self, number: int) -> str:
        """Return the path of one request."""
        return self.path if isinstance(self.path, str) else self.path(number)


class Refused(Exception):
    """The server answered with a status the measurement does not know what to do with."""


_numbers = itertools.count(1)


class Client:
    """A browser that neither renders nor waits."""

    def __init__(self, port: int, session: str) -> None:
        self.cookies = {"Cookie": COOKIES.format(session=session, csrf=CSRF)}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, ask: Ask) -> int:
        """Send one request and read all of the answer; return its size."""
        number = next(_numbers)
        method, body, headers = "GET", None, self.cookies | ask.headers
        if ask.form is not None:
            method, body = "POST", urlencode(ask.form(number))
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF,
            }  # fmt: skip
        if ask.body is not None:
            method, body = "POST", ask.body(number)
            headers |= {"Content-Type": "application/json", "X-CSRFToken": CSRF}
        self.connection.request(method, ask.address(number), body=body, headers=headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in ask.expect:
            raise Refused(f"{method} {ask.address(number)}: {answer.status} {content[:300]!r}")
        return len(content)


def one_by_one(client: Client, ask: Ask, count: int) -> list[float]:
    """Return the milliseconds of `count` requests, one after the other."""
    taken = []
    for _turn in range(count):
        start = time.perf_counter()
        client.ask(ask)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def at_once(
    port: int, session: str, ask: Ask, *, clients: int = 16, seconds: float = 3.0
) -> float:
    """Return how many requests a second `clients` connections get answered together."""
    done = [0] * clients
    until = time.perf_counter() + seconds

    def work(number: int) -> None:
        client = Client(port, session)
        while time.perf_counter() < until:
            client.ask(ask)
            done[number] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - start)


def median(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def percentile(values: list[float], percent: int) -> float:
    """Return the value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
