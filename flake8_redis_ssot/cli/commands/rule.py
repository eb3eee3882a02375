"""`redis-ssot rule`: explain a rule, or list all."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from flake8_redis_ssot.cli.wrapping import print_page, print_report
from flake8_redis_ssot.reports.report import Renderers, format_json
from flake8_redis_ssot.rules.rule import Rule, all_rules


class RuleListing(NamedTuple):
    """The rules to print: a line for each if `is_brief`, otherwise their pages."""

    rules: tuple[Rule, ...]
    is_brief: bool


def _render_text(listing: RuleListing) -> str:
    if listing.is_brief:
        return "\n".join(f"{rule.code}  {rule.name:24}  {rule.summary}" for rule in listing.rules)
    return "\n".join(f"# {rule.name} ({rule.code})\n\n{rule.page}" for rule in listing.rules)


def _render_json(listing: RuleListing) -> str:
    entries = [
        {"code": rule.code, "name": rule.name, "summary": rule.summary, "explanation": rule.page}
        for rule in listing.rules
    ]
    return format_json(entries if listing.is_brief else entries[0])


_FORMATS: Renderers[RuleListing] = {"text": _render_text, "json": _render_json}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `rule`."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as RSS002")
    parser.add_argument("--all", action="store_true", help="list every code")
    parser.add_argument("--output-format", choices=tuple(_FORMATS), default="text", help="default: text")


def main(arguments: Namespace) -> int:
    """Explain one rule, or list all; returns 0, or 2 if there is no such rule."""
    if arguments.all or not arguments.code:
        return _print_rules(RuleListing(all_rules(), is_brief=True), arguments)
    code = arguments.code.upper()
    rules = tuple(rule for rule in all_rules() if code == rule.code or arguments.code == rule.name)
    if not rules:
        available = ", ".join(rule.code for rule in all_rules())
        print(f"error: no such rule `{arguments.code}`; available: {available}", file=sys.stderr)
        return 2
    return _print_rules(RuleListing(rules, is_brief=False), arguments)


def _print_rules(listing: RuleListing, arguments: Namespace) -> int:
    text = _FORMATS[arguments.output_format](listing)
    if listing.is_brief or arguments.output_format != "text":
        print_report(text, arguments.output_format)
    else:
        print_page(text)
    return 0
