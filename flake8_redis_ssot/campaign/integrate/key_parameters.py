"""Which parameters of a method hold keys, told by names and types: a prefix goes on these, and on nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from enum import Enum

from flake8_redis_ssot.campaign.integrate.adapter_parameters import Parameter, Place
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.semantic.ast_queries import Function

_ONE = frozenset({"key", "channel", "src", "dst", "source", "destination"})
_SEVERAL = frozenset({"keys", "names", "channels"})
_MAPPINGS = frozenset({"mapping", "pairs", "items"})
_PATTERNS = frozenset({"pattern", "patterns", "match"})
_NO_KEYS = frozenset(
    {"value", "values", "message", "member", "members", "field", "fields", "text", "payload", "data", "default"}
    | {"ex", "px", "ttl", "seconds", "time", "timeout", "amount", "by", "start", "end", "stop", "count", "limit"}
    | {"nx", "xx", "score", "delta", "increment", "index", "offset"}
)
_NUMBERS = re.compile(r"(?:Optional\[)?(?:int|float|bool|timedelta|datetime)(?: \| (?:int|float|timedelta|None))*\]?")
_LISTS = re.compile(r"(?:list|List|tuple|Tuple|set|Set|Sequence|Iterable|Collection)\[str(?:, \.\.\.)?\]")
_DICTS = re.compile(r"(?:dict|Dict|Mapping|MutableMapping)\[str, .*\]")
# What they give back are keys, which would have the prefix in them.
_GIVE_KEYS = frozenset({"keys", "scan", "scan_iter", "scan_keys", "randomkey"})
# What they give knows of no prefix.
_GIVE_ACCESS = frozenset(
    {"client", "connection", "eval", "execute_command", "get_client", "get_connection", "pipeline", "pubsub"}
    | {"register_script", "transaction", "get_redis", "redis_client"}
)


class Key(Enum):
    """Whether what a parameter holds are keys."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
    MAPPING = "mapping"


def keys_of(method: Function, parameters: Sequence[Parameter]) -> tuple[Key, ...]:
    """What each parameter of a shared method holds. Raises Blocked where that can't be told of every one."""
    if method.name in _GIVE_KEYS or any(each.there in _PATTERNS for each in parameters):
        raise Blocked("it gives back keys, which would have the prefix in them")
    if method.name in _GIVE_ACCESS:
        raise Blocked("what it gives knows nothing of the prefix")
    names = {each.there for each in parameters}
    found = tuple(_key(each, names) for each in parameters)
    if parameters and all(key is Key.NONE for key in found):
        raise Blocked("which of its parameters are keys can't be told")
    if Key.SEVERAL in found and _DICTS.match(_text(method.returns)):
        raise Blocked("it gives back keys, which would have the prefix in them")
    return found


def _key(parameter: Parameter, names: set[str]) -> Key:
    name, text = parameter.there, _text(parameter.annotation)
    if name == "name" or (name in _ONE and not ("name" in names and name == "key")):
        return _typed(parameter, Key.ONE, text in ("", "str"))
    if name in _SEVERAL and parameter.place is not Place.REST and text == "str":
        return Key.ONE
    if name in _SEVERAL:
        is_rest = parameter.place is Place.REST and text in ("", "str")
        return _typed(parameter, Key.SEVERAL, is_rest or text == "" or bool(_LISTS.fullmatch(text)))
    if name in _MAPPINGS:
        # Beside a key it holds fields.
        fields = bool(names & (_ONE | {"name"}))
        is_mapping = fields or bool(_DICTS.fullmatch(text)) or (name == "mapping" and text == "")
        return _typed(parameter, Key.NONE if fields else Key.MAPPING, is_mapping)
    if name in _NO_KEYS or name == "key" or _NUMBERS.fullmatch(text):
        return Key.NONE  # a `key` beside a `name` is a field
    raise Blocked(f"whether `{name}` is a key can't be told")


def _typed(parameter: Parameter, key: Key, is_right: bool) -> Key:
    if not is_right:
        raise Blocked(f"`{parameter.there}: {_text(parameter.annotation)}` can't get a prefix")
    return key


def _text(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(node)
