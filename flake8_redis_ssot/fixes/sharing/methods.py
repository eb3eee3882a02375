"""What methods do with their instance, followed into the methods that they call on `self`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_redis_ssot.fixes.sharing.attributes import AttributeCheck
from flake8_redis_ssot.fixes.sharing.constructor import InitialState
from flake8_redis_ssot.fixes.sharing.method_body import BodyCheck
from flake8_redis_ssot.fixes.sharing.shared_class import Method, NotRecognisedError, SharedClass
from flake8_redis_ssot.fixes.sharing.values import Kind


class UsedMember(NamedTuple):
    """A member that is used; `is_for_commands`: what it holds receives nothing but commands for a server."""

    name: str
    is_for_commands: bool


def has_member(name: str, shared_class: SharedClass, state: InitialState) -> bool:
    """Whether instances of a class, which are `state` at first, have a member."""
    return name in state.kinds or shared_class.find_method(name) is not None


@dataclass
class MethodCheck(AttributeCheck):
    """Checks methods of one class, each once, and the attributes that they use; `methods` are the checked ones.

    `reasons` say why the members that were checked do not bear sharing.
    """

    methods: set[str] = field(default_factory=set)
    reasons: tuple[str, ...] = ()
    _results: dict[tuple[str, str], bool] = field(default_factory=dict)

    def check_members(self, members: Iterable[UsedMember]) -> None:
        """Check members in use, and collect the reasons."""
        reasons = []
        for member in members:
            try:
                self._check_member(member)
            except NotRecognisedError as error:
                reasons.append(str(error))
        self.reasons = tuple(dict.fromkeys(reasons))

    def _check_member(self, member: UsedMember) -> None:
        if not has_member(member.name, self.shared_class, self.state):
            self.check_missing(member.name)  # it fails before the fix and after it, unless something sets it
        elif member.is_for_commands and self.state.kinds.get(member.name) is Kind.CLIENT:
            self.stable_kind(member.name, "the code here")
        else:
            self.check(member.name)

    def check(self, name: str) -> None:
        """Check a method, or the getter of a property. Raises NotRecognisedError if it does not bear sharing."""
        method = self.shared_class.find_method(name)
        if method is None:
            self.check_attribute_read(name)
        elif self.returns_client(method):
            raise NotRecognisedError(
                f"`{name}{'' if method.is_property else '()'}` ({self.place(method.part, method.node)}) returns "
                "the connection itself"
            )

    def returns_client(self, method: Method) -> bool:
        """Check a method; whether it returns a client. Raises NotRecognisedError."""
        key = method.part.path, method.part.names.symbol_table.qualname_of(method.node)
        if key not in self._results:
            self._results[key] = False  # a recursive call
            self.methods.add(method.node.name)
            if not method.has_known_decorators:
                place = self.place(method.part, method.node)
                raise NotRecognisedError(f"`{method.node.name}()` ({place}) has a decorator that may do anything")
            if method.takes_instance:
                self._results[key] = BodyCheck(self, method, self.returns_client).run()
        return self._results[key]
