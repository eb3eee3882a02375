"""Generation of modules without findings, which are nearly all files of a monorepo."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from benchmarks.vocabulary import ADJECTIVES, LIBRARY, NOUNS, VERBS

Block = Callable[[random.Random], str]

# Lines; random for each file, so that lengths vary as in real code.
SHORTEST, LONGEST = 150, 300


def write_module(
    rng: random.Random, neighbours: Sequence[str], *, imports: str = "", body: str = "", lines: int | None = None
) -> str:
    """Generate a module of about `lines` lines that imports some of `neighbours` (dotted names of modules).

    The planted code is `imports`, which follows the other imports, and `body`, which is put between other blocks.
    """
    wanted = rng.randint(SHORTEST, LONGEST) if lines is None else lines
    noun = rng.choice(NOUNS)
    parts = [_head(rng, noun, neighbours, imports)]
    length = parts[0].count("\n") + body.count("\n")
    while length < wanted:
        block = rng.choice(_BLOCKS)(rng)
        length += block.count("\n") + 2
        parts.append(block)
    if body:
        parts.insert(rng.randint(1, len(parts)), body)
    return "\n\n".join(parts)


def _head(rng: random.Random, noun: str, neighbours: Sequence[str], imports: str) -> str:
    library = "\n".join(sorted(rng.sample(LIBRARY, 5)))
    others = [f"from {module.rpartition('.')[0]} import {module.rpartition('.')[2]}" for module in neighbours]
    near = "".join(f"{line}\n" for line in sorted(rng.sample(others, min(3, len(others)))))
    return (
        f'"""How to {rng.choice(VERBS)} the {rng.choice(ADJECTIVES)} {noun}s, and what becomes of them."""\n\n'
        f"from __future__ import annotations\n\n{library}\n\n{near}{imports}\n"
        f"LIMIT = {rng.randint(2, 900)}\nKINDS = {tuple(rng.sample(ADJECTIVES, 3))}\n"
    )


def _function(rng: random.Random) -> str:
    verb, noun, other = rng.choice(VERBS), rng.choice(NOUNS), rng.choice(NOUNS)
    state = rng.choice(ADJECTIVES)
    return f'''\
def {verb}_{noun}s(rows, {other}=None, *, limit={rng.randint(5, 500)}):
    """The {state} {noun}s among `rows` to {verb} for one {other}; at most `limit` of them."""
    found = []
    for number, row in enumerate(rows):
        if number >= limit:
            break
        value = row.get("{noun}_id")
        if value is None or row["state"] != "{state}":
            continue
        found.append({{"id": value, "{other}": {other}, "amount": row["amount"] * {rng.randint(1, 99)} / 100}})
    return sorted(found, key=lambda item: item["id"])
'''


def _service_class(rng: random.Random) -> str:
    noun, verb = rng.choice(NOUNS), rng.choice(VERBS)
    head = f'''\
class {noun.title()}{verb.title()}:
    """Keeps the {noun}s that there are to {verb}, and tells how many went wrong."""

    def __init__(self, store, clock, retries={rng.randint(1, 9)}):
        self.store = store
        self.clock = clock
        self.retries = retries
        self._failed = {{}}
'''
    return head + "".join(_method(rng, noun) for _ in range(rng.randint(2, 5)))


def _method(rng: random.Random, noun: str) -> str:
    verb, other = rng.choice(VERBS), rng.choice(NOUNS)
    return f'''
    def {verb}_{other}(self, {noun}_id, reason="{rng.choice(ADJECTIVES)}"):
        """{verb.title()} the {other} of one {noun}, as long as there are tries left."""
        started = self.clock.now()
        for attempt in range(self.retries):
            try:
                row = self.store.get("{other}", {noun}_id)
            except (KeyError, TimeoutError) as error:
                self._failed[{noun}_id] = f"{{reason}}: {{error}} at try {{attempt}}"
                continue
            # A {other} without an owner is left for the next run.
            if row and row.owner is not None:
                return row.with_state("{rng.choice(ADJECTIVES)}", since=started)
        return None
'''


def _record(rng: random.Random) -> str:
    noun = rng.choice(NOUNS)
    fields = "".join(f"        self.{name} = values.get({name!r})\n" for name in rng.sample(NOUNS, 5))
    return f'''\
class {noun.title()}Record:
    """One row about a {noun}."""

    table = "{noun}s"

    def __init__(self, values):
{fields}
    def as_dict(self):
        """The row as it is stored."""
        return {{key: value for key, value in vars(self).items() if value is not None}}
'''


def _table(rng: random.Random) -> str:
    rows = "".join(f'    "{noun}": ({rng.randint(1, 9)}, "{rng.choice(VERBS)}"),\n' for noun in rng.sample(NOUNS, 8))
    return f"{rng.choice(ADJECTIVES).upper()}_{rng.choice(NOUNS).upper()}S = {{\n{rows}}}\n"


_BLOCKS: tuple[Block, ...] = (_function, _function, _service_class, _service_class, _record, _table)
