"""Sharing changes nothing: the methods in use do not depend on which instance they are called on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.sharing.known import CLIENT_STATE, SERVER_COMMANDS
from flake8_redis_ssot.fixes.sharing.outsiders import Write
from flake8_redis_ssot.fixes.sharing.owners import Owner
from flake8_redis_ssot.fixes.sharing.parameters import find_possible_owners
from flake8_redis_ssot.fixes.sharing.reflection import Access
from flake8_redis_ssot.fixes.sharing.shared_class import NotRecognisedError
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.sharing.values import Kind
from flake8_redis_ssot.fixes.usage.observations import MemberUse

CONDITION = Condition(
    "shared-state",
    "The called methods behave the same on the shared instance, and do not change its state.",
    shapes=(
        "the class and all its bases are classes of the project (or `object`, `ABC`, `Generic`, `Protocol`) whose "
        "bodies consist of a docstring, functions, and assignments to names, each bound once; no decorator, no "
        "metaclass or other keyword, one base of the project at most, and no special methods but `__init__`, those "
        "of `with`, of indexing, of iterating, of calling and of printing",
        "a method uses `self` only to read attributes and to call methods, which are of these shapes as well; it is "
        "a function, a property, a class method or a static method, without other decorators, and does not read its "
        "variables by `locals()`, `vars()`, `dir()`, `eval()` or `exec()`",
        "an attribute that it reads is a value that `__init__` or the class body sets and no method ever sets: an "
        "immutable value, a logger of which messages are logged, or a client of a server of which commands are called "
        "(strings, hashes, lists, sets, sorted sets, streams, keys, `publish`, `ping`, …) and which is not passed on",
        "or both are clients that redis-py makes (`redis.Redis`, `StrictRedis`, `from_url`), nothing is done with the "
        "new one but calling such commands of it, and no file sets the connection of a client",
        "an attribute may be None at first if it is made by `if self.x is None:` from names and attributes that do "
        "not change, is read only after that, and is otherwise only reset to None",
        "no file sets one of these attributes or methods on any object that may be the shared instance: by "
        "assignment, `del`, `setattr`, a mock, `vars()`, `__dict__`, a computed name, or code in a string; `self` of "
        "another class is none, unless a file reads the method from its class (`Other.method(shared)`), and neither is "
        "a parameter with another class as its annotation, if each call of the function passes a plain value or an "
        "instance of a known class",
    ),
)


def find_doubts(study: SharingStudy) -> Iterator[Doubt]:
    """What the methods in use, or other files, do to the state of the instance."""
    if study.is_known_client:
        yield from map(Doubt, _find_client_reasons(study))
        return
    try:
        reasons = study.method_reasons
    except NotRecognisedError as error:
        yield Doubt(f"what its methods do to a shared instance could not be determined: {error}")
        return
    yield from map(Doubt, reasons)
    if study.is_class_sharable:
        yield from map(Doubt, _find_outside_reasons(study))


def _find_client_reasons(study: SharingStudy) -> Iterator[str]:
    """What is done with a client of a server besides commands, and who sets its connection."""
    name = study.construction.definition.name
    for use in study.uses.of_type(MemberUse):
        is_command = use.kind == "call" and use.name in SERVER_COMMANDS
        if not is_command and use.kind != "set" and use.name not in study.teardown_methods:
            yield f"line {use.row}: what `{use.name}` does to a shared `{name}` could not be determined"
    for write in study.facts.find_writes(CLIENT_STATE):
        if write.owner.node is None:
            yield f"{study.place(write.path, write.row)} sets `{write.name}`, perhaps of the shared instance"
            return


def _find_outside_reasons(study: SharingStudy) -> Iterator[str]:
    """Who sets the attributes and methods in use from outside of the class."""
    check = study.method_check
    has_client = any(
        study.state.kinds.get(name) is Kind.CLIENT or name in study.state.unset for name in check.attributes
    )
    names = frozenset({*check.attributes, *check.methods, *(CLIENT_STATE if has_client else ())})
    for write in study.facts.find_writes(names):
        if not _is_in_class(write, study) and _may_reach(write.owner, write.path, study, is_mock=write.is_mock):
            yield f"{study.place(write.path, write.row)} sets `{write.name}`, perhaps of the shared instance"
            return
    for each in study.facts.reflections:
        if each.access is Access.WRITE and _may_reach(each.owner, each.path, study, is_mock=False):
            yield f"`{each.text}` ({study.place(each.path, each.row)}) may set attributes of the shared instance"
            return


def _may_reach(owner: Owner, path: str, study: SharingStudy, *, is_mock: bool) -> bool:
    """Whether something in the file at `path` sets a part of the shared instance or of its class.

    A mock of a part of the class does not depend on the instance.
    """
    owners = find_possible_owners(owner, study.context)
    is_class = any(not each.is_instance and study.is_part(each.node) for each in owners)
    return (is_class and not is_mock) or study.is_instance(owner, path)


def _is_in_class(write: Write, study: SharingStudy) -> bool:
    """Whether a write is in a method of the class, which is checked with the methods."""
    nodes: list[tuple[str, ast.ClassDef]] = [(part.path, part.node) for part in study.shared_class.parts]
    return any(path == write.path and node.lineno <= write.row <= (node.end_lineno or 0) for path, node in nodes)
