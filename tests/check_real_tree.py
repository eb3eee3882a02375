"""Fixes a copy of a real source tree and checks the result; a script, because the tree is not part of the repository.

    python tests/check_real_tree.py TREE CONFIGURATION [--unsafe-fixes] [--sample N]

Prints the findings by code and applicability, the reasons with their counts, and checks of the result: no new messages
of pyflakes and ruff, changed files parse, a second run changes nothing, and no file is changed except those with
findings and patches. `--sample N` shows the diffs of N random files.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

RUFF_RULES = "F821,F811,F401,F841"  # and syntax errors, which ruff always reports


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=Path)
    parser.add_argument("configuration", type=Path)
    parser.add_argument("--unsafe-fixes", action="store_true")
    parser.add_argument("--sample", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.tree.resolve().parent) as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(arguments.tree, copy, symlinks=True)
        return check_tree(arguments.tree, copy, arguments)


def check_tree(tree: Path, copy: Path, arguments: argparse.Namespace) -> int:
    flags = ["--unsafe-fixes"] if arguments.unsafe_fixes else []
    findings = json.loads(run_check(copy, arguments, "--output-format", "json").stdout)
    print_fix_table(findings)
    pyflakes, ruff = pyflakes_messages(copy), ruff_messages(copy)
    fix_process = run_check(copy, arguments, "--fix-only", "--show-fixes", *flags)
    print(f"\n{fix_process.stderr.splitlines()[0]}")
    changed = [path for path in list_python_files(copy) if (copy / path).read_bytes() != (tree / path).read_bytes()]
    allowed_paths = {Path(item["filename"]).relative_to(copy).as_posix() for item in findings}
    allowed_paths |= {edit["filename"] for item in findings if item["fix"] for edit in item["fix"]["edits"]}
    second_diff = run_check(copy, arguments, "--diff", *flags).stdout
    results = {
        "files changed": len(changed),
        "of which do not parse": sum(not can_parse(copy / path) for path in changed),
        "new messages of pyflakes": sorted((pyflakes_messages(copy) - pyflakes).elements()),
        "new messages of ruff": sorted((ruff_messages(copy) - ruff).elements()),
        "changed by a second run": second_diff.count("\n+++ "),
        "other files changed": [
            path for path in changed if path not in allowed_paths and str(copy / path) not in allowed_paths
        ],
    }
    for label, value in results.items():
        print(f"{label}: {value}")
    print_sample_diffs(tree, copy, changed, arguments.sample)
    return 0 if not any(list(results.values())[1:]) else 1


def run_check(copy: Path, arguments: argparse.Namespace, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "flake8_redis_ssot",
        "check",
        ".",
        "--config",
        str(arguments.configuration.resolve()),
    ]
    return subprocess.run([*command, *flags], cwd=copy, capture_output=True, text=True, check=False)


def list_python_files(copy: Path) -> list[str]:
    return sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*.py") if path.is_file())


def can_parse(path: Path) -> bool:
    try:
        ast.parse(path.read_bytes())
    except SyntaxError:
        return False
    return True


def print_fix_table(findings: list[dict[str, Any]]) -> None:
    kinds = Counter((item["code"], item["fix"]["applicability"] if item["fix"] else "none") for item in findings)
    for (code, kind), count in sorted(kinds.items()):
        print(f"{code} {kind:8} {count:4}")
    for kind in ("unsafe", "display", "none"):
        reasons: Counter[str] = Counter()
        for item in findings:
            if (item["fix"]["applicability"] if item["fix"] else "none") == kind:
                reasons.update({normalise_reason(reason) for reason in item["reasons"]})
        print(f"\nreasons ({kind}):")
        for reason, count in reasons.most_common():
            print(f"  {count:4} {reason}")


def normalise_reason(reason: str) -> str:
    """A reason with placeholders for names, paths and numbers."""
    return re.sub(r"\d+", "N", re.sub(r"`[^`]*`", "`…`", re.sub(r"\S+\.py:\d+", "…", reason)))


def pyflakes_messages(copy: Path) -> Counter[str]:
    process = subprocess.run(
        [sys.executable, "-m", "pyflakes", "."], cwd=copy, capture_output=True, text=True, check=False
    )
    return Counter(
        re.sub(r":\d+:\d+:? ", ": ", re.sub(r"line \d+", "line", line)) for line in process.stdout.splitlines()
    )


def ruff_messages(copy: Path) -> Counter[str]:
    command = [
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--select",
        RUFF_RULES,
        "--output-format",
        "json",
        "--no-respect-gitignore",
        ".",
    ]
    process = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    items = json.loads(process.stdout)
    return Counter(
        f"{Path(item['filename']).relative_to(copy)}: {item['code']} {re.sub(r'line [0-9]+', 'line', item['message'])}"
        for item in items
    )


def print_sample_diffs(tree: Path, copy: Path, changed: list[str], count: int) -> None:
    for path in random.sample(changed, min(count, len(changed))):
        subprocess.run(["diff", "-u", str(tree / path), str(copy / path)], check=False)


if __name__ == "__main__":
    sys.exit(main())
