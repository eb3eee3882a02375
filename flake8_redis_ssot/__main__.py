"""`python -m flake8_redis_ssot` is `redis-ssot`."""

from flake8_redis_ssot.cli.main import run

run()
