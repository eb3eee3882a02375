"""A tree for every text: newer syntax is levelled down in place, and what is no Python is left out and told."""

from flake8_redis_ssot.levelling.outline import HiddenError, Matters, Outline, outline
from flake8_redis_ssot.levelling.parsing import Parsed, parse, parse_parts

__all__ = ["HiddenError", "Matters", "Outline", "Parsed", "outline", "parse", "parse_parts"]
