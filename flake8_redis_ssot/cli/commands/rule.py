"""`redis-ssot rule`: what a code means."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.rules.rule import Rule, all_rules


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `rule`."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as RSS002")
    parser.add_argument("--all", action="store_true", help="list every code")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="default: text")


def main(arguments: Namespace) -> int:
    """Explain one code, or list all; 2 where there is no such code."""
    if arguments.all or not arguments.code:
        return _print_rules(all_rules(), arguments.output_format, brief=True)
    code = arguments.code.upper()
    rules = tuple(rule for rule in all_rules() if code == rule.code or arguments.code == rule.name)
    if not rules:
        available = ", ".join(rule.code for rule in all_rules())
        print(f"error: there is no rule `{arguments.code}`; there are {available}", file=sys.stderr)
        return 2
    return _print_rules(rules, arguments.output_format, brief=False)


def _print_rules(rules: tuple[Rule, ...], format_name: str, *, brief: bool) -> int:
    if format_name == "json":
        entries = [
            {"code": rule.code, "name": rule.name, "summary": rule.summary, "explanation": rule.page} for rule in rules
        ]
        print(json.dumps(entries if brief else entries[0], indent=2, ensure_ascii=False))
        return 0
    for rule in rules:
        print(
            f"{rule.code}  {rule.name:24}  {rule.summary}" if brief else f"# {rule.name} ({rule.code})\n\n{rule.page}"
        )
    return 0
