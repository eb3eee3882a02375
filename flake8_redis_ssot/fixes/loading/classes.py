"""Classes that are defined while a module is loaded: their bases, and what subclassing these runs."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_redis_ssot.fixes.loading.block import MODEL_HOOKS, Block, Effect
from flake8_redis_ssot.fixes.loading.known_names import is_known_base
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, methods_in

_INERT_METACLASSES = frozenset({"abc.ABCMeta"})
_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_TYPED_DICT_KEYWORDS = frozenset({"total"})
ClassLine = Iterator[tuple[Definition, ast.ClassDef | None]]


def iter_class_line(definition: Definition, block: Block, seen: frozenset[Definition] = frozenset()) -> ClassLine:
    """A class and its bases with their nodes, nearest first; a class of a library, or an unknown one, has no node."""
    node = block.find_only(definition)
    class_node = node if isinstance(node, ast.ClassDef) else None
    yield definition, class_node
    if class_node is None or definition in seen:
        return
    names = block.names.in_file(definition.path or "")
    for base in class_node.bases:
        found = names.resolve(strip_subscript(base))
        yield from iter_class_line(found or _UNKNOWN, block, seen | {definition})


_UNKNOWN = Definition("", None, "", is_found=False)


def strip_subscript(base: ast.expr) -> ast.expr:
    """The class of a base such as `Generic[T]`."""
    return base.value if isinstance(base, ast.Subscript) else base


def find_method(
    owner: Definition,
    name: str,
    block: Block,
    *,
    is_own: bool = False,
    skipped: Collection[tuple[str, str]] = (),
) -> tuple[Definition, FunctionNode] | None:
    """The method that a class of the project defines or inherits from another (not if `is_own`), without `skipped`."""
    for definition, node in iter_class_line(owner, block):
        method = methods_in(node).get(name) if node is not None else None
        own = definition._replace(name=f"{definition.name}.{name}", qualname=f"{definition.qualname}.{name}")
        if method is not None and (own.path or "", own.qualname) not in skipped:
            return own, method
        if is_own:
            break
    return None


def find_base_effects(node: ast.ClassDef, block: Block) -> Iterator[Effect]:
    """What subclassing the bases of a class runs, and its metaclass."""
    for keyword in node.keywords:
        if not _is_inert_keyword(keyword, block):
            yield block.effect(node, f"defines the class `{node.name}` with `{keyword.arg or '**'}=…`")
    for base in node.bases:
        definition = block.names.resolve(strip_subscript(base))
        phrase = _explain_base(definition, block) if definition is not None else "could not be determined"
        if definition is not None and isinstance(base, ast.Subscript) and has_own_subscript(definition, block):
            phrase = "runs code for its subscript"
        if phrase:
            yield block.effect(node, f"defines a subclass of `{ast.unparse(base)}`, which {phrase},")


def has_own_subscript(definition: Definition, block: Block) -> bool:
    """Whether a class of the project runs code of its own when it is subscripted."""
    return find_method(definition, "__class_getitem__", block) is not None


def has_own_type_check(definition: Definition, block: Block) -> bool:
    """Whether `isinstance()` or `issubclass()` with a class may run code of the project: protocols read attributes."""
    for each, node in iter_class_line(definition, block):
        if node is None and each.name in _PROTOCOLS:
            return True
        if node is not None and "__subclasshook__" in methods_in(node):
            return True
        if node is not None and any(
            not _is_inert_keyword(keyword, _own_block(each, block)) for keyword in node.keywords
        ):
            return True
    return False


def _is_inert_keyword(keyword: ast.keyword, block: Block) -> bool:
    if keyword.arg == "metaclass":
        definition = block.names.resolve(keyword.value)
        return definition is not None and definition.name in _INERT_METACLASSES
    return keyword.arg in _TYPED_DICT_KEYWORDS and isinstance(keyword.value, ast.Constant)


def _explain_base(definition: Definition, block: Block) -> str:
    """What speaks against a base class, as the end of a sentence; empty if nothing does."""
    for each, node in iter_class_line(definition, block):
        if each.path is None:
            if not is_known_base(each.name):
                return "may register its subclasses" if each is definition else f"inherits from `{each.name}`"
            if each.name.startswith("pydantic") and not MODEL_HOOKS.isdisjoint(block.project_words):
                return "may run methods of the project for its fields"
        elif node is None:
            return "could not be determined"
        elif block.is_subclass_walked:
            return "may be found by `__subclasses__()`"
        elif "__init_subclass__" in methods_in(node):
            return "has an `__init_subclass__`"
        elif any(not _is_inert_keyword(keyword, _own_block(each, block)) for keyword in node.keywords):
            return "has a metaclass"
    return ""


def _own_block(definition: Definition, block: Block) -> Block:
    return block.enter(definition, has_plain_arguments=False)
