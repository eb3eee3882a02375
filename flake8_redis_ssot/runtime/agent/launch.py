"""Runs a Python program under observation: `python launch.py FOLDER (-m MODULE | -c CODE | FILE) ARGUMENTS`.

It is a script, so that it also runs where this package is not installed, and leaves nothing of itself behind.
"""

import os
import sys

if __name__ == "__main__":
    _HERE = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0]) == _HERE:
        del sys.path[0]
    _ROOT = os.path.dirname(os.path.dirname(os.path.dirname(_HERE)))
    try:
        from flake8_redis_ssot.runtime.agent import launcher as _launcher
    except ImportError:
        sys.path.append(_ROOT)
        try:
            from flake8_redis_ssot.runtime.agent import launcher as _launcher
        finally:
            sys.path.remove(_ROOT)
    _launcher.run()
