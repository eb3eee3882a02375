"""A project with in-memory edits: fixes, reverts and refreshes give the findings of a newly opened project."""

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
def live_project(shop: Path) -> IncrementalProject:
    return open_project(load_config(shop / "pyproject.toml"), CHECK)


def reopen(project: IncrementalProject) -> IncrementalProject:
    return open_project(project.config, CHECK)


def test_fixes_stay_in_memory_until_they_are_reverted(live_project: IncrementalProject) -> None:
    before = live_project.findings
    fixed = live_project.run(FIX)
    assert fixed.fixed_findings
    assert len(live_project.findings) < len(before)
    live_project.revert_edits()
    assert live_project.findings == before
    assert live_project.run(FIX).changes == fixed.changes


def test_refresh_reverts_unwritten_edits(live_project: IncrementalProject) -> None:
    before, fixed = live_project.findings, live_project.run(FIX)
    (change, *_), *_ = fixed.changes
    assert change.after is not None
    Path(change.path).write_bytes(change.after)
    assert live_project.refresh()
    assert live_project.findings == reopen(live_project).findings
    assert 0 < len(before) - len(live_project.findings) < len(fixed.fixed_findings)


@pytest.mark.no_cover
def test_refresh_reads_changed_files(live_project: IncrementalProject, shop: Path) -> None:
    accessor, new = shop / "libs" / "shopkit" / "redis_manager.py", shop / "services" / "orders" / "new.py"
    before = live_project.run(FIX).changes
    accessor.write_text(accessor.read_text().replace("    return redis_manager\n", "    return RedisManager()\n"))
    live_project.refresh()
    after = live_project.run(FIX).changes
    assert len(after) < len(before)
    assert after == reopen(live_project).run(FIX).changes
    new.write_text("from shopkit.redis_manager import RedisManager\nRedisManager()\n")
    live_project.refresh()
    assert live_project.contains(str(new))
    assert live_project.findings == reopen(live_project).findings


def test_fix_of_selected_findings(live_project: IncrementalProject) -> None:
    all_fixed = live_project.run(FIX).fixed_findings
    live_project.revert_edits()
    imports = live_project.run(FIX._replace(wanted=lambda finding: finding.code == "RSS001")).fixed_findings
    assert sorted(imports) == sorted(each for each in all_fixed if each.code == "RSS001")


def test_new_subclass_constructed_in_another_file(shop: Path) -> None:
    """Its file was empty before, so its exports had not been queried."""
    subclass = shop / "services" / "orders" / "vouchers.py"
    subclass.write_text("")
    (shop / "services" / "orders" / "new.py").write_text("from orders.vouchers import Mine\n\nmine = Mine()\n")
    live_project = open_project(load_config(shop / "pyproject.toml"), CHECK)
    before = len(live_project.findings)
    subclass.write_text("from shopkit.redis_manager import RedisManager\n\n\nclass Mine(RedisManager):\n    pass\n")
    live_project.refresh([str(subclass)])
    assert len(live_project.findings) > before
    assert live_project.findings == reopen(live_project).findings


def test_body_of_a_called_function_in_another_file(shop: Path) -> None:
    runner, user = shop / "libs" / "shopkit" / "running.py", shop / "services" / "orders" / "new.py"
    runner.write_text("def run(kind):\n    return kind()\n")
    user.write_text(
        "from shopkit.redis_manager import RedisManager\nfrom shopkit.running import run\n\nrun(RedisManager)\n"
    )
    project = open_project(load_config(shop / "pyproject.toml"), CHECK)
    before = project.findings
    assert project.set_content(str(runner), b"def run(kind):\n    return kind\n")
    assert len(project.findings) == len(before) - 1
    assert project.set_content(str(runner), runner.read_bytes())
    assert project.findings == before
