"""What is known about one instance that is to become the shared one; what concerns the whole project is found once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.fixes.accessors.model import AccessorModel
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.constructor import InitialState, evaluate_constructor
from flake8_redis_ssot.fixes.sharing.default_readers import DefaultRead, find_default_reads
from flake8_redis_ssot.fixes.sharing.environment import EnvironmentWrite, find_environment_writes
from flake8_redis_ssot.fixes.sharing.known import CLIENT_MAKERS, SERVER_COMMANDS
from flake8_redis_ssot.fixes.sharing.methods import MethodCheck, UsedMember, has_member
from flake8_redis_ssot.fixes.sharing.outsiders import OutsideWrites, Write
from flake8_redis_ssot.fixes.sharing.owners import Owner
from flake8_redis_ssot.fixes.sharing.parameters import find_possible_owners
from flake8_redis_ssot.fixes.sharing.processes import ProcessStart, find_process_start
from flake8_redis_ssot.fixes.sharing.reflection import Reflection, find_reflections
from flake8_redis_ssot.fixes.sharing.shared_class import NotRecognisedError, SharedClass, recognise_class
from flake8_redis_ssot.fixes.sharing.stand_ins import StandIn, find_stand_ins
from flake8_redis_ssot.fixes.sharing.values import Kind
from flake8_redis_ssot.fixes.usage.observations import DerivedValue, MemberUse, ValueUses
from flake8_redis_ssot.project.resolver import Definition

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
    from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
    from flake8_redis_ssot.project.view import FileContext


class ProjectFacts:
    """What was found about classes, and in all files, in one state of the files."""

    def __init__(self, context: FixContext) -> None:
        self._context = context
        self._classes: dict[tuple[str | None, str], SharedClass | NotRecognisedError] = {}
        self._states: dict[tuple[str | None, str], InitialState] = {}
        self._checks: dict[tuple[str | None, str, tuple[UsedMember, ...]], MethodCheck] = {}
        self._writes: dict[frozenset[str], tuple[Write, ...]] = {}

    @classmethod
    def of(cls, context: FixContext) -> ProjectFacts:
        """What was found in the files of a context, searched for once."""
        return context.remember("facts about sharing", lambda: cls(context))

    def recognise_class(self, definition: Definition) -> SharedClass:
        """The class at a definition. Raises NotRecognisedError."""
        key = definition.path, definition.qualname
        if key not in self._classes:
            try:
                self._classes[key] = recognise_class(definition, self._context)
            except NotRecognisedError as error:
                self._classes[key] = error
        found = self._classes[key]
        if isinstance(found, NotRecognisedError):
            raise found
        return found

    def initial_state(self, shared_class: SharedClass) -> InitialState:
        """What is in a new instance of a class."""
        key = shared_class.definition.path, shared_class.definition.qualname
        if key not in self._states:
            self._states[key] = evaluate_constructor(shared_class, self._context)
        return self._states[key]

    def check_members(self, shared_class: SharedClass, members: tuple[UsedMember, ...]) -> MethodCheck:
        """The check of some members of a class. Raises NotRecognisedError."""
        key = shared_class.definition.path, shared_class.definition.qualname, members
        if key not in self._checks:
            check = MethodCheck(shared_class, self.initial_state(shared_class), self._context)
            check.check_members(members)
            self._checks[key] = check
        return self._checks[key]

    def find_writes(self, names: frozenset[str]) -> tuple[Write, ...]:
        """Every write of one of some attributes, from outside of the class that has it."""
        if names not in self._writes:
            self._writes[names] = OutsideWrites(self._context).find(names)
        return self._writes[names]

    @property
    def reflections(self) -> tuple[Reflection, ...]:
        """The code that reaches attributes without naming them."""
        return find_reflections(self._context)

    @cached_property
    def default_reads(self) -> tuple[DefaultRead, ...]:
        """The code that reads defaults of parameters from functions."""
        return find_default_reads(self._context)

    @cached_property
    def environment_writes(self) -> tuple[EnvironmentWrite, ...]:
        """What sets variables of the environment."""
        return find_environment_writes(self._context)

    @cached_property
    def stand_ins(self) -> tuple[StandIn, ...]:
        """What replaces modules."""
        return find_stand_ins(self._context)

    @cached_property
    def process_start(self) -> ProcessStart | None:
        """What starts processes."""
        return find_process_start(self._context)


@dataclass
class SharingStudy:
    """One instance that is to become the shared one: where it is made, and what is done with it in its file.

    `class_definition` is the class of both (None: unknown). Methods of `teardown_methods` are judged by their names.
    """

    construction: ConstructionSite
    shared_access: SharedAccess
    class_definition: Definition | None
    uses: ValueUses
    teardown_methods: frozenset[str]
    file: FileContext
    context: FixContext

    @property
    def facts(self) -> ProjectFacts:
        """What was found about classes and in all files."""
        return ProjectFacts.of(self.context)

    @cached_property
    def shared_class(self) -> SharedClass:
        """The class, recognised whole. Raises NotRecognisedError."""
        if self.class_definition is None:
            raise NotRecognisedError(
                f"`{self.construction.definition.name}` makes no instance of a class of the project"
            )
        return self.facts.recognise_class(self.class_definition)

    @property
    def is_known_client(self) -> bool:
        """Whether both instances are clients of a server, all of whose state is there."""
        model = self.shared_access.model(self.context)
        made = [each.constructor.name for each in model.constructions] if isinstance(model, AccessorModel) else []
        names = {self.construction.definition.name, *made}
        return bool(made) and self.class_definition is not None and CLIENT_MAKERS.issuperset(names)

    @property
    def state(self) -> InitialState:
        """What is in a new instance. Raises NotRecognisedError."""
        return self.facts.initial_state(self.shared_class)

    @cached_property
    def method_check(self) -> MethodCheck:
        """The check of the members in use. Raises NotRecognisedError."""
        check = self.facts.check_members(self.shared_class, self._used_members)
        elsewhere = () if check.reasons else tuple(map(self._describe_use, self.members_used_elsewhere))
        return self.facts.check_members(self.shared_class, (*self._used_members, *elsewhere)) if elsewhere else check

    @cached_property
    def method_reasons(self) -> tuple[str, ...]:
        """Why the members in use do not bear sharing, in the order of their uses. Raises NotRecognisedError."""
        try:
            return self.method_check.reasons
        except NotRecognisedError as error:
            return (str(error),) if self._used_members or self.members_used_elsewhere else ()

    @cached_property
    def is_class_sharable(self) -> bool:
        """Whether the class can be shared, so that it is worth searching all files for who changes instances."""
        try:
            return not self.state.problems and not self.method_reasons
        except NotRecognisedError:
            return False

    @cached_property
    def _used_members(self) -> tuple[UsedMember, ...]:
        uses = sorted(self.uses.of_type(MemberUse), key=lambda use: (use.path, use.row))
        names = (use.name for use in uses if use.kind != "set" and use.name not in self.teardown_methods)
        return tuple(map(self._describe_use, dict.fromkeys(names)))

    def _describe_use(self, name: str) -> UsedMember:
        values = [value for value in self.uses.of_type(DerivedValue) if value.name == name and not value.is_call]
        return UsedMember(name, bool(values) and all(map(_receives_commands, values)))

    def has_member(self, name: str) -> bool:
        """Whether the class has a member; uses of others fail, before the fix and after it."""
        return has_member(name, self.shared_class, self.state)

    def is_plain(self, name: str) -> bool:
        """Whether a member is an attribute with a plain value, or a property that returns one."""
        try:
            attribute = self.shared_class.returned_attribute(name) or name
            is_set = attribute in self.state.unset or bool(self.state.problems)
            return not is_set and self.state.kinds.get(attribute) is Kind.SCALAR
        except NotRecognisedError:
            return False

    @cached_property
    def members_used_elsewhere(self) -> tuple[str, ...]:
        """The members that other files use, by way of an attribute that holds the instance."""
        from flake8_redis_ssot.fixes.sharing.holders import find_members_elsewhere

        return find_members_elsewhere(self)

    def is_instance(self, owner: Owner, path: str) -> bool:
        """Whether an owner (found in the file at `path`) may be an instance of the class, other than a fresh one."""
        return any(self._is_instance(each, path) for each in find_possible_owners(owner, self.context))

    def _is_instance(self, owner: Owner, path: str) -> bool:
        if owner.is_unknown:
            return True
        if not owner.is_instance or (owner.is_fresh and path != self.shared_access.path):
            return False
        return self.is_part(owner.node) or _is_protocol(owner.node)

    def is_part(self, node: ast.AST | None) -> bool:
        """Whether a node is the class or one of its bases. Raises NotRecognisedError."""
        return node is not None and self.shared_class.is_part(node)

    def is_allowed(self, path: str) -> bool:
        """Whether the configuration lets a file make its own instances."""
        return matches_path(self.construction.resource.allow, self.context.relative_path(path))

    def place(self, path: str, row: int) -> str:
        """A location for reasons."""
        return f"{self.context.relative_path(path)}:{row}"


def _receives_commands(client: DerivedValue) -> bool:
    """Whether a client is used for nothing but commands."""
    return all(
        (isinstance(use, MemberUse) and use.kind == "call" and use.name in SERVER_COMMANDS)
        or (isinstance(use, DerivedValue) and use.is_call)
        for use in client.uses.observations
    )


def _is_protocol(node: ast.AST | None) -> bool:
    """Whether a class describes others, which need not derive from it."""
    return isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)
