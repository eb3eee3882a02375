"""How the instances of a duplicate are used: every member that users call, or why that can't be known."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set

from flake8_redis_ssot.campaign.integrate.duplicates import DuplicateUser
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.usage.observations import Escape, MemberUse
from flake8_redis_ssot.fixes.usage.project_follower import (
    ProjectFollower,
    SharedAttribute,
    UnknownCallers,
    UntrackedRead,
)
from flake8_redis_ssot.project.search.prefilter import AttributeUse
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


def collect_member_uses(
    users: Iterable[DuplicateUser], service_paths: Set[str], context: FixContext, *, has_no_other_users: bool
) -> list[MemberUse]:
    """The member uses of some users, by location.

    `service_paths` are the files of their service (absolute paths); `has_no_other_users`: no other file uses the class.
    Raises NotFixableError if an instance can't be followed.
    """
    collector = _UsageCollector(context, service_paths, has_no_other_users)
    for user in users:
        for read in user.symbol.reads:
            collector.collect_class_read(user, read)
    return sorted(set(collector.member_uses), key=lambda each: (each.path, each.row, each.name))


class _UsageCollector:
    def __init__(self, context: FixContext, service_paths: Set[str], has_no_other_users: bool) -> None:
        self._context = context
        self._service_paths = service_paths
        self._has_no_other_users = has_no_other_users
        self._follower = ProjectFollower(context)
        self.member_uses: list[MemberUse] = []

    def collect_class_read(self, user: DuplicateUser, read: ast.Name) -> None:
        """Collect from one read of the class: a call creates an instance, an annotation declares one."""
        symbol_table = self._context.document(user.path).symbol_table
        call = symbol_table.call_of(read)
        location = self._format_location(user.path, read.lineno)
        if call is not None:
            if call.args or call.keywords:
                raise NotFixableError(f"{location}: what it is made with (`{ast.unparse(call)}`) would be dropped")
            self._collect_instance(user.path, call)
        elif isinstance(symbol_table.parent(read), ast.ClassDef):
            raise NotFixableError(f"{location} derives a class from it")
        elif _is_type_use(read, symbol_table.ancestors(read)):
            self._check_annotation(read, symbol_table, location)
            self._collect_annotated(user.path, read)
        else:
            raise NotFixableError(f"{location} passes the class itself on")

    def _format_location(self, path: str, row: int) -> str:
        return f"{self._context.relative_path(path)}:{row}"

    def _check_annotation(self, read: ast.Name, symbol_table: SymbolTable, location: str) -> None:
        """Check that a type may be replaced: nothing creates instances by it, and no other instances occur."""
        for node in symbol_table.ancestors(read):
            if isinstance(node, ast.Call) and not self._has_no_other_users:
                raise NotFixableError(f"{location} checks the type of a value that may come from elsewhere")
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if node.decorator_list:
                    decorator = ast.unparse(node.decorator_list[0])
                    raise NotFixableError(f"{location}: `@{decorator}` may create one by its annotation")
                break
            if isinstance(node, ast.stmt):
                break

    def _collect_annotated(self, path: str, read: ast.Name) -> None:
        """Collect from a parameter or variable that is annotated with the class."""
        symbol_table = self._context.document(path).symbol_table
        ancestors = symbol_table.ancestors(read)
        holder = next((each for each in ancestors if isinstance(each, (ast.arg, ast.AnnAssign))), None)
        target = holder.target if isinstance(holder, ast.AnnAssign) else holder
        if isinstance(target, (ast.arg, ast.Name)):
            for each in symbol_table.symbol_of(target).reads:
                self._collect_instance(path, each)

    def _collect_instance(self, path: str, node: ast.expr) -> None:
        """Collect everything that is done with an instance, in other files too."""
        for observation in self._follower.follow(path, node):
            match observation:
                case MemberUse():
                    self.member_uses.append(observation)
                case SharedAttribute():
                    self._collect_attribute_uses(observation)
                case Escape():
                    location = self._format_location(observation.path, observation.row)
                    raise NotFixableError(f"{location}: an instance {observation.phrase}")
                case UnknownCallers():
                    location = self._context.relative_path(observation.path)
                    name = observation.name or "a lambda"
                    raise NotFixableError(f"what receives the result of `{name}` could not be determined ({location})")
                case UntrackedRead():
                    raise NotFixableError(self._explain_untracked_read(observation))

    def _explain_untracked_read(self, read: UntrackedRead) -> str:
        location = self._format_location(read.path, read.row)
        if read.is_imported:
            return f"{location} passes `{read.name}` on"
        return f"{location} has `{read.name}` without an import of its name"

    def _collect_attribute_uses(self, attribute: SharedAttribute) -> None:
        """Collect from attributes of that name in the service, and in files that name the module or its package."""
        *packages, last = self._context.module_name(attribute.path).split(".")
        words = re.compile(rb"\b(?:" + b"|".join(word.encode() for word in {last, *packages[-1:]}) + rb")\b")
        for path, uses in attribute.uses_by_file:
            if path in self._service_paths or words.search(self._context.references.code_bytes(path)):
                self.member_uses += self._member_calls(path, attribute.name, uses)

    def _member_calls(self, path: str, name: str, uses: Iterable[AttributeUse]) -> Iterator[MemberUse]:
        document = self._context.document(path)
        for use in uses:
            calls = [call for call in document.calls if _is_member_call(call, name, use)]
            if not use.member or use.is_write or not calls:
                location = self._format_location(path, use.row)
                raise NotFixableError(f"{location}: how `.{name}` is used could not be determined")
            for call in calls:
                is_awaited = isinstance(document.symbol_table.parent(call), ast.Await)
                yield MemberUse(path, use.row, use.member, "call", call, is_awaited)


def _is_member_call(call: ast.Call, name: str, use: AttributeUse) -> bool:
    """Whether a call is that of a member of the attribute, as a search has found it."""
    function = call.func
    owner = function.value if isinstance(function, ast.Attribute) and function.attr == use.member else None
    return isinstance(owner, ast.Attribute) and owner.attr == name and (owner.end_lineno or 0) == use.row


def _is_type_use(read: ast.Name, ancestors: Iterator[ast.AST]) -> bool:
    """Whether a name is part of an annotation, or of a type check or cast."""
    child: ast.AST = read
    for node in ancestors:
        if isinstance(node, ast.arg):
            return True
        if isinstance(node, ast.AnnAssign) and node.annotation is child:
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return node.returns is child
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass", "cast")
        if isinstance(node, (ast.stmt, ast.Lambda)):
            return False
        child = node
    return False
