"""PostgreSQL and Valkey out of installed wheels, for evaluation, development and tests.

Only their programs are used. Production sets DATABASE_URL and REDIS_URL, and nothing in
this package starts then.
"""

from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.process import EmbeddedError
from helpdesk.embedded.redis import Redis
from helpdesk.embedded.state import State, state

__all__ = ["EmbeddedError", "Postgres", "Redis", "State", "state"]
