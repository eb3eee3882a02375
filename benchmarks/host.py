"""flake8 with our plugin and without it, and nothing else different between the two.

Both run the same flake8 on the same Python without its site-packages, from a folder of links. A second environment
would do as well, but would have to be installed; and what else is installed in this one stays out.
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
    """A flake8 to run: how its command begins, and the PYTHONPATH that goes with it."""

    command: tuple[str, ...]
    path: str


def build_hosts(folder: Path) -> tuple[Host, Host]:
    """Make both in `folder`: flake8 alone, then with our plugin, which is the code beside these benchmarks."""
    return _host(folder / "alone", _HOST), _host(folder / "with", (*_HOST, *_PLUGIN), plugin=True)


def _host(folder: Path, names: Iterable[str], *, plugin: bool = False) -> Host:
    packages = folder / "packages"
    packages.mkdir(parents=True)
    for name in names:
        _link(distribution(name), packages)
    if plugin:
        _link_ours(packages)
    script = folder / "bin" / "run_flake8.py"  # not flake8.py, which would import itself
    script.parent.mkdir()
    script.write_text(_SCRIPT, encoding="utf-8")
    return Host((sys.executable, "-S", str(script)), str(packages))


def _link(installed: Distribution, packages: Path) -> None:
    tops = {file.parts[0] for file in installed.files or () if len(file.parts) > 1 or file.suffix == ".py"}
    for top in sorted(tops - {"..", "__pycache__"}):
        (packages / top).symlink_to(Path(str(installed.locate_file(top))).resolve())


def _link_ours(packages: Path) -> None:
    """Link our package, and write down that flake8 has a plugin in it, as an installation would."""
    installed = distribution(_OURS)
    package = Path(flake8_redis_ssot.__file__).parent
    (packages / package.name).symlink_to(package)
    metadata = packages / f"{package.name}-{flake8_redis_ssot.__version__}.dist-info"
    metadata.mkdir()
    # Beside a checkout that is installed in place lies the older form of the same.
    about = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    (metadata / "METADATA").write_text(about, encoding="utf-8")
    (metadata / "entry_points.txt").write_text(installed.read_text("entry_points.txt") or "", encoding="utf-8")
