"""An entry of the catalogue."""

from __future__ import annotations

from typing import NamedTuple


class KnownConstructor(NamedTuple):
    """A third-party class or function: all its public names (dotted), and its methods that construct as well.

    `makes` are all public names (dotted) of the class that a function makes an instance of; empty for a class, and for
    a function that makes instances of several.
    """

    names: tuple[str, ...]
    methods: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every dotted name whose call creates an instance."""
        return (*self.names, *(f"{name}.{method}" for name in self.names for method in self.methods))


class Preset(NamedTuple):
    """A well-known resource.

    `about` is what it is, for people; `includes` are other presets that belong to it. `package` is the distribution on
    PyPI that defines the `constructors`. Every subclass of one of the third-party classes `bases` in a project is a
    constructor as well. `is_usually_one`: a program normally has one of it, so `init` proposes its home unasked.
    """

    name: str
    about: str
    includes: tuple[str, ...] = ()
    package: str = ""
    is_usually_one: bool = False
    constructors: tuple[KnownConstructor, ...] = ()
    bases: tuple[str, ...] = ()


def divide_by_kind(
    name: str,
    about: str,
    package: str,
    synchronous: tuple[KnownConstructor, ...],
    asynchronous: tuple[KnownConstructor, ...],
    *,
    is_usually_one: bool = True,
) -> tuple[Preset, ...]:
    """The preset of a library, and those of its synchronous and of its asynchronous clients, which it includes.

    An instance of one kind can't replace one of the other.
    """
    kinds = (("sync", "synchronous", synchronous), ("async", "asynchronous", asynchronous))
    return (
        Preset(name, about, includes=(f"{name}-sync", f"{name}-async")),
        *(
            Preset(f"{name}-{suffix}", f"{about}, {kind}", (), package, is_usually_one, constructors)
            for suffix, kind, constructors in kinds
        ),
    )
