"""How many connections does the shop open?

Run as a program it prints the number, after starting a server if `REDIS_URL` names none.
"""

from __future__ import annotations

import os

from shopkit.redis_manager import get_redis_manager
from testkit.server import find_server, running_server

from .app import build_app


def count_connections() -> int:
    """Build the whole shop, let every part connect, and count in the server's own list."""
    client = get_redis_manager().get_client()
    own = str(client.client_id())
    others = {entry["id"] for entry in client.client_list()} - {own}
    app = build_app()
    if not app.ready():
        raise RuntimeError("the shop did not come up")
    return len({entry["id"] for entry in client.client_list()} - others)


def main() -> None:
    """Print the number of connections."""
    if "REDIS_URL" in os.environ:
        print(count_connections())
        return
    with running_server(find_server()) as server:
        os.environ["REDIS_URL"] = server.url
        print(count_connections())


if __name__ == "__main__":
    main()
