"""The attributes, variables and functions that hold or return an instance, and who else reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.other_names import is_shortened_name
from flake8_redis_ssot.fixes.sharing.known import MEMBERLESS_BASES
from flake8_redis_ssot.fixes.sharing.owners import find_owner, iter_bases
from flake8_redis_ssot.fixes.sharing.parameters import find_possible_owners
from flake8_redis_ssot.fixes.sharing.reflection import Access, Reflection
from flake8_redis_ssot.fixes.sharing.shared_class import NotRecognisedError
from flake8_redis_ssot.fixes.sharing.string_reads import find_string_reads
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.usage.attribute_owners import is_of_other_class
from flake8_redis_ssot.fixes.usage.observations import ModuleVariable, ParameterDefault, Returned, StoredAttribute
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.project.types.receivers import find_receiver
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

# Special methods that neither run when an attribute is read or set nor see the attributes.
_HARMLESS_SPECIAL_METHODS = frozenset(
    {"__init__", "__post_init__", "__call__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__repr__", "__str__"}
    | {"__len__", "__bool__", "__eq__", "__ne__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__", "__iter__"}
    | {"__next__", "__aiter__", "__anext__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__await__"}
)
_HARMLESS_SPECIAL_NAMES = frozenset({"__doc__", "__slots__", "__module__", "__all__", "__tablename__"})


@dataclass(frozen=True)
class HoldingClass:
    """A class whose instances hold the shared one in an attribute: itself, its bases and its subclasses."""

    nodes: tuple[ast.ClassDef, ...]

    def is_related(self, node: ast.AST | None) -> bool:
        """Whether instances of a class may be instances of this one, or share its methods."""
        return any(each is node for each in self.nodes)


def find_members_elsewhere(study: SharingStudy) -> tuple[str, ...]:
    """The members that other files use of attributes that hold the instance."""
    names = dict.fromkeys(each.name for each in study.uses.of_type(StoredAttribute))
    members = (_member_of(read, names_of_file) for name in names for names_of_file, read in _reads(name, study))
    return tuple(dict.fromkeys(member for member in members if member and study.has_member(member)))


def _reads(name: str, study: SharingStudy) -> Iterator[tuple[FileNames, ast.Attribute]]:
    """The reads of an attribute of that name that were not followed: in other files, and in classes of its own file.

    Those of objects that are known to be others do not count.
    """
    holding_class = find_holding_class(name, study)
    for path in sorted({*study.context.references.find_attribute_uses(name), study.file.path}):
        names = study.context.names(path)
        for node in names.symbol_table.attribute_reads.get(name, ()):
            if path == study.file.path and not _is_left_out(node, name, study):
                continue
            owners = find_possible_owners(find_owner(node.value, names), study.context)
            if any(each.is_unknown or (each.is_instance and holding_class.is_related(each.node)) for each in owners):
                yield names, node


def _is_left_out(node: ast.Attribute, name: str, study: SharingStudy) -> bool:
    """Whether a read in the file of the study was taken for one of another class."""
    table = study.context.symbol_table(study.file.path)
    places = [each.place for each in study.uses.of_type(StoredAttribute) if each.name == name]
    return all(is_of_other_class(node, place, table) for place in places)


def _member_of(read: ast.Attribute, names: FileNames) -> str:
    """The member that is called on what an attribute holds; empty if it is something else that is done with it."""
    parent = names.symbol_table.parent(read)
    is_called = isinstance(parent, ast.Attribute) and names.symbol_table.call_of(parent) is not None
    return parent.attr if isinstance(parent, ast.Attribute) and is_called else ""


def find_holding_class(name: str, study: SharingStudy) -> HoldingClass:
    """The classes whose instances may have the instance in an attribute of that name."""
    nodes: list[ast.ClassDef] = []
    for attribute in study.uses.of_type(StoredAttribute):
        if attribute.name == name and (class_node := _class_of(attribute, study)) is not None:
            nodes += _family(class_node, study.file.path, study.context)
    return HoldingClass(tuple(nodes))


def _class_of(attribute: StoredAttribute, study: SharingStudy) -> ast.ClassDef | None:
    """The class whose method sets an attribute of `self`, or whose property it is."""
    symbol_table = study.context.symbol_table(study.file.path)
    if isinstance(attribute.place, ast.Attribute):
        receiver = find_receiver(attribute.place.value, symbol_table)
        return receiver.class_node if receiver is not None and not receiver.is_class else None
    if isinstance(attribute.place, FunctionNode):
        owner = symbol_table.scope_of(attribute.place).node
        return owner if isinstance(owner, ast.ClassDef) else None
    return None


def _family(node: ast.ClassDef, path: str, context: FixContext) -> list[ast.ClassDef]:
    """A class with its bases, and its subclasses with theirs, in the project."""
    return [each for _, each in _iter_family(node, path, context)]


def _iter_family(node: ast.ClassDef, path: str, context: FixContext) -> Iterator[tuple[FileNames, ast.ClassDef]]:
    yield from iter_bases(node, context.names(path))
    for names, subclass in _iter_subclasses(node, path, context):
        yield from iter_bases(subclass, names)


def _iter_subclasses(
    node: ast.ClassDef, path: str, context: FixContext, depth: int = 0
) -> Iterator[tuple[FileNames, ast.ClassDef]]:
    names = context.names(path)
    definition = names.definition_of(node)
    for file in {path: None, **dict.fromkeys(context.analysis.find_class_readers(path, definition.qualname))}:
        file_names = context.names(file)
        for each in file_names.symbol_table.nodes:
            if isinstance(each, ast.ClassDef) and each is not node and depth < 20 and _has_base(each, node, file_names):
                yield file_names, each
                yield from _iter_subclasses(each, file, context, depth + 1)


def _has_base(node: ast.ClassDef, base: ast.ClassDef, names: FileNames) -> bool:
    definitions = (names.resolve(each) for each in node.bases if isinstance(each, (ast.Name, ast.Attribute)))
    return any(each is not None and names.find_node(each) is base for each in definitions)


def find_holder_reasons(study: SharingStudy) -> Iterator[str]:
    """Why what holds the instance is not recognised. Raises NotRecognisedError."""
    for attribute in study.uses.of_type(StoredAttribute):
        if _class_of(attribute, study) is None:
            place, row = attribute.place, getattr(attribute.place, "lineno", 0)
            holder = (
                f"`{ast.unparse(place)}`" if isinstance(place, ast.Attribute) else f"class attribute `{attribute.name}`"
            )
            yield f"line {row} keeps it in {holder}, whose readers could not be determined"
    if study.is_class_sharable:
        yield from _find_reader_reasons(study)
        yield from _find_default_reasons(study)


def _find_default_reasons(study: SharingStudy) -> Iterator[str]:
    """Reads of the defaults of a function that has the instance as one."""
    functions = [each.function for each in study.uses.of_type(ParameterDefault)]
    for read in study.facts.default_reads if functions else ():
        module = read.owner.external.rpartition(".")[0]
        is_own = is_shortened_name(module, read.path, study.file.module, study.context)
        if is_own or read.owner.is_unknown or any(read.owner.node is function for function in functions):
            yield f"`{read.text}` ({study.place(read.path, read.row)}) may read it from the defaults of a function"
            return


def _find_reader_reasons(study: SharingStudy) -> Iterator[str]:
    for attribute in study.uses.of_type(StoredAttribute):
        yield from _attribute_reasons(attribute, study)
    functions = (getattr(each.function, "name", "") for each in study.uses.of_type(Returned))
    for name in dict.fromkeys((*(each.name for each in study.uses.of_type(ModuleVariable)), *functions)):
        if name:
            yield from _module_read_reasons(name, study)
            yield from _indirect_reasons(name, study, HoldingClass(()))


def _module_read_reasons(name: str, study: SharingStudy) -> Iterator[str]:
    """Reads of an attribute of that name of something that may be the module, such as an entry of `sys.modules`."""
    for path in sorted(study.context.references.find_attribute_uses(name)):
        names = study.context.names(path)
        for node in names.symbol_table.attribute_reads.get(name, ()):
            # A module is in a variable, or what a call or `sys.modules[…]` evaluates to; objects hold none.
            if not isinstance(node.value, ast.Attribute) and find_owner(node.value, names).is_unknown:
                yield f"{study.place(path, node.lineno)} reads `{ast.unparse(node)}`, perhaps this one"
                return


def _attribute_reasons(attribute: StoredAttribute, study: SharingStudy) -> Iterator[str]:
    class_node, name = _class_of(attribute, study), attribute.name
    if class_node is None:
        return
    family = tuple(_iter_family(class_node, study.file.path, study.context))
    for part_names, node in family:
        _check_plain(node, name, part_names, attribute, study)
    yield from _read_reasons(name, study)
    yield from _indirect_reasons(name, study, HoldingClass(tuple(node for _, node in family)))


def _check_plain(
    node: ast.ClassDef, attribute_name: str, names: FileNames, attribute: StoredAttribute, study: SharingStudy
) -> None:
    """A class sets and reads the attribute as Python does by itself. Raises NotRecognisedError."""
    place = f"{study.context.relative_path(names.path)}:{node.lineno}"
    if node.decorator_list or node.keywords:
        raise NotRecognisedError(
            f"`{node.name}` ({place}) has a decorator or keyword arguments, which may use `{attribute_name}`"
        )
    for base in node.bases:
        definition = names.resolve(base.value if isinstance(base, ast.Subscript) else base)
        if definition is None or (definition.path is None and definition.name not in MEMBERLESS_BASES):
            raise NotRecognisedError(
                f"the base `{ast.unparse(base)}` of `{node.name}` ({place}), which may use `{attribute_name}`, "
                "is defined outside of the project"
            )
    for statement in node.body:
        for bound, value in _bindings(statement):
            is_special = bound.startswith("__") and bound.endswith("__")
            if is_special and bound not in _HARMLESS_SPECIAL_METHODS | _HARMLESS_SPECIAL_NAMES:
                raise NotRecognisedError(f"`{node.name}` defines `{bound}` ({_row(statement, names, study)})")
            if bound == attribute_name and statement is not attribute.place and not _is_none(value):
                raise NotRecognisedError(
                    f"`{node.name}` defines `{bound}` ({_row(statement, names, study)}): setting it may run code"
                )


def _row(statement: ast.stmt, names: FileNames, study: SharingStudy) -> str:
    return f"{study.context.relative_path(names.path)}:{statement.lineno}"


def _bindings(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a statement of a class body binds, each with its value; a bare annotation binds none."""
    if isinstance(statement, (FunctionNode, ast.ClassDef)):
        yield statement.name, None
    elif isinstance(statement, ast.AnnAssign) and statement.value is None:
        return
    else:
        value = getattr(statement, "value", None)
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, value


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _read_reasons(name: str, study: SharingStudy) -> Iterator[str]:
    """Reads in other files that are no calls of a method."""
    for names, read in _reads(name, study):
        member, parent = _member_of(read, names), names.symbol_table.parent(read)
        place = study.place(names.path, read.lineno)
        if member and (study.shared_class.find_method(member) is not None or not study.has_member(member)):
            continue
        if isinstance(parent, ast.Attribute) and not study.has_member(parent.attr):
            continue
        text = ast.unparse(parent if isinstance(parent, ast.Attribute) else read)
        yield f"{place} reads `{text}`, perhaps of this one"
        return


def _indirect_reasons(name: str, study: SharingStudy, holding_class: HoldingClass) -> Iterator[str]:
    """Reads by a string, or without naming it."""
    for path, row in find_string_reads(name, study.context):
        yield f"{study.place(path, row)} names `{name}` in a string or pattern, and may read it"
        return
    for each in study.facts.reflections:
        if _reaches(each, study, holding_class):
            yield f"`{each.text}` ({study.place(each.path, each.row)}) may read `{name}`"
            return


def _reaches(reflection: Reflection, study: SharingStudy, holding_class: HoldingClass) -> bool:
    if reflection.access is Access.RELOAD:
        return False
    owners = find_possible_owners(reflection.owner, study.context)
    if any(owner.is_unknown or holding_class.is_related(owner.node) for owner in owners):
        return True
    is_module = any(owner.path == study.file.path and owner.node is None for owner in owners)
    return is_module and not holding_class.nodes
