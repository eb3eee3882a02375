"""What a class of the project offers: its members, own and inherited, and what its constructor takes."""

from __future__ import annotations

from flake8_redis_ssot.accessors.naming import Load
from flake8_redis_ssot.accessors.site import NUMBER
from flake8_redis_ssot.interface.body import lineage
from flake8_redis_ssot.interface.constructor import constructor_of
from flake8_redis_ssot.interface.members import Interface, Kind, Member
from flake8_redis_ssot.project import Project

__all__ = ["Interface", "Kind", "Member", "interface_of"]


def interface_of(path: str, local: str, load: Load, project: Project) -> Interface | None:
    """What the class with this local name in a file offers; None where there is no such class."""
    line = lineage(path, local, load, project, ())
    # A base that is reached on two ways comes after all that derive from it.
    later = [{id(part.node) for part in line[place + 1 :] if part.node} for place in range(len(line))]
    parts = [part for part, further in zip(line, later) if id(part.node) not in further]
    if not parts:
        return None
    members: dict[str, Member] = {}
    for part in reversed(parts):
        members |= part.members
    return Interface(
        f"{project.modules.name_of(path)}.{NUMBER.sub('', local)}",
        members,
        any(part.open or part.opaque for part in parts),
        any(member.kind is Kind.COROUTINE and not name.startswith("_") for name, member in members.items()),
        constructor_of(parts),
    )
