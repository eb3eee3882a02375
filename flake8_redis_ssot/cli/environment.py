"""Environment variables that stand for options; an option on the command line is given after them, and so wins."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping

# The option for each variable, and a field that only the commands have for which it counts: formats of `plan` are
# others than those of `check`. `cli/replay` keeps reports of different values apart.
VALUE_VARIABLES = {
    "REDIS_SSOT_COLOR": ("--color", "color"),
    "REDIS_SSOT_CONFIG": ("--config", "config"),
    "REDIS_SSOT_JOBS": ("--jobs", "jobs"),
    "REDIS_SSOT_OUTPUT_FILE": ("--output-file", "statistics"),
    "REDIS_SSOT_OUTPUT_FORMAT": ("--output-format", "statistics"),
}
FLAG_VARIABLES = {
    "REDIS_SSOT_NO_CACHE": ("--no-cache", "no_cache"),
    "REDIS_SSOT_QUIET": ("--quiet", "quiet"),
    "REDIS_SSOT_VERBOSE": ("--verbose", "verbose"),
}
_OFF = frozenset({"", "0", "false", "no", "off"})


def words_from_environment(parser: ArgumentParser, environment: Mapping[str, str]) -> dict[str, str]:
    """The options that variables stand for, by variable, as words of a command line; only those that the parser has.

    An empty variable counts as not set.
    """
    words = {
        variable: f"{option}={environment[variable]}"
        for variable, (option, field) in VALUE_VARIABLES.items()
        if environment.get(variable) and parser.get_default(field) is not None
    }
    flags = {
        variable: option
        for variable, (option, field) in FLAG_VARIABLES.items()
        if environment.get(variable, "").lower() not in _OFF and parser.get_default(field) is not None
    }
    return {**words, **flags}
