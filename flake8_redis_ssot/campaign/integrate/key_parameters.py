"""Which parameters of a method hold keys, by names and types: only these get the prefix."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from enum import Enum

from flake8_redis_ssot.campaign.integrate.adapter_parameters import AdapterParameter, ParameterKind
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

_KEY_NAMES = frozenset({"key", "channel", "src", "dst", "source", "destination"})
_KEY_LIST_NAMES = frozenset({"keys", "names", "channels"})
_MAPPING_NAMES = frozenset({"mapping", "pairs", "items"})
_PATTERN_NAMES = frozenset({"pattern", "patterns", "match"})
_NON_KEY_NAMES = frozenset(
    {"value", "values", "message", "member", "members", "field", "fields", "text", "payload", "data", "default"}
    | {"ex", "px", "ttl", "seconds", "time", "timeout", "amount", "by", "start", "end", "stop", "count", "limit"}
    | {"nx", "xx", "score", "delta", "increment", "index", "offset"}
)
_NUMBER_TYPES = re.compile(
    r"(?:Optional\[)?(?:int|float|bool|timedelta|datetime)(?: \| (?:int|float|timedelta|None))*\]?"
)
_STRING_LIST_TYPES = re.compile(r"(?:list|List|tuple|Tuple|set|Set|Sequence|Iterable|Collection)\[str(?:, \.\.\.)?\]")
_STRING_DICT_TYPES = re.compile(r"(?:dict|Dict|Mapping|MutableMapping)\[str, .*\]")
# They return keys, which would include the prefix.
_METHODS_RETURNING_KEYS = frozenset({"keys", "scan", "scan_iter", "scan_keys", "randomkey"})
# They return objects that do not add the prefix.
_METHODS_RETURNING_CLIENTS = frozenset(
    {"client", "connection", "eval", "execute_command", "get_client", "get_connection", "pipeline", "pubsub"}
    | {"register_script", "transaction", "get_redis", "redis_client"}
)


class KeyKind(Enum):
    """Whether a parameter holds keys."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
    MAPPING = "mapping"


def classify_parameters(method: FunctionNode, parameters: Sequence[AdapterParameter]) -> tuple[KeyKind, ...]:
    """What each parameter of a shared method holds. Raises NotFixableError if that is not clear for every one."""
    if method.name in _METHODS_RETURNING_KEYS or any(each.shared_name in _PATTERN_NAMES for each in parameters):
        raise NotFixableError("it returns keys, which would include the prefix")
    if method.name in _METHODS_RETURNING_CLIENTS:
        raise NotFixableError("its result does not account for the prefix")
    names = {each.shared_name for each in parameters}
    kinds = tuple(_key_kind(each, names) for each in parameters)
    if parameters and all(key is KeyKind.NONE for key in kinds):
        raise NotFixableError("which of its parameters are keys could not be determined")
    if KeyKind.SEVERAL in kinds and _STRING_DICT_TYPES.match(_annotation_text(method.returns)):
        raise NotFixableError("it returns keys, which would include the prefix")
    return kinds


def _key_kind(parameter: AdapterParameter, names: set[str]) -> KeyKind:
    name, annotation = parameter.shared_name, _annotation_text(parameter.annotation)
    if name == "name" or (name in _KEY_NAMES and not ("name" in names and name == "key")):
        return _require_type(parameter, KeyKind.ONE, annotation in ("", "str"))
    if name in _KEY_LIST_NAMES and parameter.kind is not ParameterKind.VAR_POSITIONAL and annotation == "str":
        return KeyKind.ONE
    if name in _KEY_LIST_NAMES:
        is_list = annotation == "" or bool(_STRING_LIST_TYPES.fullmatch(annotation))
        is_var_positional = parameter.kind is ParameterKind.VAR_POSITIONAL and annotation == "str"
        return _require_type(parameter, KeyKind.SEVERAL, is_list or is_var_positional)
    if name in _MAPPING_NAMES:
        # With a key it holds fields.
        if names & (_KEY_NAMES | {"name"}):
            return KeyKind.NONE
        is_mapping = bool(_STRING_DICT_TYPES.fullmatch(annotation)) or (name == "mapping" and annotation == "")
        return _require_type(parameter, KeyKind.MAPPING, is_mapping)
    if name in _NON_KEY_NAMES or name == "key" or _NUMBER_TYPES.fullmatch(annotation):
        return KeyKind.NONE  # a `key` next to a `name` is a field
    raise NotFixableError(f"whether `{name}` is a key could not be determined")


def _require_type(parameter: AdapterParameter, key: KeyKind, is_allowed: bool) -> KeyKind:
    if not is_allowed:
        raise NotFixableError(f"`{parameter.shared_name}: {_annotation_text(parameter.annotation)}` can't be prefixed")
    return key


def _annotation_text(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(node)
