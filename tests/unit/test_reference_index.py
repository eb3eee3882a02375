"""Readers, patches and attribute uses, with and without a preceding search."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

import pytest

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.linter.engine import check_files
from flake8_redis_ssot.linter.fix.draft import create_context
from flake8_redis_ssot.linter.fix.per_file import with_fixes
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.references import ReferenceIndex, ReferenceQuery

HOME, STORE, VARIABLE, READER, WRITER = (
    f"/p/app/{name}.py" for name in ("home", "store", "variable", "reader", "writer")
)
FILES = {
    "/p/app/__init__.py": b"",
    HOME: b"class Thing:\n    pass\n\n\nthing = Thing()\n\n\ndef get_thing():\n    return thing\n",
    STORE: b"from app.home import Thing\n\n\nclass Store:\n    def __init__(self):\n        self.kept = Thing()\n",
    VARIABLE: b"from app.home import Thing\n\nitem = Thing()\n\n\ndef make():\n    return Thing()\n",
    READER: b"from app.variable import item, make\n\nprint(item, make())\n",
    WRITER: b"def write(store):\n    store.kept.size = 3\n",
}


def analyse(jobs: int = 1) -> Analysis:
    settings = ["canonical = ['app.home']", "constructors = ['app.home.Thing']", "accessor = 'app.home.get_thing'"]
    return Analysis(config_from_overrides(settings, Path("/p")), sorted(FILES), overlay=FILES, jobs=jobs)


def index_of(analysis: Analysis) -> ReferenceIndex:
    return create_context(analysis).references


def test_unknown_names_are_searched() -> None:
    references = index_of(analyse())
    assert [(reader.path, reader.row) for reader in references.find_readers(VARIABLE, "item")] == [(READER, 1)]
    assert list(references.find_attribute_uses("kept")) == [STORE, WRITER]


def test_filled_index_gives_the_same_results() -> None:
    searched, filled = index_of(analyse()), index_of(analyse())
    filled.add([ReferenceQuery(VARIABLE, "item"), ReferenceQuery(VARIABLE, "make"), ReferenceQuery("", "kept")])
    assert searched.find_readers(VARIABLE, "item") == filled.find_readers(VARIABLE, "item")
    assert searched.find_patches(VARIABLE, "item") == filled.find_patches(VARIABLE, "item")
    assert searched.find_attribute_uses("kept") == filled.find_attribute_uses("kept")


def test_isolated_searches() -> None:
    analysis = analyse()
    references, before = index_of(analysis), analysis.query_results
    assert READER not in references.find_files_matching(b"item")
    with references.isolate():
        references.find_readers(VARIABLE, "item")
        assert READER in references.find_files_matching(b"item")
        found = analysis.query_results.since(before)
    assert READER not in references.find_files_matching(b"item")
    assert set(found.facts) == {READER}
    assert before.merge(found) == before.merge(found).merge(found)


def test_fixes_share_one_search(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis, searches = analyse(), []
    run_queries = analysis.run_queries

    def record(names: Set[tuple[str, str]], attributes: Set[str]) -> None:
        searches.append((names, attributes))
        run_queries(names, attributes)

    monkeypatch.setattr(analysis, "run_queries", record)
    findings = with_fixes(check_files(analysis, sorted(FILES), Selection(("RSS",))), analysis, jobs=1)
    assert [finding.code for finding in findings] == ["RSS002", "RSS002", "RSS003"]
    assert len(searches) == 1
    names, attributes = searches[0]
    assert {(VARIABLE, "item"), (VARIABLE, "make")} <= names
    assert attributes == {"kept", "item", "make"}
