"""Which files may read a module: decided by their bytes, and never against a file that does."""

from __future__ import annotations

import pytest

from flake8_redis_ssot.fixes.loading.module_mentions import ModuleMentions
from flake8_redis_ssot.project.contents import ProjectContents
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.project.search.attribute_index import AttributeIndex

READS = [
    "import app\napp.cache.get()\n",
    "import app as a\nprint(a . cache)\n",
    "from app import (\n    other,\n    sub as self,\n)\nself.cache\n",
    "import app\nx, self = 1, app\nself.cache\n",
    "import app\nself = app\nself.cache\n",
    "import app\ndef f(self=app):\n    return self. cache\n",
    "import app\nm: object = app\nm.cache\n",
    "import app\nif (m := app): m.cache\n",
    "import app\nfor m in [app]:\n    m.cache\n",
    "import app\nwith app as m:\n    m.cache\n",
    "import app\nclass m:\n    cache = app\nm.cache\n",
    "import app, \\\n    sub as m\nm.cache\n",
    "import app\n(app).cache\n",
    "import app\n(\n    app\n).cache\n",
    "import app\nprint(app\n.cache)\n",
    "from app import *\nself.cache\nm.cache\n",
    "import sys\nsys.modules['app.cache']\n",
    "import sys\nsys.modules.get( 'app.cache' )\n",
    "\ufeffimport app; app.cache\n" + "import app\napp.cache\n",
    "import appé\nappé.cache\n",
]
NO_READS = [
    "import app.cache\n",
    "from app.cache import get\n",
    "def f(self, config):\n    return self.cache, config.cache\n",
    "import app\napp.get().cache\n",
    "import app\napp['x'].cache\n",
    "''.cache\n",
    "import app\napp.cached\n",
    "import sys\nprint(sys.modules, 'app')\n",
    "name = 'app.cache'\n",
]


def find(code: str, path: str = "/p/reader.py") -> tuple[bool, bool]:
    """Whether the index of all files names a file, and whether its bytes may read `app.cache`."""
    files = {"/p/app/__init__.py": b"", "/p/app/cache.py": b"", path: code.encode()}
    contents = ProjectContents(files, files)
    index = AttributeIndex(contents, ModuleMap(["/p"], files))
    is_package = path.endswith("__init__.py")
    return path in index.find("app.cache"), ModuleMentions(code.encode(), is_package=is_package).may_read("app.cache")


@pytest.mark.parametrize("code", READS)
def test_possible_reads(code: str) -> None:
    assert find(code) == (True, True)


@pytest.mark.parametrize("code", NO_READS)
def test_no_reads(code: str) -> None:
    assert not all(find(code))


def test_a_package_reads_its_modules_without_an_import() -> None:
    assert find("self.cache\n", "/p/app/__init__.py") == (True, True)
    assert find("self.cache\n") == (False, False)


def test_a_very_long_line_is_not_read_to_its_start() -> None:
    assert ModuleMentions(b"x" * 5000 + b".cache", is_package=False).may_read("app.cache")


def test_files_that_change() -> None:
    files = {"/p/a.py": b"import app\napp.cache\n", "/p/app/cache.py": b"", "/p/b.py": b""}
    contents = ProjectContents(files, files)
    index = AttributeIndex(contents, ModuleMap(["/p"], files))
    assert index.find("app.cache") == ("/p/a.py",)
    contents.update({"/p/a.py": b"", "/p/b.py": b"sys.modules['app.cache']\n"})
    index.update(["/p/a.py", "/p/b.py"])
    assert index.find("app.cache") == ("/p/b.py",)
    assert any(b"cache" in pattern for pattern in contents.patterns)


def test_names_that_are_not_utf_8() -> None:
    path = "/p/app/caf\udce9.py"
    files = {path: b"", "/p/a.py": b"import app\napp.cache\nx = '\\ud800'\n"}
    contents = ProjectContents(files, files)
    index = AttributeIndex(contents, ModuleMap(["/p"], files))
    assert index.find("app.caf\udce9") == ()
    assert not index.is_module("\ud800")
    assert not ModuleMentions(b"import app\napp.cache\n", is_package=False).may_read("app.caf\udce9")
