"""A proposed resource, and its TOML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.onboarding.candidates import RESOURCE_WORD, ResourceCandidate
from flake8_redis_ssot.onboarding.deprecated_candidates import DeprecatedCandidate

_MIN_PLAIN_SHARE = 0.8
_MIN_PLAIN_SHARE_OF_TYPICAL = 0.33  # classes whose names are typical of shared resources
_MAX_ON_A_LINE = 6  # folders


class FoundPlaces(NamedTuple):
    """What would be reported: the number in shipped code and in tests, and two `examples` (`path:row  text`).

    `call_count` of those in shipped code are constructions, of which `plain_count` pass no arguments, or those that the
    canonical module passes, so a fix has nothing to decide about them.
    """

    shipped: int = 0
    tests: int = 0
    call_count: int = 0
    plain_count: int = 0
    examples: tuple[str, ...] = ()


class ConfigProposal(NamedTuple):
    """A canonical module, its deprecated modules, what would be reported, and the import roots.

    `import_roots` are relative to the project's folder; empty means the default. `separate` are the patterns in `allow`
    of code that cannot import the canonical module.
    """

    canonical: ResourceCandidate
    deprecated: tuple[DeprecatedCandidate, ...] = ()
    found: FoundPlaces = FoundPlaces()
    import_roots: tuple[str, ...] = ()
    separate: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether it may be written unasked."""
        if not self.canonical.is_sure or self.canonical.is_known:
            return self.canonical.is_sure
        # What is constructed with arguments of its own is made to be several.
        is_typical = RESOURCE_WORD.search(self.canonical.class_name) is not None
        least = _MIN_PLAIN_SHARE_OF_TYPICAL if is_typical else _MIN_PLAIN_SHARE
        return self.found.shipped > 0 and self.found.plain_count >= least * self.found.call_count

    @property
    def is_useful(self) -> bool:
        """Whether it is worth showing: it reports something, or is what programs have one of; and it is no guess."""
        return self.canonical.is_known or (self.found.shipped > 0 and self.is_sure)

    @property
    def general_toml(self) -> str:
        """The TOML that goes before all resources; empty if the defaults do."""
        if len(self.import_roots) > _MAX_ON_A_LINE:
            return toml_array("src", self.import_roots)
        folders = ", ".join(f'"{folder}"' for folder in self.import_roots)
        return f"src = [{folders}]" if folders else ""

    def resource_toml(self, name: str, prefix: str = "", tests: str = "") -> str:
        """The TOML of the resource under a name; `prefix` is that of its tables, `tests` the setting (or empty)."""
        classes = [f"{old.module}.{each}" for old in self.deprecated for each in old.classes]
        lines = [
            f"[{prefix}resource.{name}]",
            toml_array("canonical", self.canonical.canonical),
            toml_array("constructors", [*self.canonical.constructors, *classes]),
            *self._member_lines(),
        ]
        if tests:
            lines.append(f'tests = "{tests}"')
        if self.deprecated:
            lines += ["", f"[{prefix}resource.{name}.deprecated]"]
            lines += [f'"{old.module}" = "{self.canonical.module}"  # {old.reason}' for old in self.deprecated]
        return "\n".join(lines)

    def _member_lines(self) -> Iterator[str]:
        """What of the canonical module is used instead, and the files that may construct their own."""
        canonical = self.canonical
        if canonical.instance:
            yield f'instance = "{canonical.module}.{canonical.instance}"'
        if canonical.accessor:
            yield f'accessor = "{canonical.module}.{canonical.accessor}"'
        if canonical.allow:
            yield toml_array("allow", canonical.allow)


def toml_array(key: str, texts: Sequence[str]) -> str:
    """An array of strings as TOML, on several lines if it has several items."""
    if len(texts) == 1:
        return f'{key} = ["{texts[0]}"]'
    return "\n".join([f"{key} = [", *(f'    "{text}",' for text in texts), "]"])


def format_tables(selected: Sequence[ConfigProposal], tests: str = "", prefix: str = "") -> str:
    """The TOML of some proposals; `tests` is the setting (or empty), `prefix` that of the tables."""
    if not selected:
        return ""
    general = selected[0].general_toml
    if general and prefix:
        general = f"[{prefix.removesuffix('.')}]\n{general}"
    names = unique_resource_names(selected)
    tables = [each.resource_toml(name, prefix, tests) for each, name in zip(selected, names)]
    return "\n\n".join(filter(None, [general, *tables]))


def unique_resource_names(selected: Sequence[ConfigProposal]) -> list[str]:
    """The names of the resources, made unique by the whole name of the preset, or else by a number."""
    names: list[str] = []
    for proposal in selected:
        name = proposal.canonical.resource_name
        if name in names:
            name = proposal.canonical.preset.replace("-", "_") or name
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
    return names
