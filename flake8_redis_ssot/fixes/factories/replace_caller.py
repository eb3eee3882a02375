"""One call of a factory as a call of the accessor: judged as if the caller made the instance itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Bring, Operation, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, Brought, Wanted, bring, written
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.factories.callers import Read
from flake8_redis_ssot.fixes.factories.factory import Factory
from flake8_redis_ssot.fixes.import_checks import check_border, check_reach, check_ring
from flake8_redis_ssot.fixes.imports.attribute_and_dynamic import anchor_of
from flake8_redis_ssot.fixes.instances.accessor import Shared, shared_for
from flake8_redis_ssot.fixes.instances.accessor_call import cut_of, without_await
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.fixes.instances.recursion import check_recursion
from flake8_redis_ssot.fixes.instances.replace_call import doubts_at
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.syntax.edits import Cut


@dataclass(frozen=True)
class Replaced:
    """What one call becomes. `named` is what its import becomes where the factory has the accessor's name."""

    operations: tuple[Operation, ...]
    doubts: tuple[Doubt, ...]
    brought: Brought
    shared: Shared
    named: tuple[Named, ...] = ()


def replaced_call(
    read: Read, call: ast.Call | None, near: Sequence[Read], factory: Factory, spot: Spot, view: View, bench: Bench
) -> Replaced:
    """The call of the accessor. Raises Blocked, Unanswered.

    `near` are all reads of the factory in the same file, `spot` is where it makes its instance, in the file of `view`.
    """
    own, sheet = bench.view(read.path, view), bench.sheet(read.path)
    here = _spot_of(read, _checked(read, call, factory, sheet), spot, factory, sheet)
    if own.exempt(spot.resource):
        raise Blocked("that file may make instances of its own")
    shared = shared_for(here, own, bench)
    check_recursion(shared, spot, view, bench)
    brought, named = _brought(read, here, shared, own, bench)
    change = _change(read, here, shared, factory, brought.text, sheet)
    doubts = (
        *doubts_at(here, shared, own, bench, apart=not factory.repeats),
        *([] if factory.repeats else _several(here, near, sheet)),
        *_other_accessor(shared, spot, own, view),
        *untracked.doubts(here, brought, own, bench),
        *(Doubt(reason) for reason in brought.reasons),
    )
    operations = tuple(each for each in (change, brought.operation) if each is not None)
    return Replaced(operations, doubts, brought, shared, named)


def _change(read: Read, here: Spot, shared: Shared, factory: Factory, text: str, sheet: Sheet) -> Replace | None:
    cut = _cut(here, shared, factory, text, sheet)
    goes = read.holder is None and text.partition(".")[0] != here.root.id  # `module.accessor` still reads `module`
    is_same = sheet.text[cut.start : cut.end] == cut.text
    return None if is_same else Replace(read.path, cut, (here.root,) if goes else ())


def _checked(read: Read, call: ast.Call | None, factory: Factory, sheet: Sheet) -> ast.Call:
    """The call, if it can be another one. Raises Blocked."""
    if call is None:
        raise Blocked("it is not called there, but handed on")
    if call.args or call.keywords:
        raise Blocked(f"it is given `{', '.join(sheet.written(each) for each in _given(call))}`")
    if factory.is_coroutine and not isinstance(sheet.references.parent(call), ast.Await):
        raise Blocked("it is not awaited there at once")
    if sheet.written(read.node) != ast.unparse(read.node):
        raise Blocked("it is written in a way that can't be changed")
    if read.holder is not None and sheet.references.variable_of(read.node) is not read.holder.variable:
        raise Blocked("a class binds the name as well")
    return call


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _spot_of(read: Read, call: ast.Call, spot: Spot, factory: Factory, sheet: Sheet) -> Spot:
    """The call as a place where an instance is made."""
    root = read.root
    if not isinstance(root, ast.Name):
        raise Blocked("the module is not reached by a name")
    name = read.node.attr if isinstance(read.node, ast.Attribute) else _imported_name(read, factory)
    return replace(
        spot,
        call=call,
        function=read.node,
        root=root,
        variable=sheet.references.variable_of(root) if sheet.references.seen(root.id, root) else None,
        anchor=_anchor(read, root, spot, sheet),
        written=f"{read.module}:{name}",
    )


def _imported_name(read: Read, factory: Factory) -> str:
    entry = read.holder.entry if read.holder is not None else None
    return factory.name if entry is None else entry.alias.name


def _anchor(read: Read, root: ast.Name, spot: Spot, sheet: Sheet) -> ast.stmt | None:
    """The import that the new one goes beside: of the name, of its module, or of what the factory makes."""
    if read.holder is None:
        return anchor_of(root, sheet)
    if read.holder.entry is not None:
        return read.holder.entry.statement
    at_top = spot.anchor is not None and sheet.references.scope_of(spot.anchor).kind == "module"
    return spot.anchor if at_top else None


def _brought(read: Read, here: Spot, shared: Shared, view: View, bench: Bench) -> tuple[Brought, tuple[Named, ...]]:
    """The name of the accessor; where the factory has the same one, its import is for the accessor from now on."""
    holder = read.holder
    if holder is None or holder.variable.name != shared.name:
        return bring(Wanted(shared.module, shared.name, here.function, here.anchor), view, bench), ()
    named = Named(written(shared.module, here.anchor, view), shared.name)
    if holder.entry is not None:
        check_reach(shared.module, holder.entry.fact, view, bench)
        return Brought(shared.name, None, holder.variable.scope), (named,)
    check_border(shared.module, view.path, bench)
    check_ring(shared.module, view.path, bench)
    operation = Bring(view.path, bench.sheet(view.path).tree, here.anchor, named)
    return Brought(shared.name, operation, holder.variable.scope), ()


def _cut(here: Spot, shared: Shared, factory: Factory, text: str, sheet: Sheet) -> Cut:
    """What changes in the text. The `await` goes where there is nothing to wait for."""
    is_coroutine = shared.result is not None and shared.result.is_coroutine
    if is_coroutine != factory.is_coroutine and is_coroutine:
        raise Blocked(f"`{shared.name}()` is a coroutine, which is not awaited here")
    if is_coroutine:
        return sheet.cut(here.function, text)
    cut = cut_of(here, shared, text, sheet)
    if not factory.is_coroutine or here.call is None:
        return cut
    around = sheet.references.parent(here.call)
    assert isinstance(around, ast.Await)  # asked for before
    return without_await(around, cut, sheet)


def _several(here: Spot, near: Iterable[Read], sheet: Sheet) -> Iterator[Doubt]:
    """Who calls it twice in one body may want two of them; `near` are all reads of the file."""
    references = sheet.references
    body = references.scope_of(references.statement_of(here.whole))
    rows = [each.row for each in near if references.scope_of(references.statement_of(each.node)) is body]
    if len(rows) > 1:
        lines = f"line{'s' * (len(set(rows)) > 1)} {', '.join(map(str, dict.fromkeys(rows)))}"
        yield Doubt(f"several are made here ({lines}), perhaps to be apart", Applicability.MANUAL)


def _other_accessor(shared: Shared, spot: Spot, own: View, view: View) -> Iterator[Doubt]:
    if own.accessor(spot.resource) != view.accessor(spot.resource):
        yield Doubt(
            f"`{shared.name}` is what is configured there, and `{view.accessor(spot.resource)}` for the factory"
        )
