"""`redis-ssot integrate SERVICE`: replace a service's duplicate implementation with the shared one."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from flake8_redis_ssot.campaign.classify import find_tests
from flake8_redis_ssot.campaign.integrate.adapter_file import IntegrationOptions
from flake8_redis_ssot.campaign.integrate.integrate import IntegrationResult, integrate
from flake8_redis_ssot.campaign.integrate.report import FORMATS, IntegrationReport
from flake8_redis_ssot.campaign.remediate import BatchFixes, FilePaths, Remediation
from flake8_redis_ssot.cli.campaign_session import (
    CampaignSession,
    add_state_option,
    add_validation_options,
    interrupt_on_sigterm,
    is_validation_passing,
    new_run_name,
    open_campaign,
    validation_from_args,
)
from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.fix_options import color_diff, format_diff
from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.progress_display import ProgressDisplay
from flake8_redis_ssot.cli.request import load_single_config, open_project, request_from_args, to_command_error
from flake8_redis_ssot.cli.wrapping import print_report
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.config.validators import find_nearest
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.linter.live import IncrementalProject
from flake8_redis_ssot.project.config_check import check_names, find_warnings
from flake8_redis_ssot.project.services import is_in_service
from flake8_redis_ssot.terminal import Style, disarm_workflow_commands

_PHASE = 3


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `integrate`."""
    parser.add_argument("service", metavar="SERVICE", help="a service of the settings, or any package or folder")
    add_config_options(parser)
    add = parser.add_argument
    add("--adapter", action="store_true", help="write an adapter even where the accessor would be enough")
    prefix_help = "what the keys of an adapter begin with (default: `SERVICE:` if the duplicate keeps its own values)"
    add("--prefix", metavar="TEXT", help=prefix_help)
    add("--serialize-values", action="store_true", help="also where the duplicate keeps values in memory")
    add("--unsafe-fixes", action="store_true", help="also apply changes that may change behavior")
    add("--output-format", choices=tuple(FORMATS), default="text", help="default: text with the diff")
    add("--apply", action="store_true", help="apply the changes, as a batch that `rollback` can undo")
    add_validation_options(parser)
    add_state_option(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Show or apply the changes; returns 0, 1 if something prevents an integration, 2 or 130 as `remediate` does."""
    config = load_single_config(request_from_args(arguments))
    if arguments.apply:
        with open_campaign(config, arguments) as session, interrupt_on_sigterm():
            return _IntegrationRun(arguments, config, session).run()
    integrations = _plan_integrations(arguments, _open_named_project(arguments, config))
    _print_report(arguments, config, integrations)
    if arguments.output_format == "text":
        style = Style.for_stream(sys.stdout)
        diffs = (format_diff(change) for each in integrations for change in each.changes)
        print(disarm_workflow_commands("".join(f"\n{color_diff(text, style)}" for text in diffs)), end="")
    return _exit_code(integrations)


def _print_report(arguments: Namespace, config: Config, integrations: Sequence[IntegrationResult]) -> None:
    report = IntegrationReport(arguments.service, integrations, str(config.root))
    print_report(FORMATS[arguments.output_format](report), arguments.output_format)


def _exit_code(integrations: Sequence[IntegrationResult]) -> int:
    return 1 if any(each.reasons for each in integrations) else 0


def _open_named_project(arguments: Namespace, config: Config) -> IncrementalProject:
    """Open the whole project, and print warnings. Raises CommandError if a configured name cannot be resolved."""
    request = request_from_args(arguments)
    project = open_project(config, request)
    try:
        check_names(config, project.analysis.resolver, project.analysis.tree)
    except ConfigError as error:
        raise to_command_error(error, request) from error
    if not request.quiet:
        print_messages(map(str, find_warnings(config, project.analysis.resolver, project.analysis.tree)), "warning")
    return project


def _plan_integrations(arguments: Namespace, project: IncrementalProject) -> list[IntegrationResult]:
    config, analysis = project.config, project.analysis
    service, root = arguments.service.strip("/"), str(config.root)
    modules = analysis.modules
    service_files = frozenset(
        path for path in project.files if is_in_service(service, modules.name_of(path), to_relative_path(root, path))
    )
    if not service_files:
        suggestion = find_nearest(service, config.services)
        hint = (
            f"did you mean `{suggestion}`?"
            if suggestion and suggestion != service
            else "name a service of the settings, a package or a folder"
        )
        raise CommandError(f"`{arguments.service}` has no files; {hint}")
    name = service.rpartition("/")[2].rpartition(".")[2]
    force_adapter = arguments.adapter or bool(arguments.prefix)
    options = IntegrationOptions(name, arguments.prefix, force_adapter, serializes_values=arguments.serialize_values)
    return integrate(analysis, options, service_files)


class _IntegrationRun:
    """Applies integrations, each duplicate as a batch of its own."""

    def __init__(self, arguments: Namespace, config: Config, session: CampaignSession) -> None:
        unfinished_run = session.journal.unfinished_run()
        if unfinished_run is not None:
            raise CommandError(f"run {unfinished_run.name} was interrupted; resume it or roll it back first")
        self._arguments = arguments
        self._session = session
        self._display = ProgressDisplay(arguments.quiet)
        self._run_name = new_run_name(session)
        self._project = _open_named_project(arguments, config)
        self._files = [to_relative_path(session.root, path) for path in self._project.files]
        self._integrations = _plan_integrations(arguments, self._project)
        # A file with two duplicates is listed twice.
        self._duplicate_paths = [
            to_relative_path(session.root, each.duplicate.path)
            for each in self._integrations
            if self._is_applicable(each)
        ]
        _print_report(arguments, config, self._integrations)

    def run(self) -> int:
        """Apply all integrations; returns the exit code."""
        has_unsafe = any(each.changes and not self._is_applicable(each) for each in self._integrations)
        if not self._duplicate_paths:
            return 1 if has_unsafe else _exit_code(self._integrations)
        remediation = self._build_remediation()
        if not is_validation_passing(remediation, self._duplicate_paths, self._display):
            return 2
        self._session.journal.append(
            "start", run=self._run_name, phase=_PHASE, options={"service": self._arguments.service}
        )
        try:
            for path in self._duplicate_paths:
                remediation.run_batch((path,))
        except KeyboardInterrupt:
            self._display.finish("Interrupted: the present batch was put back.")
            return 130
        self._session.journal.append("end", run=self._run_name)
        self._display.finish("")
        return 1 if self._display.skipped or has_unsafe else _exit_code(self._integrations)

    def _is_applicable(self, integration: IntegrationResult) -> bool:
        return bool(integration.changes) and (self._arguments.unsafe_fixes or not integration.differences)

    def _build_remediation(self) -> Remediation:
        return Remediation(
            self._session.root,
            self._session.journal,
            self._run_name,
            _PHASE,
            compute_fixes=self._compute_fixes,
            find_tests=lambda files: tuple(find_tests(files, self._files)),
            validation=validation_from_args(self._arguments, self._session),
            report_result=self._display.report_batch,
            report_activity=self._display.report_activity,
        )

    def _compute_fixes(self, paths: FilePaths) -> BatchFixes:
        """The changes for a duplicate, computed again after each batch, which may have changed the same files."""
        if any(batch.run_name == self._run_name for batch in self._session.journal.batches):
            self._project.refresh()
            self._integrations = _plan_integrations(self._arguments, self._project)
        applicable = [each for each in self._integrations if self._is_applicable(each)]
        matching = [each for each in applicable if to_relative_path(self._session.root, each.duplicate.path) in paths][
            :1
        ]
        return BatchFixes([each.changes for each in matching], [each.duplicate.finding for each in matching])
