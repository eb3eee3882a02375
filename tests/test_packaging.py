"""What is published: the source distribution is whole, and the wheel works in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

from flake8_redis_ssot import PROJECT_URL, __version__

setuptools = pytest.importorskip("setuptools", minversion="77")
pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parent.parent
NOT_PUBLISHED = {".git", ".venv", "build", "dist", ".nox", "__pycache__", ".coverage", "node_modules"}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both distributions, built from a copy of the repository."""
    source, folder = tmp_path_factory.mktemp("source") / "copy", tmp_path_factory.mktemp("dist")
    ignored = shutil.ignore_patterns(*NOT_PUBLISHED, "*.egg-info", "*_cache", ".hypothesis")
    shutil.copytree(REPOSITORY, source, ignore=ignored)
    for build in ("build_sdist", "build_wheel"):
        code = f"from setuptools import build_meta; build_meta.{build}({str(folder)!r})"
        subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    return folder


def test_source_distribution_is_whole(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        published = {name.partition("/")[2] for name in archive.getnames()}
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False).stdout
    if not tracked:
        pytest.skip("not a repository")
    assert sorted(set(tracked.splitlines()) - published) == []


def test_metadata(dist: Path) -> None:
    with ZipFile(next(dist.glob("*.whl"))) as wheel:
        name = next(each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = message_from_string(wheel.read(name).decode())
        modules = [each for each in wheel.namelist() if ".dist-info/" not in each]
    assert metadata["Version"] == __version__
    assert metadata["Author"]
    assert f"Homepage, {PROJECT_URL}" in metadata.get_all("Project-URL", [])
    assert "your-organisation" not in str(metadata).partition("\n\n")[0]
    assert all(each.startswith("flake8_redis_ssot/") for each in modules)
    assert {"flake8_redis_ssot/py.typed", "flake8_redis_ssot/campaign/page.html"} <= set(modules)


@pytest.mark.skipif(sys.platform == "win32", reason="the layout of a POSIX environment")
def test_wheel_in_an_environment_of_its_own(dist: Path, project: Path) -> None:
    """The command, the flake8 plugin and the pytest plugin; only the dependencies come from here."""
    folder = project / "env"
    venv.create(folder, with_pip=False)
    packages = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    with ZipFile(next(dist.glob("*.whl"))) as wheel:
        wheel.extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    (project / "redis-ssot.toml").write_text('[resource.r]\ncanonical = ["home"]\nconstructors = ["home.Home"]\n')
    (project / "home.py").write_text("class Home:\n    pass\n")
    (project / "user.py").write_text("from home import Home\n\nHome()\n")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "PYTEST"))}

    def run(*arguments: str) -> str:
        command = [str(folder / "bin" / "python"), "-P" if sys.version_info >= (3, 11) else "-B", *arguments]
        process = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        return process.stdout + process.stderr

    start = "import flake8_redis_ssot as package; print(package.__file__); "
    where = run("-c", start).strip()
    assert where.startswith(str(packages))
    entry = "from flake8_redis_ssot.cli.main import run; run()"
    assert run("-c", entry, "--version") == f"redis-ssot {__version__}\n"
    assert "user.py:3:1: RSS002" in run("-c", entry, "check", "--output-format", "concise")
    assert run("-c", entry, "progress", "--html", "page.html") == "page.html: 1 finding remaining.\n"
    assert "user.py:3:1: RSS002" in run("-m", "flake8", "--isolated", "--select", "RSS", "user.py")
