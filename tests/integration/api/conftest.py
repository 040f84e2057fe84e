"""Programs that speak to the API, each with the token of a person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import actions as accounts
from tests.factories import LONG_AGO, World, origin_of


class Program:
    """A client that signs in by token and speaks JSON."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Token {token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        return self.client.post(
            f"/api/v1/{path}", {} if body is None else body, "application/json", **more
        )


@pytest.fixture
def program(world: World) -> Callable[..., Program]:
    """A function from a person to the program that acts as them."""

    def make(person: Any) -> Program:
        return Program(accounts.issue_token(person, origin=origin_of(person, at=None)))

    assert LONG_AGO
    return make
