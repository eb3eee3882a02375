"""Rule codes and their selection."""

import os
from functools import cache
from typing import NamedTuple

DEFAULT_SELECTOR = "default"  # every code but those that are off by default


_REMARKS = "RSS9"  # the prefix of what this tool has to say about itself, not about the code


def severity_of(code: str) -> str:
    """The severity of a finding: `error`, or `warning` for remarks, such as a file that could not be analysed."""
    return "warning" if code.startswith(_REMARKS) else "error"


class Selection(NamedTuple):
    """The selected codes: `select` and `ignore` are prefixes, `ALL`, or DEFAULT_SELECTOR (all but `off_by_default`).

    The longest matching prefix decides; `ignore` wins over `select`.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    off_by_default: frozenset[str] = frozenset()

    def has_code(self, code: str) -> bool:
        """Whether a code is selected."""
        selected = max((self._specificity(selector, code) for selector in self.select), default=-1)
        ignored = max((self._specificity(selector, code) for selector in self.ignore), default=-1)
        return selected > ignored

    def _specificity(self, selector: str, code: str) -> int:
        """The length of a selector that matches a code; -1 if it does not."""
        if selector == DEFAULT_SELECTOR:
            return -1 if code in self.off_by_default else 0
        prefix = "" if selector == "ALL" else selector
        return len(prefix) if code.startswith(prefix) else -1


@cache
def rule_module_names() -> tuple[str, ...]:
    """The names of the modules in `rules` that define a rule, ordered by code."""
    names = os.listdir(os.path.join(os.path.dirname(__file__), "rules"))
    return tuple(sorted(name[:-3] for name in names if name.startswith("rss") and name.endswith(".py")))


@cache
def parse_module_name(module_name: str) -> tuple[str, str]:
    """The code and name of the rule in a module: `("RSS002", "direct-instantiation")`."""
    code, _, name = module_name.partition("_")
    return code.upper(), name.replace("_", "-")


def names_by_code() -> dict[str, str]:
    """The names of all rules by code."""
    return dict(map(parse_module_name, rule_module_names()))
