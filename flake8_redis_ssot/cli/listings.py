"""`--show-files` and `--show-settings` of `redis-ssot check`: what would be checked, and how."""

from __future__ import annotations

from argparse import Namespace

from flake8_redis_ssot.cli.commands.config import format_config
from flake8_redis_ssot.cli.errors import print_messages
from flake8_redis_ssot.cli.request import to_command_error
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.request import CheckRequest, NoConfigurationError
from flake8_redis_ssot.linter.run import list_tasks


def print_listings(request: CheckRequest, arguments: Namespace) -> int:
    """Print the settings under each configuration, or the files; returns 0, or 2 for paths that can't be read.

    Raises CommandError if a configuration is invalid or missing.
    """
    try:
        tasks, problems = list_tasks(request)
    except (ConfigError, NoConfigurationError) as error:
        raise to_command_error(error, request) from error
    if arguments.show_settings:
        texts = [f"# {to_display_path(str(task.config.file))}\n{format_config(task.config)}" for task in tasks]
        print("\n\n".join(dict.fromkeys(texts)))
    else:
        for path in sorted({path for task in tasks for path in task.checked_files}):
            print(to_display_path(path))
    errors = [f"{to_display_path(each.path)}: {each.reason}" for task in tasks for each in task.listing.errors]
    print_messages([*map(str, problems), *errors])
    return 2 if problems or errors else 0
