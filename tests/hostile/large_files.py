"""Files that are large, or lead to much work: nested expressions, long lines, many names, many settings."""

from __future__ import annotations

from .small_project import CONFIG, USER, Files

_MANY = 100_000
_NAMES = [f"name_{number}" for number in range(_MANY)]
_PAIRS = 12


def _odd(text: str) -> Files:
    return {"app/odd.py": f"{USER}{text}\n"}


def _nest(start: str, depth: int, end: str, value: str = "RedisManager()") -> Files:
    return _odd(f"x = {start * depth}{value}{end * depth}")


def _nested_blocks(header: str, depth: int) -> Files:
    lines = [f"{'    ' * level}{header.format(level)}" for level in range(depth)]
    return _odd("\n".join([*lines, f"{'    ' * depth}RedisManager()"]))


def _star_imports() -> Files:
    """Modules that all import all names of each other, and of two below them, in which each name has two origins."""
    numbers = range(_PAIRS)
    stars = "".join(f"from app.star_{number} import *\n" for number in numbers)
    files = {f"app/star_{number}.py": f"{stars}from app.pair_0_a import *\n" for number in numbers}
    for number in numbers:
        for side in "ab":
            text = "".join(f"from app.pair_{number + 1}_{other} import *\n" for other in "ab")
            files[f"app/pair_{number}_{side}.py"] = text if number + 1 < _PAIRS else USER
    return {**files, "app/odd.py": "from app.star_0 import *\nRedisManager()\nunknown()\n"}


def _growing_aliases() -> Files:
    """Aliases of which each leads to several longer names of itself."""
    names = ("parent", "child", "RedisManager", "read")
    branches = "".join(f"elif x == {index}:\n    node = app.odd.node.{name}\n" for index, name in enumerate(names))
    grown = f"import app.odd\nfrom app.redis_manager import RedisManager\nif x:\n    node = RedisManager\n{branches}"
    return {"app/odd.py": "from app.grown import node\nnode()\nnode.RedisManager()\n", "app/grown.py": grown}


def _settings() -> Files:
    entries = "".join(f'"app.old.part_{number}" = "app.redis_manager"\n' for number in range(_MANY // 5))
    lists = "".join(
        f"{key} = [{', '.join(pattern % number for number in range(2_000))}]\n"
        for key, pattern in (("exclude", "'build_%d/**'"), ("src", "'src_%d'"))
    )
    return {"redis-ssot.toml": f"{lists}{CONFIG}{entries}"}


LARGE_FILES: dict[str, Files] = {
    "deep operators": _nest("not ", 5_000, ""),
    "deep parentheses that parse": _nest("(", 90, ")"),
    "deep calls": _nest("f(", 90, ")"),
    "deep attributes": _odd(f"x = RedisManager(){'.read' * 5_000}"),
    "deep conditions": _nest("RedisManager() if y else ", 1_000, ""),
    "deep strings": _nest('f"{', 90, '}"'),
    "deep lambdas": _nest("lambda: ", 1_000, ""),
    "long sum": _odd(f"x = {'RedisManager() + ' * 1_000}1"),
    "long sum that Python does not parse": _odd(f"x = {'RedisManager() + ' * 20_000}1"),
    "long comparison": _odd(f"x = {'RedisManager() < ' * 1_500}1"),
    "long elif": _odd("if x:\n    RedisManager()\n" + "elif x:\n    RedisManager()\n" * 900),
    "long chain of calls": _odd(f"x = RedisManager(){'.read()' * 1_000}"),
    "nested functions": _nested_blocks("def f{0}():", 90),
    "nested classes": _nested_blocks("class C{0}:", 90),
    "nested loops": _nested_blocks("for x{0} in y:", 19),
    "nested conditions": _nested_blocks("if x{0}:", 90),
    "nested handlers": _odd(
        "".join(f"{' ' * level}try:\n{' ' * level} x\n{' ' * level}except E:\n" for level in range(19))
        + " " * 19
        + "RedisManager()"
    ),
    "string of many fields": _odd(f"x = RedisManager, f'{'{a}' * 200} '"),
    "line of 5 MB": _odd(f"x = '{'a' * 5_000_000}'"),
    "line of 5 MB of words": _odd(f"x = '{'RedisManager ' * 380_000}'"),
    "line of many names": _odd(f"x = [{'RedisManager, ' * 2_000}]"),
    "comment of 5 MB": _odd(f"#{' RedisManager' * 380_000}"),
    "many exported names": _odd(f"__all__ = {_NAMES!r}"),
    "many imported names": _odd(f"from app.old.redis_manager import ({', '.join(_NAMES[:1_000])}, RedisManager as R)"),
    "many assigned names": _odd("".join(f"{name} = RedisManager\n" for name in _NAMES[:10_000])),
    "many strings": _odd(f"x = {[f'app.old.redis_manager.{name}' for name in _NAMES[:3_000]]!r}"),
    "star imports of each other": _star_imports(),
    "aliases that grow": _growing_aliases(),
    "many settings": _settings(),
}
