"""RSS001 for `package.old.name` and `import_module("old")`, which no import statement names."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft, Operation, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import ImportRequest, NotFixableError, ensure_import
from flake8_redis_ssot.fixes.import_checks import check_importable
from flake8_redis_ssot.fixes.imports.import_node import is_import_tested
from flake8_redis_ssot.fixes.imports.relocation import Relocation, find_replacement_module, resolve_relocation
from flake8_redis_ssot.fixes.imports.try_imports import is_in_try
from flake8_redis_ssot.fixes.usage.file_follower import collect_uses
from flake8_redis_ssot.fixes.usage.observations import Discarded, Escape, MemberUse, ModuleVariable, StoredAttribute
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import root_of
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import
from flake8_redis_ssot.syntax.string_literals import edit_string


def redirect_attribute(
    access: AttributeAccess, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> tuple[FixDraft, list[Relocation]]:
    """Replace the attribute by a name that is imported from the new module. Raises NotFixableError."""
    document = context.document(file.path)
    node = document.find_node(ast.Attribute, access.span)
    parent = document.symbol_table.parent(node) if node is not None else None
    replaced_node = node if deprecated.is_symbol else parent
    if not isinstance(replaced_node, ast.Attribute) or not isinstance(replaced_node.ctx, ast.Load):
        raise NotFixableError("the module itself is passed on")
    root = root_of(replaced_node)
    if not isinstance(root, ast.Name):
        raise NotFixableError("the module is not reached by a name")
    module = _resolve_module(access, deprecated, file)
    relocation = resolve_relocation(deprecated, module, replaced_node.attr, file, context)
    path = context.resolver.path_of(module, file.path)
    if path is not None and context.references.find_patches(path, replaced_node.attr):
        raise NotFixableError(f"a patch of `{module}.{replaced_node.attr}` replaces it")
    if "#" in document.text_of(replaced_node):
        raise NotFixableError("a comment stands within the name")
    anchor = find_anchor_import(root, document)
    ensured_import = ensure_import(
        ImportRequest(relocation.new_module, relocation.new_name, replaced_node, anchor), file, context
    )
    operations: list[Operation] = [
        ReplaceText(file.path, document.replace_node(replaced_node, ensured_import.text), (root,))
    ]
    operations += filter(None, [ensured_import.operation])
    return FixDraft(f"Use `{relocation.new_module}.{relocation.new_name}`", tuple(operations)).with_reasons(
        [*relocation.reasons, *ensured_import.reasons]
    ), [relocation]


def find_anchor_fact(access: AttributeAccess, file: FileContext, context: FixContext) -> Import | None:
    """The import that binds the first name of an attribute access, and is removed with its last read; None if unknown.

    Its origin is the module that the access reads from, or where both run together the module that it reads, which must
    be loaded then. Raises NotFixableError.
    """
    document = context.document(file.path)
    node = document.find_node(ast.Attribute, access.span)
    root = root_of(node) if node is not None else None
    statement = find_anchor_import(root, document) if isinstance(root, ast.Name) else None
    if statement is None:
        return None
    is_local = document.symbol_table.scope_of(statement).kind == "function"
    module = next((each.name for each in file.resolve([access.base]) if each.is_module), access.base)
    if (is_local or not access.function) and file.resolver.path_of(f"{module}.{access.attribute}", file.path):
        module = f"{module}.{access.attribute}"
    span = document.source.span(statement)
    function = access.function if is_local else ""
    return Import(
        statement=span,
        span=span,
        origin=module,
        is_dynamic=False,
        is_star=False,
        is_typing_only=False,
        is_local=is_local,
        function=function,
    )


def find_anchor_import(root: ast.Name, document: SourceDocument) -> ast.stmt | None:
    """The import that binds the root name, if any. Raises NotFixableError if it may fail or is ambiguous."""
    symbol = document.symbol_table.symbol_of(root) if document.symbol_table.lookup(root.id, root) else None
    if symbol is None or not isinstance(symbol.bindings[0].node, ast.alias):
        return None
    statements = [binding.statement for binding in symbol.bindings]
    if not all(isinstance(statement, ast.Import) for statement in statements) and len(statements) > 1:
        raise NotFixableError(f"`{root.id}` has more than one binding")
    if any(is_in_try(statement, document) for statement in statements):
        raise NotFixableError(f"`{root.id}` is imported in a `try`, and may not be there")
    return statements[0]


def _resolve_module(access: AttributeAccess, deprecated: DeprecatedName, file: FileContext) -> str:
    for definition in file.resolve([access.base]):
        if definition.is_module:
            return definition.name if deprecated.is_symbol else f"{definition.name}.{access.attribute}"
        if not definition.is_found and definition.path is None:
            return f"{definition.name}.{access.attribute}"
    raise NotFixableError("the module is not reached by a name")


def replace_dynamic_import(
    fact: Import, old: DeprecatedName, file: FileContext, context: FixContext
) -> tuple[FixDraft, list[Relocation]]:
    """The same import of the new module, which must define all names that are read. Raises NotFixableError."""
    document = context.document(file.path)
    call = document.find_node(ast.Call, fact.span)
    argument = _name_argument(call)
    module = fact.origin.partition(":")[0]
    if call is None or argument is None or fact.origin.partition(":")[2] or _is_dunder_import(call):
        raise NotFixableError("the syntax that names the module is not supported by this fix")
    if is_import_tested(call, document):
        raise NotFixableError("this test is about the import itself")
    module_name = file.resolver.module_name(module, file.path)
    target = find_replacement_module(old, module_name, file)
    check_importable(target, fact, file, context)
    text_edits = edit_string(document.text, *document.offsets_of(argument), module, target)
    if not text_edits:
        raise NotFixableError("the module's name is composed in a way that this fix does not support")
    uses = collect_uses(call, document)
    member_uses = uses.of_type(MemberUse)
    if any(member_use.kind == "set" for member_use in member_uses):
        raise NotFixableError("an attribute of the deprecated module is set")
    moves = [resolve_relocation(old, module_name, member_use.name, file, context) for member_use in member_uses]
    draft = FixDraft(f"Import `{target}`", tuple(ReplaceText(file.path, text_edit) for text_edit in text_edits))
    reasons = [f"line {escape.row}: the module {escape.phrase}" for escape in uses.of_type(Escape)]
    reasons += [
        f"`{name}` refers to the module and may be read elsewhere"
        for name, *_ in (*uses.of_type(StoredAttribute), *uses.of_type(ModuleVariable))
    ]
    reasons += [reason for move in moves for reason in move.reasons]
    if uses.of_type(Discarded):
        reasons.append("the deprecated module is imported for its side effects")
    return draft.with_reasons(reasons), moves


def _name_argument(call: ast.expr | None) -> ast.expr | None:
    if not isinstance(call, ast.Call):
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
    return next(iter([*call.args[:1], *named]), None)


def _is_dunder_import(call: ast.expr) -> bool:
    """`__import__("a.b")` returns `a`, or `a.b` with a list of names."""
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "__import__"
