"""A project that takes edits: what a fix leaves in memory, what the disk says, and what a fresh project finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.linter.live import IncrementalProject, open_project
from flake8_redis_ssot.linter.request import CheckRequest
from flake8_redis_ssot.model import Applicability

CHECK = CheckRequest(jobs=1, cache=False)
FIX = CHECK._replace(trust=Applicability.SAFE)


@pytest.fixture
def opened(shop: Path) -> IncrementalProject:
    return open_project(load_config(shop / "pyproject.toml"), CHECK)


def fresh(project: IncrementalProject) -> IncrementalProject:
    return open_project(project.config, CHECK)


def test_fixes_stay_in_memory_until_they_are_reverted(opened: IncrementalProject) -> None:
    before = opened.findings
    fixed = opened.run(FIX)
    assert fixed.fixed_findings
    assert len(opened.findings) < len(before)
    opened.revert_edits()
    assert opened.findings == before
    assert opened.run(FIX).changes == fixed.changes


def test_a_refresh_takes_back_what_was_not_written(opened: IncrementalProject) -> None:
    before, fixed = opened.findings, opened.run(FIX)
    (change, *_), *_ = fixed.changes
    assert change.after is not None
    Path(change.path).write_bytes(change.after)
    assert opened.refresh()
    assert opened.findings == fresh(opened).findings
    assert 0 < len(before) - len(opened.findings) < len(fixed.fixed_findings)


def test_a_refresh_sees_files_that_others_changed(opened: IncrementalProject, shop: Path) -> None:
    accessor, new = shop / "libs" / "shopkit" / "redis_manager.py", shop / "services" / "orders" / "new.py"
    before = opened.run(FIX).changes
    accessor.write_text(accessor.read_text().replace("    return redis_manager\n", "    return RedisManager()\n"))
    opened.refresh()
    after = opened.run(FIX).changes
    assert len(after) < len(before)
    assert after == fresh(opened).run(FIX).changes
    new.write_text("from shopkit.redis_manager import RedisManager\nRedisManager()\n")
    opened.refresh()
    assert opened.contains(str(new))
    assert opened.findings == fresh(opened).findings


def test_only_what_is_wanted_is_fixed(opened: IncrementalProject) -> None:
    every = opened.run(FIX).fixed_findings
    opened.revert_edits()
    imports = opened.run(FIX._replace(wanted=lambda finding: finding.code == "RSS001")).fixed_findings
    assert sorted(imports) == sorted(each for each in every if each.code == "RSS001")


def test_a_new_subclass_is_found_where_another_file_constructs_it(shop: Path) -> None:
    """The file that gets it held nothing before, so that nobody had asked what it exports."""
    subclass = shop / "services" / "orders" / "vouchers.py"
    subclass.write_text("")
    (shop / "services" / "orders" / "new.py").write_text("from orders.vouchers import Mine\n\nmine = Mine()\n")
    opened = open_project(load_config(shop / "pyproject.toml"), CHECK)
    before = len(opened.findings)
    subclass.write_text("from shopkit.redis_manager import RedisManager\n\n\nclass Mine(RedisManager):\n    pass\n")
    opened.refresh([str(subclass)])
    assert len(opened.findings) > before
    assert opened.findings == fresh(opened).findings
