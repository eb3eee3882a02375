"""Compares the bodies of two methods of classes that hold a client."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from itertools import zip_longest

from flake8_redis_ssot.fixes.duplicates.client_class import ClientClass, UnrecognisedError
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

_MAX_LENGTH = 70
# Commands that read or change what the server keeps, and nothing of the client.
_COMMANDS = frozenset(
    {
        *("get", "set", "setex", "psetex", "setnx", "getset", "getdel", "getex", "mget", "mset", "msetnx", "append"),
        *("strlen", "getrange", "setrange", "incr", "incrby", "incrbyfloat", "decr", "decrby", "delete", "unlink"),
        *(
            "exists",
            "expire",
            "pexpire",
            "expireat",
            "pexpireat",
            "persist",
            "ttl",
            "pttl",
            "type",
            "rename",
            "renamenx",
        ),
        *("touch", "keys", "scan", "dbsize", "ping", "echo", "time", "publish"),
        *("hget", "hset", "hsetnx", "hmget", "hmset", "hgetall", "hdel", "hexists", "hincrby", "hincrbyfloat", "hkeys"),
        *("hlen", "hvals", "hscan", "hstrlen"),
        *("lpush", "rpush", "lpushx", "rpushx", "lpop", "rpop", "llen", "lrange", "lindex", "lset", "lrem", "ltrim"),
        *("linsert", "lmove", "rpoplpush"),
        *("sadd", "srem", "smembers", "sismember", "smismember", "scard", "spop", "srandmember", "smove", "sinter"),
        *("sunion", "sdiff", "sinterstore", "sunionstore", "sdiffstore", "sscan"),
        *("zadd", "zrem", "zscore", "zrank", "zrevrank", "zrange", "zrevrange", "zrangebyscore", "zrevrangebyscore"),
        *("zcard", "zcount", "zincrby", "zpopmin", "zpopmax", "zremrangebyrank", "zremrangebyscore", "zscan"),
        *("pfadd", "pfcount", "pfmerge", "setbit", "getbit", "bitcount", "xadd", "xlen", "xrange", "xrevrange", "xdel"),
        *("geoadd", "geodist", "geopos", "flushdb", "flushall", "pipeline"),
    }
)
# They have variables of their own, or bind names elsewhere.
_UNKNOWN_NODES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Global, ast.Nonlocal),
    *(ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def find_difference(
    own: ClientClass,
    shared: ClientClass,
    own_method: FunctionNode,
    shared_method: FunctionNode,
    names: Mapping[str, str],
) -> str:
    """What a method does that the shared one does not, as a clause; empty if both do the same.

    `names` maps parameters of `own_method` to those of `shared_method`. Raises UnrecognisedError.
    """
    _check_signature(own_method)
    _check_signature(shared_method)
    if isinstance(own_method, ast.AsyncFunctionDef) != isinstance(shared_method, ast.AsyncFunctionDef):
        return "only one of the two is a coroutine function"
    own_body, shared_body = _body_of(own_method), _body_of(shared_method)
    own_words = _Normaliser(own, own_method, names)
    shared_words = _Normaliser(shared, shared_method, {name: name for name in names.values()})
    for own_statement, shared_statement in zip_longest(own_body, shared_body):
        own_text = own_words.describe(own_statement) if own_statement is not None else ""
        shared_text = shared_words.describe(shared_statement) if shared_statement is not None else ""
        if own_text != shared_text:
            return f"it runs {_quote(own_statement)}, and the shared method {_quote(shared_statement)}"
    return ""


def _check_signature(method: FunctionNode) -> None:
    """Raise UnrecognisedError for a decorator, and for a default that is no constant."""
    arguments = method.args
    for default in (*method.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults)):
        if default in method.decorator_list or not isinstance(default, ast.Constant):
            text = f"`{ast.unparse(default)}` (line {default.lineno})"
            raise UnrecognisedError(f"its decorator or default {text} is not recognised")


def _body_of(method: FunctionNode) -> list[ast.stmt]:
    return method.body[1:] if ast.get_docstring(method, clean=False) is not None else method.body


def _quote(statement: ast.stmt | None) -> str:
    if statement is None:
        return "nothing more"
    line, _, rest = ast.unparse(statement).partition("\n")
    text = line if len(line) <= _MAX_LENGTH and not rest else f"{line[:_MAX_LENGTH]} …"
    return f"`{text}` (line {statement.lineno})"


class _Normaliser:
    """Describes statements so that equal descriptions mean equal behaviour; `names` are the names of parameters."""

    def __init__(self, owner: ClientClass, method: FunctionNode, names: Mapping[str, str]) -> None:
        self._owner = owner
        arguments = method.args
        positional = [*arguments.posonlyargs, *arguments.args]
        self._self_name = positional[0].arg if positional else ""
        defaults = dict(zip([each.arg for each in reversed(positional)], reversed(arguments.defaults)))
        keyword_defaults = zip(arguments.kwonlyargs, arguments.kw_defaults)
        defaults |= {each.arg: value for each, value in keyword_defaults if value is not None}
        self._names = {name: f"parameter {other}" for name, other in names.items()}
        # No caller passes the others.
        self._names |= {
            name: ast.dump(value)
            for name, value in defaults.items()
            if name not in names and isinstance(value, ast.Constant)
        }
        stored = [
            each.id for each in ast.walk(method) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        ]
        local_names = [name for name in dict.fromkeys(stored) if name not in self._names]
        self._names |= {name: f"local {index}" for index, name in enumerate(local_names)}
        self._stored_parameters = set(stored) - set(local_names)

    def describe(self, node: ast.AST) -> str:
        """The description of a node. Raises UnrecognisedError."""
        if isinstance(node, _UNKNOWN_NODES) or not hasattr(node, "_fields"):
            raise self._unrecognised(node)
        if isinstance(node, ast.Name):
            return self._describe_name(node)
        if isinstance(node, ast.Attribute) and self._is_field(node):
            return self._describe_field(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and self._is_field(node.value):
            return self._describe_command(node, node.value)
        parts = (f"{name}={self._describe_value(value)}" for name, value in ast.iter_fields(node) if name != "ctx")
        return f"{type(node).__name__}({', '.join(parts)})"

    def _describe_value(self, value: object) -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(self._describe_value, value))}]"
        return self.describe(value) if isinstance(value, ast.AST) else repr(value)

    def _describe_name(self, node: ast.Name) -> str:
        if node.id in self._stored_parameters or node.id == self._self_name:
            raise self._unrecognised(node)
        if node.id in self._names:
            return self._names[node.id]
        definition = self._owner.names.resolve(node)
        if definition is None or (definition.path is None and not self._is_import_or_builtin(definition.name)):
            raise self._unrecognised(node)
        return f"{definition.path}:{definition.qualname or definition.name}"

    def _is_import_or_builtin(self, name: str) -> bool:
        return not name.startswith("builtins.") or hasattr(builtins, name.partition(".")[2])

    def _is_field(self, node: ast.Attribute) -> bool:
        return isinstance(node.value, ast.Name) and node.value.id == self._self_name

    def _describe_field(self, node: ast.Attribute) -> str:
        is_constant = node.attr in self._owner.fields and node.attr not in self._owner.clients
        if not is_constant or not isinstance(node.ctx, ast.Load):
            raise self._unrecognised(node)
        return f"field {self._owner.fields[node.attr]}"

    def _describe_command(self, node: ast.Attribute, field: ast.Attribute) -> str:
        """A command of a client; what else a client has may change it for its other users."""
        if field.attr not in self._owner.clients or node.attr not in _COMMANDS or not isinstance(node.ctx, ast.Load):
            raise self._unrecognised(node)
        return f"{self._owner.clients[field.attr]}.{node.attr}"

    def _unrecognised(self, node: ast.AST) -> UnrecognisedError:
        row, text = getattr(node, "lineno", self._owner.node.lineno), ast.unparse(node).partition("\n")[0]
        return UnrecognisedError(f"it uses `{text[:_MAX_LENGTH]}` (line {row}), which is not recognised")
