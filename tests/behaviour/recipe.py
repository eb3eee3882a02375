"""Which shapes a project consists of, and how their placeholders are filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from random import Random

from .shapes import PARTS, Shape, load_shapes

STYLES = 8  # ways to write an import
NAMES = ("Mailer", "Engine", "Depot", "Broker", "Ledger")
_BENIGN_KINDS = {"class": "classes", "accessor": "accessors", "old": "old_modules"}
_TRAP_WEIGHTS = ((0, 8), (1, 62), (2, 24), (3, 6))
_USER_WEIGHTS = ((0, 4), (1, 5), (2, 3), (3, 1))


@dataclass(frozen=True)
class Recipe:
    """The shapes of a project, each with the number of its way to write imports, and its other choices.

    `in_access` puts the accessor into a module of its own, `order` is the seed for the order in `main.py`, `name` that
    of the class.
    """

    shapes: tuple[tuple[Shape, int], ...]
    in_access: bool = False
    is_canonical: bool = False
    order: int = 0
    name: str = NAMES[0]

    @property
    def traps(self) -> tuple[Shape, ...]:
        """The shapes that careless fixes break."""
        return tuple(shape for shape, _ in self.shapes if shape.topic)

    def __str__(self) -> str:
        flags = (f"in_access={self.in_access}", f"is_canonical={self.is_canonical}", f"order={self.order}")
        lines = [f"{shape.label} (style {style})" for shape, style in self.shapes]
        return "\n".join([*lines, " ".join((*flags, self.name))])


def compose(seed: int, index: int, topics: Collection[str] = ()) -> Recipe:
    """The recipe of a number; with `topics`, its traps are mostly about them.

    The first projects have a trap each, beside the plainest shapes.
    """
    rng = Random(f"{seed} {index}")
    traps = find_traps(topics)
    if index < len(traps):
        shapes = complete((traps[index],), None)
        return Recipe(tuple((shape, 0) for shape in shapes), in_access=traps[index].topic == "source")
    traps = traps if traps and rng.random() < 0.9 else find_traps()
    chosen: list[Shape] = []
    for _ in range(_draw(rng, _TRAP_WEIGHTS)):
        _add(chosen, rng.choice(traps))
    for kind in ("consumers", "imports"):
        for _ in range(_draw(rng, _USER_WEIGHTS)):
            _add(chosen, rng.choice(_benign(kind)))
    shapes = complete(chosen, rng)
    return Recipe(
        tuple((shape, rng.randrange(STYLES)) for shape in shapes),
        in_access=rng.random() < 0.3,
        is_canonical=rng.random() < 0.3,
        order=rng.randrange(1, 1000),
        name=rng.choice(NAMES),
    )


def find_traps(topics: Collection[str] = ()) -> list[Shape]:
    """The traps of some topics, or all."""
    return [shape for shape in load_shapes() if shape.topic and (not topics or shape.topic in topics)]


def complete(chosen: Collection[Shape], rng: Random | None) -> list[Shape]:
    """The shapes and one for each missing part, random or the first; and a user if there is none."""
    shapes, parts = list(chosen), {part for shape in chosen for part in shape.parts}
    for part in PARTS:
        if part not in parts:
            candidates = _benign(_BENIGN_KINDS[part])
            shapes.append(rng.choice(candidates) if rng else candidates[0])
    if not any(shape.topic or shape.kind in ("consumers", "imports") for shape in shapes):
        users = [_benign("consumers"), _benign("imports")]
        shapes += [rng.choice(rng.choice(users))] if rng else [each[0] for each in users]
    return shapes


def find_smaller(recipe: Recipe) -> Iterator[Recipe]:
    """Recipes that are one step plainer, the largest steps first."""
    for index in range(len(recipe.shapes)):
        rest = (*recipe.shapes[:index], *recipe.shapes[index + 1 :])
        shapes = _complete_parts([shape for shape, _ in rest])
        styles = dict(rest)
        smaller = replace(recipe, shapes=tuple((shape, styles.get(shape, 0)) for shape in shapes))
        if {shape for shape, _ in smaller.shapes} != {shape for shape, _ in recipe.shapes}:
            yield smaller
    for change in ({"in_access": False}, {"is_canonical": False}, {"order": 0}, {"name": NAMES[0]}):
        yield replace(recipe, **change)
    for index, (shape, style) in enumerate(recipe.shapes):
        if style:
            yield replace(recipe, shapes=(*recipe.shapes[:index], (shape, 0), *recipe.shapes[index + 1 :]))


def _complete_parts(shapes: list[Shape]) -> list[Shape]:
    parts = {part for shape in shapes for part in shape.parts}
    return shapes + [_benign(_BENIGN_KINDS[part])[0] for part in PARTS if part not in parts]


def _benign(kind: str) -> list[Shape]:
    return [shape for shape in load_shapes() if shape.kind == kind and not shape.topic]


def _add(chosen: list[Shape], shape: Shape) -> None:
    """Add a shape unless another one brings the same part."""
    if shape not in chosen and all(shape.parts.isdisjoint(each.parts) for each in chosen):
        chosen.append(shape)


def _draw(rng: Random, weights: tuple[tuple[int, int], ...]) -> int:
    numbers, shares = zip(*weights)
    return int(rng.choices(numbers, shares)[0])
