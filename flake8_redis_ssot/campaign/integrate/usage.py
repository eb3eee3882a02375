"""What is done with the instances of a duplicate: followed from their making, through functions and attributes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.duplicates import DuplicateUser
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.usage.file_follower import collect_uses
from flake8_redis_ssot.fixes.usage.observations import Escape, MemberUse, ModuleVariable, Returned, StoredAttribute
from flake8_redis_ssot.project.search.prefilter import AttributeUse
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


class InstanceCreation(NamedTuple):
    """A call that makes an instance, in the file at `path`."""

    path: str
    call: ast.Call


class InstanceUsage(NamedTuple):
    """All that was found: instances made, members used in order of place, and reads of the class as a type."""

    creations: tuple[InstanceCreation, ...]
    member_uses: tuple[MemberUse, ...]
    type_reads: tuple[tuple[str, ast.Name], ...]


def collect_usage(
    users: Iterable[DuplicateUser], service_paths: Set[str], context: FixContext, *, has_no_other_users: bool
) -> InstanceUsage:
    """What some users do. Raises Blocked where it goes out of sight, Unanswered.

    `service_paths` are the files of their service (absolute paths); `has_no_other_users`: nobody else has the class.
    """
    follower = _UsageFollower(context, service_paths, has_no_other_users)
    for user in users:
        for read in user.symbol.reads:
            follower.follow_class_read(user, read)
    member_uses = sorted(set(follower.member_uses), key=lambda each: (each.path, each.row, each.name))
    return InstanceUsage(tuple(follower.creations), tuple(member_uses), tuple(follower.type_reads))


class _UsageFollower:
    def __init__(self, context: FixContext, service_paths: Set[str], has_no_other_users: bool) -> None:
        self._context = context
        self._service_paths = service_paths
        self._has_no_other_users = has_no_other_users
        self._seen: set[object] = set()
        self.creations: list[InstanceCreation] = []
        self.member_uses: list[MemberUse] = []
        self.type_reads: list[tuple[str, ast.Name]] = []

    def follow_class_read(self, user: DuplicateUser, read: ast.Name) -> None:
        """One read of the class: a call of it makes an instance, a type says what a variable holds."""
        references = self._context.document(user.path).symbol_table
        call = references.call_of(read)
        location = f"{self._context.relative_path(user.path)}:{read.lineno}"
        if call is not None:
            if call.args or call.keywords:
                raise NotFixableError(f"{location}: what it is made with (`{ast.unparse(call)}`) would be lost")
            self.creations.append(InstanceCreation(user.path, call))
            self.follow_instance(user.path, call)
        elif isinstance(references.parent(read), ast.ClassDef):
            raise NotFixableError(f"{location} derives a class from it")
        elif _is_type_use(read, references.ancestors(read)):
            self._check_annotation(read, references, location)
            self.type_reads.append((user.path, read))
            self._follow_annotated(user.path, read)
        else:
            raise NotFixableError(f"{location} hands the class itself on")

    def _check_annotation(self, read: ast.Name, references: SymbolTable, location: str) -> None:
        """Whether a type may be another one: nobody makes instances by it, and no others come along."""
        for node in references.ancestors(read):
            if isinstance(node, ast.Call) and not self._has_no_other_users:
                raise NotFixableError(f"{location} asks for the type of what may come from elsewhere")
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if node.decorator_list:
                    decorator = ast.unparse(node.decorator_list[0])
                    raise NotFixableError(f"{location}: `@{decorator}` may make one by its annotation")
                break
            if isinstance(node, ast.stmt):
                break

    def _follow_annotated(self, path: str, read: ast.Name) -> None:
        """A parameter or variable that is said to hold an instance."""
        references = self._context.document(path).symbol_table
        holder = next((each for each in references.ancestors(read) if isinstance(each, (ast.arg, ast.AnnAssign))), None)
        target = holder.target if isinstance(holder, ast.AnnAssign) else holder
        if isinstance(target, (ast.arg, ast.Name)):
            for each in references.symbol_of(target).reads:
                self.follow_instance(path, each)

    def follow_instance(self, path: str, node: ast.expr) -> None:
        """Everything that is done with an expression that is an instance, in other files too."""
        if (path, node) in self._seen:
            return
        self._seen.add((path, node))
        uses = collect_uses(node, self._context.document(path))
        self.member_uses += uses.of_type(MemberUse)
        for escape in uses.of_type(Escape):
            raise NotFixableError(f"{self._context.relative_path(path)}:{escape.row}: an instance {escape.phrase}")
        for (name,) in uses.of_type(ModuleVariable):
            self._follow_importers(path, name, is_function=False)
        for function, _ in uses.of_type(Returned):
            self._follow_return(path, function)
        for (name,) in uses.of_type(StoredAttribute):
            self._collect_attribute_uses(path, name)

    def _follow_return(self, path: str, function: ast.AST) -> None:
        name, references = getattr(function, "name", ""), self._context.document(path).symbol_table
        if getattr(function, "decorator_list", ()) or not name:
            raise NotFixableError(
                f"who gets what `{name or 'a lambda'}` gives back can't be seen ({self._context.relative_path(path)})"
            )
        if references.scope_of(function).kind == "module":
            self._follow_importers(path, name, is_function=True)
        else:
            self._collect_attribute_uses(path, name)

    def _follow_importers(self, path: str, name: str, *, is_function: bool) -> None:
        """A name of a module, in the files that import it: the instance, or a function that gives it back."""
        for reader in self._context.find_readers(path, name):
            location = f"{self._context.relative_path(reader.path)}:{reader.row}"
            references = self._context.document(reader.path).symbol_table
            if not isinstance(reader.fact, Import) or reader.fact.is_star or reader.fact.is_dynamic:
                raise NotFixableError(f"{location} has `{name}` without an import of its name")
            for read in _import_reads(reader.fact, reader.path, self._context):
                instance = references.call_of(read) if is_function else read
                if instance is not None:
                    self.follow_instance(reader.path, instance)
                else:
                    raise NotFixableError(f"{location} hands `{name}` on")

    def _collect_attribute_uses(self, path: str, name: str) -> None:
        """An attribute of that name in other files of the service, and in those that name the module or its package."""
        *packages, last = self._context.module_name(path).split(".")
        words = re.compile(rb"\b(?:" + b"|".join(word.encode() for word in {last, *packages[-1:]}) + rb")\b")
        for file, uses in sorted(self._context.attribute_uses(name).items()):
            if file != path and (file in self._service_paths or words.search(self._context.code_bytes(file))):
                self.member_uses += list(self._member_uses(file, name, uses))

    def _member_uses(self, file: str, name: str, uses: Iterable[AttributeUse]) -> Iterator[MemberUse]:
        document = self._context.document(file)
        for use in uses:
            calls = [call for call in document.calls if _is_member_call(call, name, use)]
            if not use.member or use.is_write or not calls:
                raise NotFixableError(
                    f"{self._context.relative_path(file)}:{use.row}: what is done with `.{name}` can't be seen"
                )
            for call in calls:
                is_awaited = isinstance(document.symbol_table.parent(call), ast.Await)
                yield MemberUse(file, use.row, use.member, "call", call, is_awaited)


def _is_member_call(call: ast.Call, name: str, use: AttributeUse) -> bool:
    """Whether a call is that of a member of an attribute which a text shows."""
    function = call.func
    owner = function.value if isinstance(function, ast.Attribute) and function.attr == use.member else None
    return isinstance(owner, ast.Attribute) and owner.attr == name and (owner.end_lineno or 0) == use.row


def _import_reads(fact: Import, path: str, context: FixContext) -> list[ast.Name]:
    from flake8_redis_ssot.fixes.imports.import_node import find_imported_name

    document = context.document(path)
    symbol = document.symbol_table.symbol_of(find_imported_name(fact, document).alias)
    return list(symbol.reads)


def _is_type_use(read: ast.Name, ancestors: Iterator[ast.AST]) -> bool:
    """Whether a name stands in an annotation, or in a question about a type."""
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
