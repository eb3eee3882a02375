"""`redis-ssot integrate SERVICE`: a service's own implementation gives way to the shared one."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.classify import tests_for
from flake8_redis_ssot.campaign.integrate.integrate import Integration, Wish, integrate
from flake8_redis_ssot.campaign.integrate.report import as_json, as_text
from flake8_redis_ssot.campaign.remediate import Files, Fixes, Remediation
from flake8_redis_ssot.cli.campaign_session import (
    Campaign,
    add_gate,
    campaign,
    gate_of,
    gate_opens,
    interruptible,
    name_of_run,
)
from flake8_redis_ssot.cli.errors import RefusedError
from flake8_redis_ssot.cli.fix_options import diff_of
from flake8_redis_ssot.cli.options import add_configuration
from flake8_redis_ssot.cli.progress_display import Show
from flake8_redis_ssot.cli.request import configuration_of, refused, request_of
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.config.validators import nearest
from flake8_redis_ssot.files.discovery import whole_project
from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.config_check import check_names
from flake8_redis_ssot.project.services import holds

_PHASE = 3


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `integrate`."""
    parser.add_argument("service", metavar="SERVICE", help="a service of the settings, or any package or folder")
    add_configuration(parser)
    add = parser.add_argument
    add("--adapter", action="store_true", help="write an adapter even where the accessor alone would do")
    add("--prefix", metavar="TEXT", help="what the keys of an adapter begin with (default: `SERVICE:`)")
    add("--output-format", choices=("text", "json"), default="text", help="default: text, with the diff")
    add("--apply", action="store_true", help="do it, as a batch of the campaign that `rollback` can undo")
    add_gate(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Show what would change, or change it: 0, or 1 where something is in the way."""
    config = configuration_of(request_of(arguments))
    if arguments.apply:
        with campaign(config) as own, interruptible():
            return _Application(arguments, config, own).status()
    found = _integrations(arguments, config, _files(config))
    _tell(arguments, config, found)
    if arguments.output_format == "text":
        print("".join(f"\n{diff_of(change)}" for each in found for change in each.changes), end="")
    return _status(found)


def _tell(arguments: Namespace, config: Config, found: Sequence[Integration]) -> None:
    root = str(config.root)
    if arguments.output_format == "json":
        print(json.dumps([as_json(each, root) for each in found], indent=2, ensure_ascii=False))
    else:
        print(as_text(arguments.service, found, root))


def _status(found: Sequence[Integration]) -> int:
    return 1 if any(each.reasons for each in found) else 0


def _files(config: Config) -> tuple[str, ...]:
    """All files of the project (absolute paths)."""
    return whole_project(str(config.root), config.roots, config.exclude).files


def _integrations(arguments: Namespace, config: Config, files: Sequence[str]) -> list[Integration]:
    analysis = Analysis(config, files, jobs=arguments.jobs or default_jobs())
    try:
        check_names(config, analysis.project)
    except ConfigError as error:
        raise refused(error, request_of(arguments)) from error
    service, root = arguments.service.strip("/"), str(config.root)
    modules = analysis.modules
    own = frozenset(path for path in files if holds(service, modules.name_of(path), relative_to(root, path)))
    if not own:
        near = nearest(service, config.services)
        hint = f"did you mean `{near}`?" if near else "name a service of the settings, a package or a folder"
        raise RefusedError(f"`{arguments.service}` holds no file; {hint}")
    name = service.rpartition("/")[2].rpartition(".")[2]
    prefix = f"{name}:" if arguments.prefix is None else arguments.prefix
    return integrate(analysis, Wish(name, prefix, arguments.adapter or bool(arguments.prefix)), own)


class _Application:
    """What is found is carried out, each duplicate as a batch of its own."""

    def __init__(self, arguments: Namespace, config: Config, own: Campaign) -> None:
        before = own.journal.unfinished()
        if before is not None:
            raise RefusedError(f"run {before.name} was interrupted; go on with it, or undo it, first")
        self._arguments = arguments
        self._own = own
        self._show = Show(arguments.quiet)
        self._run = name_of_run(own)
        self._config = config
        self._all = _files(config)
        self._files = [path_from(own.root, path) for path in self._all]
        self._found = _integrations(arguments, config, self._all)
        # A file that has two duplicates stands there twice.
        self._work = [path_from(own.root, each.duplicate.path) for each in self._found if each.changes]
        _tell(arguments, config, self._found)

    def status(self) -> int:
        """Do it; the exit code."""
        if not self._work:
            return _status(self._found)
        remediation = self._remediation()
        if not gate_opens(remediation, self._work, self._show):
            return 2
        self._own.journal.add("start", run=self._run, phase=_PHASE, options={"service": self._arguments.service})
        try:
            for path in self._work:
                remediation.work_on((path,))
        except KeyboardInterrupt:
            self._show.end("Interrupted: the present batch was put back.")
            return 130
        self._own.journal.add("end", run=self._run)
        self._show.end("")
        return 1 if self._show.held else _status(self._found)

    def _remediation(self) -> Remediation:
        return Remediation(
            self._own.root,
            self._own.journal,
            self._run,
            _PHASE,
            fixes=self._fixes,
            tests=lambda several: tuple(tests_for(several, self._files)),
            gate=gate_of(self._arguments, self._own),
            tell=self._show.tell,
        )

    def _fixes(self, paths: Files) -> Fixes:
        """What is to be done about a duplicate as everything is now: another one may have changed the same files."""
        if any(batch.run == self._run for batch in self._own.journal.done):
            self._found = _integrations(self._arguments, self._config, _files(self._config))
        ready = [each for each in self._found if each.changes]
        first = [each for each in ready if path_from(self._own.root, each.duplicate.path) in paths][:1]
        return Fixes([each.changes for each in first], [each.duplicate.finding for each in first])
