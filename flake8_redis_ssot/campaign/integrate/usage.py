"""What is done with the instances of a duplicate: followed from their making, through functions and attributes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.duplicates import User
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.instances.usage import Touch, uses_of
from flake8_redis_ssot.project.search.prefilter import AttributeUse
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.symbol_table import References


class Made(NamedTuple):
    """A call that makes an instance, in the file at `path`."""

    path: str
    call: ast.Call


class Called(NamedTuple):
    """A use of a member in the file at `path`."""

    path: str
    row: int
    name: str
    touch: Touch


class Usage(NamedTuple):
    """All that was found: instances made, members used in order of place, and reads of the class as a type."""

    made: tuple[Made, ...]
    called: tuple[Called, ...]
    types: tuple[tuple[str, ast.Name], ...]


def usage_of(users: Iterable[User], near: Set[str], bench: Bench, *, alone: bool) -> Usage:
    """What some users do. Raises Blocked where it goes out of sight, Unanswered.

    `near` are the files of their service (absolute paths); `alone`: nobody else has the class.
    """
    following = _Following(bench, near, alone)
    for user in users:
        for read in user.variable.reads:
            following.read(user, read)
    called = sorted(set(following.called), key=lambda each: (each.path, each.row, each.name))
    return Usage(tuple(following.made), tuple(called), tuple(following.types))


class _Following:
    def __init__(self, bench: Bench, near: Set[str], alone: bool) -> None:
        self._bench = bench
        self._near = near
        self._alone = alone
        self._seen: set[object] = set()
        self.made: list[Made] = []
        self.called: list[Called] = []
        self.types: list[tuple[str, ast.Name]] = []

    def read(self, user: User, read: ast.Name) -> None:
        """One read of the class: a call of it makes an instance, a type says what a variable holds."""
        references = self._bench.sheet(user.path).references
        call = references.call_of(read)
        where = f"{self._bench.relative(user.path)}:{read.lineno}"
        if call is not None:
            if call.args or call.keywords:
                raise Blocked(f"{where}: what it is made with (`{ast.unparse(call)}`) would be lost")
            self.made.append(Made(user.path, call))
            self.follow(user.path, call)
        elif isinstance(references.parent(read), ast.ClassDef):
            raise Blocked(f"{where} derives a class from it")
        elif _is_type(read, references.ancestors(read)):
            self._check_type(read, references, where)
            self.types.append((user.path, read))
            self._typed(user.path, read)
        else:
            raise Blocked(f"{where} hands the class itself on")

    def _check_type(self, read: ast.Name, references: References, where: str) -> None:
        """Whether a type may be another one: nobody makes instances by it, and no others come along."""
        for node in references.ancestors(read):
            if isinstance(node, ast.Call) and not self._alone:
                raise Blocked(f"{where} asks for the type of what may come from elsewhere")
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if node.decorator_list:
                    made = ast.unparse(node.decorator_list[0])
                    raise Blocked(f"{where}: `@{made}` may make one by its annotation")
                break
            if isinstance(node, ast.stmt):
                break

    def _typed(self, path: str, read: ast.Name) -> None:
        """A parameter or variable that is said to hold an instance."""
        references = self._bench.sheet(path).references
        holder = next((each for each in references.ancestors(read) if isinstance(each, (ast.arg, ast.AnnAssign))), None)
        target = holder.target if isinstance(holder, ast.AnnAssign) else holder
        if isinstance(target, (ast.arg, ast.Name)):
            for each in references.variable_of(target).reads:
                self.follow(path, each)

    def follow(self, path: str, node: ast.expr) -> None:
        """Everything that is done with an expression that is an instance, in other files too."""
        if (path, node) in self._seen:
            return
        self._seen.add((path, node))
        uses = uses_of(node, self._bench.sheet(path).references)
        self.called += [Called(path, touch.row, touch.name, touch) for touch in uses.touches]
        for escape in uses.escapes:
            raise Blocked(f"{self._bench.relative(path)}:{escape.row}: an instance {escape.phrase}")
        for name in uses.shared:
            self._elsewhere(path, name, called=False)
        for function in uses.returned:
            self._given_back(path, function)
        for name in uses.stored:
            self._attribute(path, name)

    def _given_back(self, path: str, function: ast.AST) -> None:
        name, references = getattr(function, "name", ""), self._bench.sheet(path).references
        if getattr(function, "decorator_list", ()) or not name:
            raise Blocked(
                f"who gets what `{name or 'a lambda'}` gives back can't be seen ({self._bench.relative(path)})"
            )
        if references.scope_of(function).kind == "module":
            self._elsewhere(path, name, called=True)
        else:
            self._attribute(path, name)

    def _elsewhere(self, path: str, name: str, *, called: bool) -> None:
        """A name of a module, in the files that import it: the instance, or a function that gives it back."""
        for reader in self._bench.readers(path, name):
            where = f"{self._bench.relative(reader.path)}:{reader.row}"
            references = self._bench.sheet(reader.path).references
            if not isinstance(reader.fact, Import) or reader.fact.star or reader.fact.dynamic:
                raise Blocked(f"{where} has `{name}` without an import of its name")
            for read in _reads(reader.fact, reader.path, self._bench):
                given = references.call_of(read) if called else read
                if given is not None:
                    self.follow(reader.path, given)
                else:
                    raise Blocked(f"{where} hands `{name}` on")

    def _attribute(self, path: str, name: str) -> None:
        """An attribute of that name in other files of the service, and in those that name the module or its package."""
        *around, last = self._bench.module(path).split(".")
        words = re.compile(rb"\b(?:" + b"|".join(word.encode() for word in {last, *around[-1:]}) + rb")\b")
        for file, uses in sorted(self._bench.attribute_uses(name).items()):
            if file != path and (file in self._near or words.search(self._bench.text(file))):
                self.called += list(self._members(file, name, uses))

    def _members(self, file: str, name: str, uses: Iterable[AttributeUse]) -> Iterator[Called]:
        sheet = self._bench.sheet(file)
        for use in uses:
            calls = [call for call in sheet.calls if _is_call_of(call, name, use)]
            if not use.member or use.sets or not calls:
                raise Blocked(f"{self._bench.relative(file)}:{use.row}: what is done with `.{name}` can't be seen")
            for call in calls:
                awaited = isinstance(sheet.references.parent(call), ast.Await)
                yield Called(file, use.row, use.member, Touch(use.member, use.row, "call", call, awaited))


def _is_call_of(call: ast.Call, name: str, use: AttributeUse) -> bool:
    """Whether a call is that of a member of an attribute which a text shows."""
    function = call.func
    owner = function.value if isinstance(function, ast.Attribute) and function.attr == use.member else None
    return isinstance(owner, ast.Attribute) and owner.attr == name and (owner.end_lineno or 0) == use.row


def _reads(fact: Import, path: str, bench: Bench) -> list[ast.Name]:
    from flake8_redis_ssot.fixes.imports.import_node import entry_of

    sheet = bench.sheet(path)
    variable = sheet.references.variable_of(entry_of(fact, sheet).alias)
    return list(variable.reads)


def _is_type(read: ast.Name, around: Iterator[ast.AST]) -> bool:
    """Whether a name stands in an annotation, or in a question about a type."""
    below: ast.AST = read
    for node in around:
        if isinstance(node, ast.arg):
            return True
        if isinstance(node, ast.AnnAssign) and node.annotation is below:
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return node.returns is below
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass", "cast")
        if isinstance(node, (ast.stmt, ast.Lambda)):
            return False
        below = node
    return False
