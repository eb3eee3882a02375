"""Proving a batch at run time: the validation command is observed before and after, and nothing may get worse."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flake8_redis_ssot.campaign.validation import ValidationError, ValidationResult
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.runtime.agent.python_command import parse_command
from flake8_redis_ssot.runtime.budgets import broken, check_budgets, resource_leaks
from flake8_redis_ssot.runtime.exemptions import Exemptions
from flake8_redis_ssot.runtime.records import RunRecord, collect_run
from flake8_redis_ssot.runtime.session import require_wrapt, run_folder

_Counts = Mapping[str, int]  # by test; outside of tests by an empty name


class RuntimeProof:
    """The counts of the state that is kept, to compare each batch with.

    Only tests that ran in both states are compared, as a command with `{tests}` runs others for each batch. Raises
    ObservationError if nothing can be observed.
    """

    def __init__(self, config: Config) -> None:
        require_wrapt()
        self._config = config
        self._instances: dict[str, int] | None = None
        self._leaks: dict[str, int] = {}
        self._broken_before: frozenset[str] = frozenset()
        self._folder = ""

    @contextmanager
    def observe(self) -> Iterator[None]:
        """Observe what `rewrite` is passed inside of the block."""
        with run_folder(self._config) as self._folder:
            yield

    def rewrite(self, words: list[str]) -> list[str]:
        """The validation command under observation. Raises ValidationError if it starts no Python program."""
        parsed = parse_command(words, os.environ, str(self._config.root))
        if parsed is None:
            raise ValidationError(f"--prove: `{words[0]}` starts no Python program that can be observed")
        return parsed.observe_in(self._folder)

    def judge(self, result: ValidationResult) -> ValidationResult:
        """The result, failed if the observed counts are worse than before; otherwise they are the ones to compare with.

        The first run is that of the state before any change.
        """
        if not result.passed or result.exit_code is None:
            return result
        record = collect_run(self._folder, result.seconds)
        if not record.processes:
            raise ValidationError("--prove: the command was not observed, so nothing is proven")
        instances, leaks = _count_instances(record), self._count_leaks(record)
        failed = frozenset(each.title for each in broken(check_budgets(self._config, record)))
        if self._instances is None:
            self._instances, self._broken_before = {}, failed
        problems = [
            *_compare("instance", "instances", self._instances, instances),
            *_compare("connection left", "connections left", self._leaks, leaks),
            *(f"budget broken: {title}" for title in sorted(failed - self._broken_before)),
        ]
        if problems:
            return result._replace(passed=False, reason=f"at run time: {'; '.join(problems)}")
        self._instances.update(instances)
        self._leaks.update(dict.fromkeys(instances, 0), **leaks)
        return result

    def _count_leaks(self, record: RunRecord) -> _Counts:
        exemptions, counts = Exemptions(self._config), Counter[str]()
        for resource in self._config.resources:
            for leak in resource_leaks(resource, record, exemptions):
                counts[leak.test] += leak.connections
        return counts


def _count_instances(record: RunRecord) -> _Counts:
    """The instances by test, also of tests that construct none."""
    counts: Counter[str] = Counter(dict.fromkeys(record.test_seconds(), 0))
    for site in record.sites():
        if not site.is_part:
            counts.update(site.tests)
    return counts


def _compare(noun: str, nouns: str, before: _Counts, after: _Counts) -> Iterator[str]:
    """What is more than before, in tests that ran before."""
    for test, number in after.items():
        if test and test in before and number > before[test]:
            yield f"{plural(number, noun, nouns)} in {test}, {before[test]} before"
