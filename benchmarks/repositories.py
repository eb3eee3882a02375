"""Checkouts of public repositories, each with a configuration that names modules and functions by common words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.bans import Bans, write_ruff
from benchmarks.contestants import Contestant, gather_ours
from benchmarks.peers import Found
from flake8_redis_ssot.config.loading import load_config

CONFIGURATIONS = Path(__file__).parent / "configurations"


def find_repositories(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The checkouts in a folder that we have a configuration for, by the name of the repository; and the latter."""
    for configuration in sorted(CONFIGURATIONS.glob("*.toml")):
        checkout = folder / configuration.stem
        if checkout.is_dir():
            yield checkout, configuration


def gather_repository(
    checkout: Path, configuration: Path, found: Mapping[str, Found], scratch: Path
) -> list[Contestant]:
    """Our check without fixes, in one process and by default, and ruff's with the same bans (file in `scratch`)."""
    cold = next(each for each in gather_ours(checkout, configuration) if each.name == "cold")
    command = tuple("pylint" if word == "concise" else word for word in cold.command)  # a format without fixes
    contestants = [
        replace(cold, name="find", command=command, finding=r"\[RSS\d+\]"),
        replace(cold, name="find-one-process", command=(*command, "--jobs", "1"), finding=r"\[RSS\d+\]"),
    ]
    if "ruff" in found:
        bans = scratch / f"{configuration.stem}.ruff.toml"
        bans.write_text(write_ruff(Bans.from_config(load_config(configuration, root=checkout))), encoding="utf-8")
        flags = ("--select", "TID251", "--no-cache", "--output-format", "concise", "--config", str(bans))
        ruff = (found["ruff"].executable, "check", *flags, ".")
        contestants.append(Contestant("ruff", ruff, checkout, ": TID251 "))
    return [replace(each, name=f"{each.name}-{configuration.stem}") for each in contestants]
