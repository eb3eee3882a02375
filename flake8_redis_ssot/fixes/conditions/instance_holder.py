"""Sharing changes nothing: what is done with the instance is known, and so is everybody who has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.loading.block import Block
from flake8_redis_ssot.fixes.loading.classes import has_own_type_check
from flake8_redis_ssot.fixes.sharing.holders import find_holder_reasons
from flake8_redis_ssot.fixes.sharing.shared_class import NotRecognisedError
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.usage.observations import MemberUse, ModuleVariable, Returned, StoredAttribute, TypeCheck

CONDITION = Condition(
    "instance-holder",
    "The instance is only used to call its methods, wherever it is stored.",
    shapes=(
        "a method is called on it directly",
        "a local variable, a parameter with such a default, the parameter of a function of the project that it is "
        "passed to, or that of the `__init__` of a class without decorators, keywords, `__new__` and bases from "
        "elsewhere holds it, and is used for such calls or tested for None alone; the function, or the class and its "
        "`__init__`, is bound exactly once, has no decorator, and no code sets or patches it; no file reads such "
        "defaults from the function (`__defaults__`, `inspect.signature()`)",
        "`isinstance()` asks whether it is of a class that is neither a protocol nor has a metaclass or "
        "`__subclasshook__` of the project",
        "an attribute of `self` holds it, in a class without decorators, keywords, or bases from elsewhere (nor have "
        "its bases and subclasses any); they have no special methods that see attributes, and bind the name to "
        "nothing but None; every read of an attribute of that name in any file is such a call, or of an object of "
        "another class, which is no base of a subclass either",
        "a module-level variable holds it, or a function returns it, that no other file reads",
        "for attributes, variables and functions: no file reads them by a string (`getattr`, a field of a format such "
        "as `{0.name}`) or without naming them (`vars`, computed names, copies, pickles) from an object that may have "
        "them",
    ),
)


def find_doubts(study: SharingStudy) -> Iterator[Doubt]:
    """What is done with the instance that is no call of a method, and who else may have it."""
    yield from map(Doubt, _find_type_checks(study))
    if study.is_known_client:
        yield from map(Doubt, _find_client_holders(study))
        return
    try:
        reasons = [*_find_member_reasons(study), *find_holder_reasons(study)]
    except NotRecognisedError as error:
        reasons = [str(error)]
    yield from map(Doubt, dict.fromkeys(reasons))


def _find_type_checks(study: SharingStudy) -> Iterator[str]:
    """`isinstance()` with classes that may look at the attributes of the instance."""
    for check in study.uses.of_type(TypeCheck):
        block = Block(study.context.names(check.path))
        classes = check.classes.elts if isinstance(check.classes, ast.Tuple) else [check.classes]
        definitions = [block.names.resolve(each) for each in classes]
        if any(each is None or has_own_type_check(each, block) for each in definitions):
            text = ast.unparse(check.classes)
            yield f"line {check.row}: `isinstance()` with `{text}` may look at the attributes of the instance"


def _find_client_holders(study: SharingStudy) -> Iterator[str]:
    """What keeps a client of which only commands may be called, so that others may do more with it."""
    attributes = [f"`{each.name}`" for each in study.uses.of_type(StoredAttribute)]
    variables = [f"`{each.name}`" for each in study.uses.of_type(ModuleVariable)]
    functions = [f"`{getattr(each.function, 'name', 'lambda')}()`" for each in study.uses.of_type(Returned)]
    for holder in dict.fromkeys((*attributes, *variables, *functions)):
        yield f"what all readers of {holder} do with the client could not be determined"


def _find_member_reasons(study: SharingStudy) -> Iterator[str]:
    for use in study.uses.of_type(MemberUse) if study.is_class_sharable else ():
        method = study.shared_class.find_method(use.name) if use.kind == "read" else None
        if method is not None and not method.is_property:
            yield f"line {use.row}: its method `{use.name}` is not called but passed on"
