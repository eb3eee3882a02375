"""A block of code that runs while a module is loaded."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.scopes import Symbol

_MAX_DEPTH = 8
# Methods by which pydantic lets classes of the project take part in making a model.
MODEL_HOOKS = frozenset({"__get_pydantic_core_schema__", "__get_pydantic_json_schema__", "__get_validators__"})
MODEL_HOOKS |= {"__modify_schema__", "__prepare_pydantic_annotations__", "__pydantic_init_subclass__"}
# With `cache_info`, code counts the calls of cached functions.
WATCHED_WORDS = MODEL_HOOKS | {"cache_info"}


class Effect(NamedTuple):
    """What a statement does besides defining names, or may do: a phrase such as "calls `f()`", and its 1-based row."""

    path: str
    row: int
    phrase: str


@dataclass(frozen=True)
class Block:
    """A block: that of a module, a class, or a function that is called.

    `self_name` is the instance under construction in a method of the class `owner`, empty elsewhere. The parameters of
    a function are plain if it has `has_plain_arguments`. `callers` are the functions that are being judged. The project
    reads `__subclasses__` of some class if `is_subclass_walked`; `project_words` are those of `WATCHED_WORDS` that it
    contains.
    """

    names: FileNames
    is_subclass_walked: bool = False
    project_words: frozenset[str] = frozenset()
    is_function: bool = False
    self_name: str = ""
    owner: Definition | None = None
    has_plain_arguments: bool = False
    callers: frozenset[tuple[str, str]] = frozenset()

    def effect(self, node: ast.AST, phrase: str) -> Effect:
        """An effect at a node of this block."""
        return Effect(self.names.path, getattr(node, "lineno", 0), phrase)

    def is_entered(self, definition: Definition) -> bool:
        """Whether a function or class is being judged already."""
        return (definition.path or "", definition.qualname) in self.callers

    @property
    def is_too_deep(self) -> bool:
        """Whether too many calls are nested to follow another."""
        return len(self.callers) >= _MAX_DEPTH

    def enter(self, definition: Definition, *, has_plain_arguments: bool) -> Block:
        """The block of a function that this block calls."""
        return replace(
            self,
            names=self.names.in_file(definition.path or ""),
            is_function=True,
            self_name="",
            owner=None,
            has_plain_arguments=has_plain_arguments,
            callers=self.callers | {(definition.path or "", definition.qualname)},
        )

    def find_only(self, definition: Definition) -> FunctionNode | ast.ClassDef | None:
        """The function or class at a definition, if its name has no other binding."""
        if definition.path is None or not definition.is_found:
            return None
        names = self.names.in_file(definition.path)
        node = names.find_node(definition)
        if node is None or "#" in definition.qualname:
            return None
        symbol = names.symbol_table.symbol_of(node)
        return node if len(symbol.bindings) == 1 and not symbol.has_inner_declaration else None

    def symbol_of(self, definition: Definition) -> tuple[Block, Symbol] | None:
        """The variable of a module at a definition, and the block that binds it."""
        if definition.path is None or not definition.is_found or "." in definition.qualname:
            return None
        block = replace(self, names=self.names.in_file(definition.path), is_function=False, self_name="", owner=None)
        table = block.names.symbol_table
        symbol = table.find_symbol(table.module_scope, definition.qualname)
        return (block, symbol) if symbol is not None else None
