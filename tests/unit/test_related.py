"""The resource of a finding, and the places that explain it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.linter.live import IncrementalProject, open_project
from flake8_redis_ssot.linter.related import find_resource, locate_name, related_locations
from flake8_redis_ssot.linter.request import CheckRequest

FILES = {
    "redis-ssot.toml": (
        'select = ["ALL"]\n[resource.redis]\ncanonical = ["app.rm"]\nconstructors = ["app.rm.Manager", "redis.Redis"]\n'
        'instance = "app.rm.shared"\n[resource.redis.deprecated]\n"app.old" = "app.rm"\n'
    ),
    "app/__init__.py": "",
    "app/rm.py": (
        "import redis\n\n\nclass Manager:\n    def __init__(self):\n        self.redis = redis.Redis()\n\n"
        "    def load_session(self, key):\n        return self.redis.get(key)\n\n"
        "    def save_session(self, key):\n        return self.redis.set(key)\n\n\nshared: Manager = Manager()\n"
    ),
    "app/old.py": "def legacy():\n    return 1\n\n\nlimit = 5\n",
    "app/bridge.py": "from app.old import legacy as renamed, limit\n",
    "app/star.py": "from app.old import *\n",
    "app/broken.py": "from app.rm import missing_name\n",
}


@pytest.fixture
def opened(project: Path, request: pytest.FixtureRequest) -> IncrementalProject:
    """The project with the module `app.use`, whose text is the parameter."""
    for name, text in {**FILES, "app/use.py": request.param}.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    config = load_config(project / "redis-ssot.toml")
    return open_project(config, CheckRequest(paths=(str(project),), cache=False, jobs=1))


def describe(opened: IncrementalProject, name: str = "app/use.py") -> list[list[tuple[str, int, str]]]:
    path = str(opened.config.root / name)
    return [
        [(Path(each.path).name, each.span.row, each.message) for each in related_locations(located, opened.analysis)]
        for located in opened.findings_in(path)
    ]


INSTEAD = ("rm.py", 15, "use `app.rm.shared` instead")


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        (
            "from app.bridge import renamed\n",
            [
                ("bridge.py", 1, "re-exported by `app.bridge`"),
                ("old.py", 1, "`app.old.legacy` is defined here"),
                INSTEAD,
            ],
        ),
        (
            "from app.bridge import limit\n",
            [
                ("bridge.py", 1, "re-exported by `app.bridge`"),
                ("old.py", 5, "`app.old.limit` is defined here"),
                INSTEAD,
            ],
        ),
        (
            "from app.star import limit\n",
            [("star.py", 1, "re-exported by `app.star`"), ("old.py", 5, "`app.old.limit` is defined here"), INSTEAD],
        ),
        (
            "import app.bridge\n\nprint(app.bridge.limit)\n",
            [
                ("bridge.py", 1, "re-exported by `app.bridge`"),
                ("old.py", 5, "`app.old.limit` is defined here"),
                INSTEAD,
            ],
        ),
        ("import app.old\n", [("old.py", 1, "`app.old` is defined here"), INSTEAD]),
        ("import redis\n\nclient = redis.Redis()\n", [INSTEAD]),
        (
            "from unittest.mock import patch\n\npatch('app.old.limit')\n",
            [("old.py", 5, "`app.old.limit` is defined here"), INSTEAD],
        ),
    ],
    indirect=["opened"],
)
def test_related_locations(opened: IncrementalProject, expected: list[tuple[str, int, str]]) -> None:
    assert describe(opened) == [expected]


DUPLICATE = (
    "import redis\n\n\nclass Manager:\n    def __init__(self):\n        self.redis = redis.StrictRedis()\n\n"
    "    def load_session(self, key):\n        return self.redis.get(key)\n\n"
    "    def save_session(self, key):\n        return self.redis.set(key)\n"
)


@pytest.mark.parametrize("opened", [DUPLICATE], indirect=True)
def test_duplicate(opened: IncrementalProject) -> None:
    path = str(opened.config.root / "app" / "use.py")
    (located,) = [each for each in opened.findings_in(path) if each.finding.code == "RSS004"]
    assert find_resource(located, opened.analysis) is opened.config.resources[0]
    related = related_locations(located, opened.analysis)
    assert [(Path(each.path).name, each.span.row, each.message) for each in related] == [
        INSTEAD
    ]  # not the class itself


@pytest.mark.parametrize("opened", ["x = 1  # noqa: RSS001\n"], indirect=True)
def test_finding_about_no_resource(opened: IncrementalProject) -> None:
    (located,) = opened.findings_in(str(opened.config.root / "app" / "use.py"))
    assert located.finding.code == "RSS901"
    assert find_resource(located, opened.analysis) is None
    assert describe(opened) == [[]]


@pytest.mark.parametrize("opened", ["from app.bridge import limit\n"], indirect=True)
def test_file_that_was_deleted(opened: IncrementalProject) -> None:
    opened.findings_in(str(opened.config.root / "app" / "use.py"))
    for name in ("bridge.py", "old.py"):
        (opened.config.root / "app" / name).unlink()
    assert [(name, row) for name, row, _ in describe(opened)[0]] == [("old.py", 1), ("rm.py", 15)]


@pytest.mark.parametrize("opened", [""], indirect=True)
def test_name_outside_of_the_project(opened: IncrementalProject) -> None:
    assert locate_name("redis.Redis", "", opened.analysis) is None
