"""`python -m flake8_redis_ssot` is `redis-ssot`."""

import sys

# Without `-P`, Python puts the working directory first: a module of the analysed tree that has the name of one of
# Python's would be loaded instead.
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

from flake8_redis_ssot.cli.main import run

run()
