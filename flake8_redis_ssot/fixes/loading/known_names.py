"""What is known to have no effect on other modules: functions, decorators and base classes of libraries."""

from __future__ import annotations

import builtins
import re
import sys

# Standard library modules that do something when they are loaded.
_ACTING_MODULES = frozenset({"antigravity", "idlelib", "readline", "rlcompleter", "sitecustomize", "this"})
_ACTING_MODULES |= {"site", "test", "turtledemo", "usercustomize"}

# Functions that convert or measure values without other effects; they may run methods of their arguments.
_CONVERSIONS = (
    *("abs", "all", "any", "ascii", "bool", "bytearray", "bytes", "chr", "complex", "dict", "divmod", "enumerate"),
    *("float", "format", "frozenset", "hash", "hex", "int", "iter", "len", "list", "max", "min", "oct", "ord", "pow"),
    *("range", "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "zip"),
)
CONVERSIONS = frozenset(f"builtins.{name}" for name in _CONVERSIONS) | {"copy.copy", "copy.deepcopy"}
_BUILTIN_CALLS = ("callable", "classmethod", "id", "isinstance", "issubclass", "object", "property", "staticmethod")
_MODULE_CALLS = {
    "asyncio": ("Condition", "Event", "Lock", "LifoQueue", "PriorityQueue", "Queue", "Semaphore"),
    "collections": ("ChainMap", "Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"),
    "contextvars": ("ContextVar",),
    "dataclasses": ("field",),
    "datetime": ("date", "datetime", "datetime.now", "datetime.utcnow", "time", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "enum": ("auto", "Enum", "Flag", "IntEnum", "IntFlag", "StrEnum"),
    "fractions": ("Fraction",),
    "functools": ("lru_cache", "partial", "wraps"),
    "importlib.metadata": ("version",),
    "logging": ("getLogger", "NullHandler", "Formatter"),
    "operator": ("attrgetter", "itemgetter", "methodcaller"),
    "os": ("cpu_count", "environ.get", "getcwd", "getenv", "getpid"),
    "os.path": ("abspath", "basename", "dirname", "exists", "expanduser", "isdir", "isfile", "join", "normpath"),
    "pathlib": ("Path", "Path.cwd", "Path.home", "PurePath", "PurePosixPath", "PureWindowsPath"),
    "platform": ("machine", "node", "python_version", "release", "system"),
    "posixpath": ("abspath", "basename", "dirname", "join"),
    "queue": ("LifoQueue", "PriorityQueue", "Queue", "SimpleQueue"),
    "re": ("compile", "escape"),
    "socket": ("gethostname",),
    "string": ("Template",),
    "struct": ("Struct",),
    "threading": ("BoundedSemaphore", "Condition", "Event", "Lock", "RLock", "Semaphore", "local"),
    "time": ("monotonic", "perf_counter", "time"),
    "types": ("MappingProxyType", "SimpleNamespace"),
    "typing": ("NamedTuple", "NewType", "ParamSpec", "TypeVar", "TypeVarTuple", "TypedDict", "TypeAliasType", "cast"),
    "unittest.mock": ("AsyncMock", "MagicMock", "Mock"),
    "uuid": ("UUID",),
    "weakref": ("WeakKeyDictionary", "WeakSet", "WeakValueDictionary"),
    "pydantic": ("ConfigDict", "Field", "PrivateAttr"),
    "pytest": ("fixture", "param"),
}
_CALLS = frozenset(f"{module}.{name}" for module, names in _MODULE_CALLS.items() for name in names)
_CALLS |= {f"builtins.{name}" for name in _BUILTIN_CALLS}
# Clients and pools of redis-py connect at their first command; `pytest.mark` and `sentinel` make labels.
_CALL_PATTERNS = re.compile(
    r"redis(\.(asyncio|client|connection|asyncio\.client|asyncio\.connection))?"
    r"\.(Redis|StrictRedis|ConnectionPool|BlockingConnectionPool)(\.from_url)?"
    r"|redis(\.asyncio)?\.from_url|pytest\.mark\.\w+"
)
_DECORATORS = frozenset(
    {
        *("abc.abstractmethod", "builtins.classmethod", "builtins.property", "builtins.staticmethod"),
        *("contextlib.asynccontextmanager", "contextlib.contextmanager", "dataclasses.dataclass"),
        *("enum.unique", "enum.verify", "functools.cache", "functools.cached_property", "functools.lru_cache"),
        *("functools.singledispatch", "functools.total_ordering", "functools.wraps", "pytest.fixture"),
        *("typing.dataclass_transform", "typing.final", "typing.no_type_check", "typing.overload", "typing.override"),
        *("typing.runtime_checkable", "typing.deprecated", "warnings.deprecated", "deprecated.deprecated"),
        *("attr.define", "attr.dataclass", "attr.frozen", "attr.s", "attrs.define", "attrs.frozen"),
        *("unittest.skip", "unittest.skipIf", "unittest.skipUnless", "unittest.expectedFailure"),
    }
)
_DECORATOR_PATTERNS = re.compile(r"pytest\.mark\.\w+")
_LIBRARY_BASES = frozenset(
    {
        "pydantic.BaseModel",
        "pydantic.BaseSettings",
        "pydantic_settings.BaseSettings",
        "redis.Redis",
        "redis.StrictRedis",
    }
)
_LIBRARY_BASES |= {"redis.asyncio.Redis", "redis.ConnectionPool", "redis.asyncio.ConnectionPool"}
_LIBRARY_BASES |= {f"redis.exceptions.{name}" for name in ("RedisError", "ConnectionError", "TimeoutError")}
_CONSTRUCTIBLE_BASES = frozenset(
    {"abc.ABC", "enum.Enum", "threading.local", "typing.Generic", "typing.NamedTuple", "typing.Protocol"}
)
# Those of `logging` are none: they configure the root logger, unless it has handlers.
REPORTING_CALLS = frozenset({"warnings.warn", "warnings.warn_explicit"})
# What these make records how it is used, adds the keys that are read from it, or sets flags of a context.
_CHANGED_BY_USE = frozenset({"collections.defaultdict", "decimal.Decimal"})
_CHANGED_BY_USE |= {f"unittest.mock.{name}" for name in _MODULE_CALLS["unittest.mock"]}
# The flags of regular expressions but `DEBUG`, which prints.
_PATTERN_FLAGS = frozenset(
    {"A", "ASCII", "I", "IGNORECASE", "L", "LOCALE", "M", "MULTILINE", "NOFLAG", "S", "DOTALL", "U", "UNICODE"}
    | {"VERBOSE", "X"}
)
# They load a module that they are told the name or path of.
LOADING_FUNCTIONS = frozenset({"__import__", "import_module", "reload", "run_module", "run_path"})
LOG_METHODS = frozenset({"critical", "debug", "error", "exception", "info", "log", "warning"})
# Methods of strings, paths, dictionaries and other plain values that change nothing.
PLAIN_METHODS = frozenset(
    {
        *("absolute", "as_posix", "bit_length", "casefold", "copy", "count", "decode", "encode", "endswith", "exists"),
        *("expanduser", "find", "format", "get", "getChild", "group", "index", "is_dir", "is_file", "isdigit", "items"),
        *(
            "isidentifier",
            "isoformat",
            "join",
            "joinpath",
            "keys",
            "lower",
            "lstrip",
            "match",
            "partition",
            "read_text",
        ),
        *("relative_to", "removeprefix", "removesuffix", "replace", "resolve", "rpartition", "rsplit", "rstrip"),
        *("search", "split", "splitlines", "startswith", "strip", "title", "union", "upper", "values"),
        *("with_name", "with_suffix", "zfill", "difference", "intersection", "total_seconds", "timestamp"),
    }
)


def is_standard_module(name: str) -> bool:
    """Whether a module (dotted) is of the standard library."""
    return name.partition(".")[0] in sys.stdlib_module_names


def is_inert_module(name: str) -> bool:
    """Whether a module (dotted) of the standard library does nothing else when it is loaded."""
    return is_standard_module(name) and name.partition(".")[0] not in _ACTING_MODULES


def is_plain_name(name: str) -> bool:
    """Whether a dotted name of a library is a value of the standard library, such as `sys.version_info`."""
    return is_standard_module(name) and "." in name


def is_known_call(name: str) -> bool:
    """Whether a call of something (dotted) of a library has no effect on other modules."""
    return name in _CALLS or bool(_CALL_PATTERNS.fullmatch(name)) or _is_exception(name)


def makes_plain_value(name: str) -> bool:
    """Whether what a call of something (dotted) of a library returns is a plain value, which no use changes."""
    return (is_known_call(name) or name in CONVERSIONS) and name not in _CHANGED_BY_USE


def is_quiet_flag(name: str) -> bool:
    """Whether a dotted name is a flag of regular expressions that prints nothing."""
    module, _, flag = name.rpartition(".")
    return module in ("re", "re.RegexFlag") and flag in _PATTERN_FLAGS


def is_known_decorator(name: str) -> bool:
    """Whether a decorator (dotted) of a library does not register what it decorates."""
    return name in _DECORATORS or bool(_DECORATOR_PATTERNS.fullmatch(name))


def is_known_base(name: str) -> bool:
    """Whether a class of a library does nothing when it is subclassed."""
    return is_standard_module(name) or name in _LIBRARY_BASES


def is_constructible_base(name: str) -> bool:
    """Whether the constructor of a class of a library, which a class inherits, does nothing else."""
    return name in _CONSTRUCTIBLE_BASES or _is_exception(name) or name in CONVERSIONS or name == "builtins.object"


def _is_exception(name: str) -> bool:
    value = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
    return isinstance(value, type) and issubclass(value, BaseException)
