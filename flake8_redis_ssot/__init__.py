"""Find and fix code that bypasses the canonical module of a shared resource.

PYTEST_DONT_REWRITE: an observed process has imported this package before pytest, which would warn about that.
"""

__version__ = "0.1.0"
PROJECT_URL = "https://pypi.org/project/flake8-redis-ssot/"
