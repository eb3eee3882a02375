"""Two installations of flake8 that differ only in our plugin.

Both are directories of symbolic links to the packages of this environment, used without its site-packages. So nothing
has to be installed, and no other plugin takes part.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

import flake8_redis_ssot

_HOST = ("flake8", "mccabe", "pycodestyle", "pyflakes")
_PLUGIN = ("ast-grep-py",) if sys.version_info >= (3, 11) else ("ast-grep-py", "tomli")
_OURS = "flake8-redis-ssot"
_SCRIPT = "from flake8.main.cli import main\nraise SystemExit(main())\n"


@dataclass(frozen=True, slots=True)
class Host:
    """An installation of flake8: the command to run it, and its PYTHONPATH."""

    command: tuple[str, ...]
    path: str


def build_hosts(folder: Path) -> tuple[Host, Host]:
    """Create both in `folder`: flake8 alone, and with our plugin from this checkout."""
    return _host(folder / "alone", _HOST), _host(folder / "with", (*_HOST, *_PLUGIN), plugin=True)


def _host(folder: Path, names: Iterable[str], *, plugin: bool = False) -> Host:
    packages = folder / "packages"
    packages.mkdir(parents=True)
    for name in names:
        _link(distribution(name), packages)
    if plugin:
        _link_own_package(packages)
    script = folder / "bin" / "run_flake8.py"  # not flake8.py, which would import itself
    script.parent.mkdir()
    script.write_text(_SCRIPT, encoding="utf-8")
    return Host((sys.executable, "-S", str(script)), str(packages))


def _link(installed: Distribution, packages: Path) -> None:
    tops = {file.parts[0] for file in installed.files or () if len(file.parts) > 1 or file.suffix == ".py"}
    for top in sorted(tops - {"..", "__pycache__"}):
        (packages / top).symlink_to(Path(str(installed.locate_file(top))).resolve())


def _link_own_package(packages: Path) -> None:
    """Link our package, and write the metadata by which flake8 finds the plugin."""
    installed = distribution(_OURS)
    package = Path(flake8_redis_ssot.__file__).parent
    (packages / package.name).symlink_to(package)
    metadata = packages / f"{package.name}-{flake8_redis_ssot.__version__}.dist-info"
    metadata.mkdir()
    # An editable installation may have the older PKG-INFO instead.
    about = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    (metadata / "METADATA").write_text(about, encoding="utf-8")
    (metadata / "entry_points.txt").write_text(installed.read_text("entry_points.txt") or "", encoding="utf-8")
