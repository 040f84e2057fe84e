"""Kill points for the fault tests; inert unless FAULT=name:n is set in the environment."""

import os

_name, _, _count = os.environ.get("FAULT", "").partition(":")
_left = int(_count or "1")


def point(name: str) -> None:
    """End this process at once (exit code 137) at the n-th passage of the named point."""
    global _left
    if name != _name:
        return
    _left -= 1
    if _left == 0:
        os._exit(137)
