"""Which variable every name of one file belongs to, with all its bindings and uses, as Python's compiler sees it."""

from flake8_redis_ssot.references.index import References
from flake8_redis_ssot.references.scopes import Binding, Scope, Variable

__all__ = ["Binding", "References", "Scope", "Variable"]
