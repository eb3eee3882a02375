"""Criteria for findings, duplicates, the validation command, and strings."""

from __future__ import annotations

import os
import time

from flake8_redis_ssot.campaign.journal import Journal, ValidationRun
from flake8_redis_ssot.campaign.rollback import read_if_exists
from flake8_redis_ssot.campaign.verify.config_files import CONFIG_SUFFIXES, ConfigReference
from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criterion import (
    Criterion,
    CriterionResult,
    CriterionState,
    Evidence,
    count_by_code,
    findings_evidence,
)
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import FindingKind
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.rules.rule import rule_for


def _check_findings(context: VerificationContext) -> CriterionResult:
    """New findings fail; entries of the baseline that are no longer found are fixed findings."""
    stale = sum(len(each.match.gone) + len(each.match.moved) for each in context.baseline_results)
    codes = count_by_code(context.findings)
    summary = f"{plural(len(context.findings), 'finding')} in {plural(len(context.files), 'checked file')}"
    if codes:
        summary += f" ({', '.join(f'{code}: {number}' for code, number in codes.items())})"
    for each in context.baseline_results:
        file = to_display_path(each.baseline.file)
        summary += f"; {plural(len(each.known), 'finding')} more in the baseline {file}"
    if stale:
        summary += f", {plural(stale, 'entry', 'entries')} of them stale"
    known = len(context.baselined_findings)
    return CriterionResult(
        CriterionState.FAILED if context.findings else CriterionState.PASSED,
        summary,
        findings_evidence(context.findings, context),
        ("redis-ssot baseline prune",) if stale else (),
        details={"findings": len(context.findings), "codes": codes, "known": known, "stale": stale},
    )


def _check_duplicates(context: VerificationContext) -> CriterionResult:
    """Not known if the settings turn the rule off."""
    if context.config.duplicates == "off":
        return CriterionResult(CriterionState.UNKNOWN, 'not checked: `duplicates = "off"` in the settings')
    code = rule_for(FindingKind.DUPLICATE).code
    if not context.is_code_enabled(code):
        return CriterionResult(CriterionState.UNKNOWN, f"not checked: the settings ignore {code}")
    duplicates = [each for each in context.findings if each.code == code]
    baselined = sum(each.code == code for each in context.baselined_findings)
    summary = plural(len(duplicates), "class", "classes")
    if context.config.duplicates != "all":
        summary += " in shipped code"
    if baselined:
        summary += f", {baselined} more in the baseline"
    state = CriterionState.FAILED if duplicates else CriterionState.PASSED
    details = {"classes": len(duplicates), "known": baselined}
    return CriterionResult(state, summary, findings_evidence(duplicates, context), details=details)


NO_FINDINGS = Criterion("findings", "Findings", _check_findings)
NO_DUPLICATES = Criterion("duplicates", "Duplicate classes", _check_duplicates)
_VALIDATE_HINT = "run one with `--validate COMMAND`"


def _check_validation(context: VerificationContext) -> CriterionResult:
    if context.validation_error:
        return CriterionResult(CriterionState.UNKNOWN, context.validation_error)
    if context.validation_run is not None:
        return _validation_result(context.validation_run, _describe_run(context.validation_run, "now"))
    if context.journal is None:
        return CriterionResult(CriterionState.UNKNOWN, f"no campaign yet; {_VALIDATE_HINT}")
    unfinished = context.journal.unfinished_run()
    if unfinished is not None:
        resume = ("redis-ssot remediate --resume",)
        return CriterionResult(CriterionState.UNKNOWN, f"run {unfinished.name} did not finish", commands=resume)
    last = last_validation(context.journal)
    if last is None:
        return CriterionResult(CriterionState.UNKNOWN, f"the campaign has no validation command; {_VALIDATE_HINT}")
    when = time.strftime("on %Y-%m-%d at %H:%M", time.localtime(last.at))
    summary = _describe_run(last, when)
    edited = _count_changed_files(context, context.journal)
    if edited:
        summary += f"; since then {plural(edited, 'file')} of the campaign changed: {_VALIDATE_HINT}"
    return _validation_result(last, summary)


def last_validation(journal: Journal) -> ValidationRun | None:
    """The last run on a state that is kept: what failed validation was restored."""
    kept_batches = {f"{batch.run_name}/{batch.batch}" for batch in journal.kept_batches()}
    validations = (each for each in reversed(journal.validation_runs) if not each.batch or each.batch in kept_batches)
    return next(validations, None)


def _validation_result(run: ValidationRun, summary: str) -> CriterionResult:
    state = CriterionState.PASSED if run.passed else CriterionState.FAILED
    return CriterionResult(state, summary, details=run._asdict())


def _describe_run(run: ValidationRun, when: str) -> str:
    state, detail = ("passed", f"exit code {run.code}") if run.passed else ("failed", run.reason)
    return f"`{run.command}` {state} {when} ({detail}, {run.seconds:.1f} s)"


def _count_changed_files(context: VerificationContext, journal: Journal) -> int:
    """How many files differ from what the campaign has written."""
    expected_digests = {change.path: change.after for batch in journal.kept_batches() for change in batch.changes}
    return sum(not _is_unchanged(context, journal, path, digest) for path, digest in expected_digests.items())


def _is_unchanged(context: VerificationContext, journal: Journal, path: str, digest: str) -> bool:
    file = os.path.join(context.root, *path.split("/"))
    try:
        return read_if_exists(file) == journal.store.get(digest)
    except OSError:
        return False


VALIDATION = Criterion("validation", "Validation command", _check_validation)


def _check_strings(context: VerificationContext) -> CriterionResult:
    code = rule_for(FindingKind.REFERENCE).code
    references = [each for each in context.findings if each.code == code]
    baselined = sum(each.code == code for each in context.baselined_findings)
    config_references = context.config_references
    summary = (
        f"{plural(len(references), 'string')} in code, {plural(len(config_references), 'name')} in "
        f"settings ({_format_suffixes()})"
    )
    if baselined:
        summary += f"; {baselined} more in the baseline"
    state = CriterionState.PASSED
    if not context.is_code_enabled(code):
        summary += f"; those in code are not checked: the settings ignore {code}"
        state = CriterionState.UNKNOWN
    return CriterionResult(
        CriterionState.FAILED if references or config_references else state,
        summary,
        (*findings_evidence(references, context), *(_reference_evidence(each, context) for each in config_references)),
        details={"strings": len(references), "settings": len(config_references), "known": baselined},
    )


def _format_suffixes() -> str:
    return " ".join(f"*{suffix}" for suffix in CONFIG_SUFFIXES)


def _reference_evidence(reference: ConfigReference, context: VerificationContext) -> Evidence:
    instead = f"; use `{reference.deprecated.replacement}` instead" if reference.deprecated.replacement else ""
    return Evidence(context.relative_path(reference.path), reference.row, f"`{reference.text}` is deprecated{instead}")


STRINGS = Criterion("strings", "Deprecated strings", _check_strings)
