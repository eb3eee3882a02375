"""Integrate one duplicate: all changes that replace it, or what prevents that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.adapter import Adapter, render_adapter
from flake8_redis_ssot.campaign.integrate.adapter_file import IntegrationOptions, adapt_method, find_adapter_place
from flake8_redis_ssot.campaign.integrate.compatibility import MethodCompatibility, SharedClass, check_compatibility
from flake8_redis_ssot.campaign.integrate.differences import find_differences, find_serialization, own_definition
from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate, DuplicateUser, find_duplicates, find_users
from flake8_redis_ssot.campaign.integrate.migrate_callers import (
    Replacement,
    check_import,
    find_class,
    is_only_definition,
    migrate_user,
    remove_class,
)
from flake8_redis_ssot.campaign.integrate.shared_class import missing_dunders, resolve_shared_class
from flake8_redis_ssot.campaign.integrate.usage import collect_member_uses
from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.fixes.accessors.model import Variable
from flake8_redis_ssot.fixes.compose import build_text_edits
from flake8_redis_ssot.fixes.conditions import editable_file, same_methods
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import Operation
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.linter.fix.draft import create_context
from flake8_redis_ssot.linter.fix.regression_check import RegressionCheck, find_regression
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import methods_in
from flake8_redis_ssot.syntax.edits import OverlapError


class IntegrationResult(NamedTuple):
    """The result for one duplicate.

    `user_paths` are files (relative to the root), `compatibilities` the methods that they call. `outcome` says what is
    done, or `reasons` why nothing is. `changes` belong together; `differences` are what programs may do otherwise after
    them.
    """

    duplicate: Duplicate
    user_paths: tuple[str, ...]
    compatibilities: tuple[MethodCompatibility, ...]
    outcome: str
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]
    differences: tuple[str, ...] = ()


def integrate(analysis: Analysis, options: IntegrationOptions, paths: frozenset[str]) -> list[IntegrationResult]:
    """Integrate the duplicates that a service defines or uses; `paths` are the files of the service (absolute)."""
    results: list[IntegrationResult] = []
    for duplicate, file in list(find_duplicates(analysis, paths)):
        reserved_paths = frozenset(change.path for each in results for change in each.changes if change.before is None)
        results.append(
            _integrate_duplicate(analysis, duplicate, file, options._replace(reserved_paths=reserved_paths), paths)
        )
    return results


def _integrate_duplicate(
    analysis: Analysis, duplicate: Duplicate, file: FileContext, options: IntegrationOptions, paths: frozenset[str]
) -> IntegrationResult:
    context = create_context(analysis)
    integration = _DuplicateIntegration(duplicate, file, options, paths, context)
    try:
        return integration.run()
    except NotFixableError as error:
        return integration.new_result("", (*integration.reasons, str(error)))
    except OverlapError:
        return integration.new_result("", ("parts of the change overlap",))


class _DuplicateIntegration:
    """The integration of one duplicate; `reasons` are the obstacles found so far."""

    def __init__(
        self,
        duplicate: Duplicate,
        file: FileContext,
        options: IntegrationOptions,
        paths: frozenset[str],
        context: FixContext,
    ) -> None:
        self._duplicate = duplicate
        self._file = file
        self._options = options
        self._paths = paths
        self._context = context
        self._users: list[DuplicateUser] = []
        self._compatibilities: list[MethodCompatibility] = []
        self._differences: tuple[str, ...] = ()
        self._prefix = ""
        self.reasons: list[str] = []

    def new_result(
        self, outcome: str, reasons: tuple[str, ...] = (), changes: tuple[Change, ...] = ()
    ) -> IntegrationResult:
        """A result with what is known so far."""
        own_paths = [user.path for user in self._users if user.entry is None and user.symbol.reads]
        readers = self._context.references.find_readers(self._duplicate.path, self._duplicate.name)
        paths = dict.fromkeys((*own_paths, *(reader.path for reader in readers)))
        root = str(self._context.analysis.config.root)
        users = tuple(to_relative_path(root, path) for path in paths if path in self._paths)
        differences = () if reasons else self._differences
        return IntegrationResult(
            self._duplicate, users, tuple(self._compatibilities), outcome, reasons, changes, differences
        )

    def run(self) -> IntegrationResult:
        """Work everything out. Raises NotFixableError and OverlapError."""
        all_users, reasons = find_users(self._duplicate, self._context)
        self._users = [user for user in all_users if user.path in self._paths]
        resource, file = self._duplicate.guarded_class.resource, self._file
        accessor = file.accessor(resource)
        self.reasons = [*self._import_refusals(accessor), *reasons]
        has_no_other_users = len(self._users) == len(all_users)
        member_uses = collect_member_uses(
            self._users, self._paths, self._context, has_no_other_users=has_no_other_users
        )
        is_instance = accessor == resource.instance
        shared_class = resolve_shared_class(accessor, is_instance, self._duplicate, self._context, file)
        node = find_class(self._duplicate, self._context.tree(self._duplicate.path))
        own_methods = methods_in(node) if node is not None else {}
        teardown_names = frozenset(resource.tear_down)
        self._compatibilities = check_compatibility(member_uses, shared_class, own_methods, teardown_names)
        self.reasons += [
            f"it has `{name}()`, and the shared class does not" for name in missing_dunders(own_methods, shared_class)
        ]
        self.reasons += [f"`{each.name}()`: {each.refusal}" for each in self._compatibilities if each.refusal]
        if not self._options.serializes_values:
            self.reasons += find_serialization(self._duplicate, shared_class, self._compatibilities, self._context)
        if self.reasons:
            return self.new_result("", tuple(self.reasons))
        other_users = [user for user in all_users if user not in self._users and user.symbol.reads]
        self._prefix = self._choose_prefix()
        self._differences = tuple(
            find_differences(
                self._duplicate,
                self._users,
                shared_class,
                self._locate_accessor(accessor),
                is_instance,
                self._compatibilities,
                self._context,
            )
        )
        if self._options.force_adapter or any(each.mismatch for each in self._compatibilities):
            return self._replace_with_adapter(accessor, is_instance, shared_class, other_users)
        return self._replace_with_accessor(accessor, is_instance, shared_class, other_users)

    def _locate_accessor(self, accessor: str) -> Variable:
        """The name of the accessor (dotted) in its file."""
        module, _, name = self._context.resolver.to_origin(accessor).partition(":")
        return Variable(self._context.resolver.path_of(module, self._file.path) or "", name)

    def _choose_prefix(self) -> str:
        """The prefix that was asked for; else none if the duplicate keeps its values on a server without one."""
        if self._options.prefix is not None:
            return self._options.prefix
        own = own_definition(self._duplicate, self._context)
        return "" if same_methods.holds_client(own, self._context) else f"{self._options.service}:"

    def _import_refusals(self, accessor: str) -> Iterator[str]:
        """Why the service can't import what is configured."""
        try:
            check_import(self._duplicate.path, accessor, self._context)
        except NotFixableError as error:
            yield str(error)

    def _replace_with_accessor(
        self, accessor: str, is_instance: bool, shared_class: SharedClass, other_users: Sequence[DuplicateUser]
    ) -> IntegrationResult:
        if is_instance:
            raise NotFixableError("an accessor is needed: the instance can't be called where a new one is created now")
        replacement = Replacement(accessor, shared_class.definition.name)
        changes = self._build_changes(replacement, other_users, ())
        return self.new_result(f"its users call `{accessor}()`", (), changes)

    def _replace_with_adapter(
        self, accessor: str, is_instance: bool, shared_class: SharedClass, other_users: Sequence[DuplicateUser]
    ) -> IntegrationResult:
        path, module, name = find_adapter_place(self._duplicate, self._paths, self._options, self._context)
        for dotted in (accessor, shared_class.definition.name):
            check_import(self._duplicate.path, dotted, self._context)
        # In the order of the shared class.
        ordered = sorted(self._compatibilities, key=lambda each: each.shared_method.lineno if each.shared_method else 0)
        methods = tuple(adapt_method(each, has_prefix=bool(self._prefix)) for each in ordered)
        class_tree = self._context.tree(shared_class.definition.path or "")
        adapter = Adapter(
            name,
            self._options.service,
            accessor,
            not is_instance,
            shared_class.definition.name,
            class_tree,
            self._prefix,
            methods,
        )
        data = render_adapter(adapter).encode()
        problem = find_regression((SourceDocument.from_bytes(path, b""), SourceDocument.from_bytes(path, data)))
        if problem:
            raise NotFixableError(f"an adapter would not work: {problem}")
        replacement = Replacement(f"{module}.{name}", f"{module}.{name}")
        changes = self._build_changes(replacement, other_users, (Change(path, None, data),))
        key_note = f", whose keys begin with `{self._prefix}`" if self._prefix else ""
        return self.new_result(f"an adapter, `{name}` in {self._context.relative_path(path)}{key_note}", (), changes)

    def _build_changes(
        self, replacement: Replacement, other_users: Sequence[DuplicateUser], new_files: tuple[Change, ...]
    ) -> tuple[Change, ...]:
        """All changes; the duplicate is removed unless it has other users."""
        operations: list[Operation] = []
        for user in self._users:
            file = self._context.analysis.file_context(user.path)
            if file is not None and (user.entry is not None or user.symbol.reads):
                operations += migrate_user(user, replacement, file, self._context)
        path, document = self._duplicate.path, self._context.document(self._duplicate.path)
        is_file_deleted = not other_users and is_only_definition(self._duplicate, self._users, self._context)
        if not other_users and not is_file_deleted:
            operations.append(remove_class(self._duplicate, document))
        for changed_path in sorted({path, *(operation.path for operation in operations)}):
            editable_file.check(changed_path, self._context)
        documents, problems = RegressionCheck(self._context, jobs=1).apply_edits(
            build_text_edits(operations, self._context)
        )
        for each, problem in problems.items():
            raise NotFixableError(f"{self._context.relative_path(each)}: {problem}")
        changed = [Change(each, self._context.document(each).data, after.data) for each, after in documents.items()]
        deletion = (Change(path, document.data, None),) if is_file_deleted else ()
        return (*new_files, *(each for each in changed if not (is_file_deleted and each.path == path)), *deletion)
