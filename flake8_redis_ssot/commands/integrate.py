"""`redis-ssot integrate SERVICE`: a service's own implementation gives way to the shared one."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from flake8_redis_ssot.analysis import Analysis
from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.remediation import Files, Fixes, Remediation
from flake8_redis_ssot.campaign.work import tests_for
from flake8_redis_ssot.commands import RefusedError
from flake8_redis_ssot.commands.campaigning import add_gate, campaign, gate_of, interruptible, name_of_run
from flake8_redis_ssot.commands.fixes import diff_of
from flake8_redis_ssot.commands.flags import add_configuration
from flake8_redis_ssot.commands.running import complain, configuration_of, request_of
from flake8_redis_ssot.commands.showing import Show
from flake8_redis_ssot.config.settings import Config
from flake8_redis_ssot.config.spelling import nearest
from flake8_redis_ssot.discovery import discover
from flake8_redis_ssot.fixing.borders import holds
from flake8_redis_ssot.integrating.integration import Integration, Wish, integrate
from flake8_redis_ssot.integrating.report import as_json, as_text
from flake8_redis_ssot.selection import relative_to
from flake8_redis_ssot.validation import name_errors
from flake8_redis_ssot.workers import default_jobs

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
    files = _files(config)
    found = _integrations(arguments, config, files)
    if arguments.output_format == "json":
        print(json.dumps([as_json(each, str(config.root)) for each in found], indent=2, ensure_ascii=False))
    else:
        print(as_text(arguments.service, found, str(config.root)))
    if not arguments.apply:
        if arguments.output_format == "text":
            print("".join(f"\n{diff_of(change)}" for each in found for change in each.changes), end="")
        return 1 if any(each.reasons for each in found) else 0
    return max(_apply(arguments, config, files, found), 1 if any(each.reasons for each in found) else 0)


def _files(config: Config) -> list[str]:
    """All files of the project (absolute paths)."""
    paths = sorted({str(config.root), *config.roots})
    return list(discover(paths, root=str(config.root), exclude=config.exclude).files)


def _integrations(arguments: Namespace, config: Config, files: Sequence[str]) -> list[Integration]:
    analysis = Analysis(config, files, jobs=arguments.jobs or default_jobs())
    errors = name_errors(config, analysis.project)
    if errors:
        raise RefusedError(*map(str, errors))
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


def _apply(arguments: Namespace, config: Config, files: Sequence[str], found: Sequence[Integration]) -> int:
    """Each duplicate is a batch of its own."""
    wanted = [each for each in found if each.changes]
    if not wanted:
        return 0
    show, relative = Show(arguments.quiet), [path_from(str(config.root), path) for path in files]
    with campaign(config) as own, interruptible():
        before = own.journal.unfinished()
        if before is not None:
            raise RefusedError(f"run {before.name} was interrupted; go on with it, or undo it, first")
        run = name_of_run(own)
        work = {path_from(own.root, each.duplicate.path): each for each in wanted}
        remediation = Remediation(
            own.root,
            own.journal,
            run,
            _PHASE,
            fixes=lambda several: _fixes(several, work),
            tests=lambda several: tuple(tests_for(several, relative)),
            gate=gate_of(arguments, own.root),
            tell=show.tell,
        )
        result = remediation.ask_first(tuple(work))
        if result is not None and not result.passed:
            complain([f"the gate fails already, before anything has changed ({result.reason}); nothing was touched"])
            show.output(result.output)
            return 2
        own.journal.add("start", run=run, phase=_PHASE, options={"service": arguments.service})
        try:
            for path in work:
                remediation.work_on((path,))
        except KeyboardInterrupt:
            show.end("Interrupted: everything was put back.")
            return 130
        own.journal.add("end", run=run)
    show.end("")
    return 1 if show.held else 0


def _fixes(paths: Files, work: dict[str, Integration]) -> Fixes:
    several = [work[path] for path in paths]
    return Fixes([each.changes for each in several], [each.duplicate.finding for each in several])
