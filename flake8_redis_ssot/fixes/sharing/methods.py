"""What methods do with their instance, followed into the methods that they call on `self`."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.sharing.attributes import AttributeCheck
from flake8_redis_ssot.fixes.sharing.method_body import BodyCheck
from flake8_redis_ssot.fixes.sharing.shared_class import Method, NotRecognisedError


@dataclass
class MethodCheck(AttributeCheck):
    """Checks methods of one class, each once, and the attributes that they use; `methods` are the checked ones."""

    methods: set[str] = field(default_factory=set)
    _results: dict[tuple[str, str], bool] = field(default_factory=dict)

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
