"""Numbers with their nouns, in messages."""


def plural(number: int, noun: str, plural_noun: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun if number == 1 else plural_noun or f'{noun}s'}"
