"""One parsed file: its bytes, text, tree and symbol table."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from flake8_redis_ssot.fixes.usage.attribute_owners import AttributeReads
from flake8_redis_ssot.model import Span, UnanalysedRange
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.syntax.edits import LineIndex, TextEdit, apply_edits, merge_edits
from flake8_redis_ssot.syntax.source import ParsedFile, decode, parse_decoded

if TYPE_CHECKING:
    from flake8_redis_ssot.syntax.notebooks.cells import CellMap

NodeT = TypeVar("NodeT", bound=ast.AST)


@dataclass(frozen=True)
class SourceDocument:
    """A file (`path`, absolute); positions of the tree refer to the decoded `text`.

    The text of a notebook is that of its code cells, including magic commands; `layout` maps it to cells.
    """

    path: str
    data: bytes
    text: str
    encoding: str
    source: ParsedFile
    layout: CellMap | None = None

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> SourceDocument:
        """Parse the bytes of a file."""
        decoded = decode(data, path)
        return cls(path, data, decoded.text, decoded.encoding, parse_decoded(decoded), decoded.cell_map)

    @property
    def tree(self) -> ast.Module:
        """The standard tree, even if the file uses newer syntax than the running Python."""
        return self.source.tree

    @property
    def unanalysed_ranges(self) -> tuple[UnanalysedRange, ...]:
        """The parts of the file that could not be parsed."""
        return self.source.unanalysed_ranges

    @cached_property
    def symbol_table(self) -> SymbolTable:
        """Scopes, bindings and reads."""
        return SymbolTable(self.tree, self.text, self.source.bound_names)

    @cached_property
    def lines(self) -> LineIndex:
        """Rows and columns of the text."""
        return LineIndex(self.text)

    def forget_indexes(self) -> None:
        """Release what can be made again from the tree and the symbol table, which other values refer to."""
        for name in [*vars(self)]:
            if name.startswith("_") or name == "imports":
                del vars(self)[name]

    @cached_property
    def _nodes_by_type(self) -> dict[type[ast.AST], list[ast.AST]]:
        nodes: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self.symbol_table.nodes:
            nodes.setdefault(type(node), []).append(node)
        return nodes

    @cached_property
    def _nodes_by_span(self) -> dict[tuple[type[ast.AST], Span], ast.expr]:
        nodes: dict[tuple[type[ast.AST], Span], ast.expr] = {}
        for kind in (ast.Call, ast.Name, ast.Attribute):
            for node in cast("list[ast.expr]", self._nodes_by_type.get(kind, [])):
                nodes.setdefault((kind, self.source.span(node)), node)
        return nodes

    @cached_property
    def imports(self) -> tuple[ast.Import | ast.ImportFrom, ...]:
        """All import statements, in source order."""
        nodes = [*self._nodes_by_type.get(ast.Import, []), *self._nodes_by_type.get(ast.ImportFrom, [])]
        statements = cast("list[ast.Import | ast.ImportFrom]", nodes)
        return tuple(sorted(statements, key=lambda node: (node.lineno, node.col_offset)))

    @cached_property
    def _imports_by_module(self) -> dict[str, list[ast.ImportFrom]]:
        statements: dict[str, list[ast.ImportFrom]] = {}
        for statement in self.find_nodes(ast.ImportFrom):
            statements.setdefault(statement.module or "", []).append(statement)
        return statements

    def imports_from(self, module: str) -> list[ast.ImportFrom]:
        """The `from` statements with that module, as it is written without its dots."""
        return self._imports_by_module.get(module, [])

    @cached_property
    def _attributes_by_name(self) -> dict[str, list[ast.Attribute]]:
        attributes: dict[str, list[ast.Attribute]] = {}
        for node in self.find_nodes(ast.Attribute):
            attributes.setdefault(node.attr, []).append(node)
        return attributes

    def find_attributes(self, name: str) -> list[ast.Attribute]:
        """The attributes of that name, read or set, in no particular order."""
        return self._attributes_by_name.get(name, [])

    @cached_property
    def _local_names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for statement in self.imports:
            for alias in statement.names:
                if alias.asname and alias.asname not in names.setdefault(alias.name, []):
                    names[alias.name].append(alias.asname)
        return names

    def local_names(self, name: str) -> list[str]:
        """The other names under which import statements bind a name, in source order."""
        return self._local_names.get(name, [])

    @cached_property
    def _imports_by_span(self) -> dict[Span, list[ast.Import | ast.ImportFrom]]:
        statements: dict[Span, list[ast.Import | ast.ImportFrom]] = {}
        for statement in self.imports:
            statements.setdefault(self.source.span(statement), []).append(statement)
        return statements

    def find_imports(self, span: Span) -> list[ast.Import | ast.ImportFrom]:
        """The import statements with exactly this span."""
        return self._imports_by_span.get(span, [])

    @cached_property
    def _aliases_by_place(self) -> dict[tuple[ast.AST, Span], list[ast.alias]]:
        aliases: dict[tuple[ast.AST, Span], list[ast.alias]] = {}
        for statement in self.imports:
            for alias in statement.names:
                aliases.setdefault((statement, self.source.span(alias)), []).append(alias)
        return aliases

    def find_aliases(self, statement: ast.Import | ast.ImportFrom, span: Span) -> list[ast.alias]:
        """The names of an import statement with exactly this span."""
        return self._aliases_by_place.get((statement, span), [])

    @cached_property
    def _attribute_reads(self) -> dict[str, AttributeReads]:
        return {}

    def attribute_reads(self, name: str) -> AttributeReads:
        """The reads of an attribute of that name."""
        if name not in self._attribute_reads:
            reads = self.symbol_table.attribute_reads.get(name, [])
            self._attribute_reads[name] = AttributeReads(reads, self.symbol_table)
        return self._attribute_reads[name]

    @cached_property
    def parameter_names(self) -> frozenset[str]:
        """The names of all function parameters: pytest finds fixtures by them."""
        return frozenset(node.arg for node in cast("list[ast.arg]", self._nodes_by_type.get(ast.arg, [])))

    @cached_property
    def _assigned_attribute_rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for node in cast("list[ast.Attribute]", self._nodes_by_type.get(ast.Attribute, [])):
            is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not is_own and not isinstance(node.ctx, ast.Load):
                rows.setdefault(node.attr, []).append(node.lineno)
        return rows

    def attribute_assignment_rows(self, name: str) -> list[int]:
        """The rows (1-based) where an attribute of that name is set or deleted on anything but `self` and `cls`."""
        return self._assigned_attribute_rows.get(name, [])

    def find_nodes(self, node_type: type[NodeT]) -> list[NodeT]:
        """All nodes of exactly that type, in no particular order."""
        return cast("list[NodeT]", self._nodes_by_type.get(node_type, []))

    @cached_property
    def _loops_by_variable(self) -> dict[str, list[ast.For | ast.AsyncFor]]:
        loops: dict[str, list[ast.For | ast.AsyncFor]] = {}
        nodes: list[ast.For | ast.AsyncFor] = [*self.find_nodes(ast.For), *self.find_nodes(ast.AsyncFor)]
        for loop in nodes:
            for name in {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}:
                loops.setdefault(name, []).append(loop)
        return loops

    def loops_over(self, variable: str) -> list[ast.For | ast.AsyncFor]:
        """The `for` statements with that loop variable, in order."""
        return sorted(self._loops_by_variable.get(variable, ()), key=lambda loop: (loop.lineno, loop.col_offset))

    @cached_property
    def _strings_by_value(self) -> dict[str, list[ast.Constant]]:
        strings: dict[str, list[ast.Constant]] = {}
        for node in self.find_nodes(ast.Constant):
            if isinstance(node.value, str):
                strings.setdefault(node.value, []).append(node)
        return strings

    def find_strings(self, value: str) -> list[ast.Constant]:
        """The string literals with that value."""
        return self._strings_by_value.get(value, [])

    @property
    def calls(self) -> list[ast.Call]:
        """All calls, in no particular order."""
        return cast("list[ast.Call]", self._nodes_by_type.get(ast.Call, []))

    @cached_property
    def _outermost_statements(self) -> list[ast.stmt]:
        return sorted(self.tree.body, key=lambda statement: statement.lineno)

    def find_outermost_row(self, row: int, kinds: tuple[type[ast.stmt], ...]) -> int:
        """The row of the module's statement around a row, if it is one of some kinds; else 0. Rows are 1-based."""
        statements = self._outermost_statements
        index = bisect_right(statements, row, key=lambda statement: statement.lineno) - 1
        is_inside = index >= 0 and row <= (statements[index].end_lineno or 0)
        return statements[index].lineno if is_inside and isinstance(statements[index], kinds) else 0

    def find_node(self, node_type: type[ast.AST], span: Span) -> ast.expr | None:
        """The call, name or attribute with exactly this span."""
        return self._nodes_by_span.get((node_type, span))

    def offsets_of(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> tuple[int, int]:
        """The start and end of a node, as character offsets (0-based, end exclusive)."""
        span = self.source.span(node)
        return self.lines.offset(span.row, span.column), self.lines.offset(span.end_row, span.end_column)

    def replace_node(self, node: ast.expr | ast.stmt | ast.alias, text: str) -> TextEdit:
        """The edit that replaces the text of a node."""
        return TextEdit(*self.offsets_of(node), text)

    def text_of(self, node: ast.expr) -> str:
        """The source text of an expression."""
        start, end = self.offsets_of(node)
        return self.text[start:end]

    def apply_edits(self, edits: Iterable[TextEdit]) -> bytes:
        """The bytes of the file after the edits. Raises OverlapError."""
        if self.layout is not None:
            # A late import: most projects have no notebooks.
            from flake8_redis_ssot.syntax.notebooks.writer import apply_to_notebook

            return apply_to_notebook(self.data, merge_edits(edits))
        if self.encoding != "utf-8-sig":
            return apply_edits(self.text, edits).encode(self.encoding)
        bom = self.data[: len(self.data) - len(self.text.encode())]
        return bom + apply_edits(self.text, edits).encode()
