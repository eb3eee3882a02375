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


@pytest.fixture(params=["*.whl", "*.tar.gz"])
def environment(request: pytest.FixtureRequest, dist: Path, project: Path) -> Path:
    """The programs of an environment into which pip has installed a distribution; its dependencies come from here."""
    folder = project / "env"
    venv.create(folder, with_pip=True)
    packages = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    for bundled in packages.glob("setuptools*"):  # an older one, before Python 3.12
        shutil.rmtree(bundled)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed", "--disable-pip-version-check"]
    # A copy, so that building leaves nothing in the folder of the distributions.
    archive = str(shutil.copy(next(dist.glob(request.param)), project))
    output = run_in(project, str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *options, archive)
    assert (folder / "bin" / "redis-ssot").exists(), output
    return folder / "bin"


def run_in(folder: Path, *command: str) -> str:
    """The output of a command that knows nothing of this repository, nor of the run of its tests."""
    hidden = ("PYTHON", "COV", "PYTEST", "PIP", "REDIS_SSOT")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    return process.stdout + process.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the layout of a POSIX environment")
def test_installed_in_an_environment_of_its_own(environment: Path, project: Path) -> None:
    """The commands, the flake8 plugin and the pytest plugin, from the wheel and from the source distribution."""
    (project / "redis-ssot.toml").write_text('[resource.r]\ncanonical = ["home"]\nconstructors = ["home.Home"]\n')
    (project / "home.py").write_text("class Home:\n    pass\n")
    (project / "user.py").write_text("from home import Home\n\nHome()\n")
    python, command = str(environment / "python"), str(environment / "redis-ssot")
    where = run_in(project, python, "-c", "import flake8_redis_ssot as package; print(package.__file__)").strip()
    assert where.startswith(str(environment.parent)), where
    assert run_in(project, command, "--version") == f"redis-ssot {__version__}\n"
    assert "user.py:3:1: RSS002" in run_in(project, command, "check", "--output-format", "concise")
    assert run_in(project, command, "progress", "--html", "page.html") == "page.html: 1 finding remaining.\n"
    assert "user.py:3:1: RSS002" in run_in(project, python, "-m", "flake8", "--isolated", "--select", "RSS", "user.py")
    assert f"flake8-redis-ssot: {__version__}" in run_in(project, python, "-m", "flake8", "--version").replace("\n", "")
    assert "user.py::RSS002" in run_in(
        project, python, "-m", "pytest", "-p", "no:xdist", "--redis-ssot", "-rf", "user.py"
    )
