"""The benchmarks: the generated monorepo has the planned findings, and the tables show the measured values."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import sys
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from textwrap import indent

import pytest

from benchmarks import keystrokes, monorepo, session
from benchmarks.__main__ import NAMES
from benchmarks.__main__ import main as benchmark
from benchmarks.bans import Bans, write_ast_grep, write_ruff, write_semgrep
from benchmarks.contestants import Contestant
from benchmarks.peers import PEERS, Found
from benchmarks.report import Report
from benchmarks.repositories import CONFIGURATIONS, find_repositories, gather_repository
from benchmarks.tables import render_markdown, render_text
from benchmarks.targets import TARGETS, evaluate
from benchmarks.timing import Measure, RunFailedError, run_once, time_all
from benchmarks.trees import Tree, copy_tree, generate
from benchmarks.wide import WIDE_CASES, WideCase, gather_pair, generate_case
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.loading import load_config

WORDS = ("RedisManager", "redis_manager", "RedisClient", "CachePool")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A small monorepo with planted findings of each kind."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    return generate(300, 0.1, tmp_path_factory.mktemp("made") / "monorepo")


def digest(files: int, share: float) -> str:
    text = "\0".join(part for file in monorepo.iter_files(monorepo.plan(files, share)) for part in file)
    return hashlib.sha256(text.encode()).hexdigest()


def test_generation_is_deterministic() -> None:
    assert digest(120, 0.1) == digest(120, 0.1)
    assert digest(120, 0.1) != digest(120, 0.2)


def test_larger_tree_contains_the_same_files() -> None:
    small, large = (dict(monorepo.iter_files(monorepo.plan(files, 0))) for files in (60, 120))
    assert small.items() <= large.items()


@pytest.mark.parametrize(("files", "share"), [(100, 0.0), (100, 0.1), (1000, 0.03)])
def test_share_of_files_that_name_the_resource(files: int, share: float) -> None:
    made = {path: text for path, text in monorepo.iter_files(monorepo.plan(files, share)) if path.endswith(".py")}
    mentioning = [path for path, text in made.items() if any(word in text for word in WORDS)]
    assert len(made) == files
    assert len([path for path in mentioning if not path.startswith("shared/")]) == round(files * share)


def test_generated_files_parse_and_have_realistic_lengths() -> None:
    for path, text in monorepo.iter_files(monorepo.plan(60, 0.2)):
        if path.endswith(".py"):
            ast.parse(text)
            assert path.startswith("shared/") or "__init__" in path or 150 <= text.count("\n") <= 400


@pytest.mark.no_cover
def test_check_reports_exactly_the_planted_findings(
    tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree.root)
    main(["check", "--no-cache", "--jobs", "1", "--output-format", "json", "--config", str(tree.configuration)])
    found = [item["code"] for item in json.loads(capsys.readouterr().out)]
    assert sorted(found) == monorepo.plan(300, 0.1).findings()
    assert len(found) == tree.planted
    assert {"RSS001", "RSS002", "RSS003", "RSS005"} == set(found)


def test_edited_file_names_the_resource(tree: Tree) -> None:
    text = (tree.root / tree.file).read_text(encoding="utf-8")
    assert any(word in text for word in WORDS)
    assert Path(tree.file).is_relative_to(tree.service)


def test_copy_of_a_tree(tree: Tree, tmp_path: Path) -> None:
    copied = copy_tree(tree.root, tree.configuration, tmp_path)
    assert (copied.files, copied.lines, copied.file) == (tree.files, tree.lines, tree.file)
    assert copied.root.is_relative_to(tmp_path)


def test_ban_rules_of_peers(tree: Tree) -> None:
    bans = Bans.from_config(load_config(tree.configuration, root=tree.root))
    assert bans.words == ("RedisClient", "RedisManager", "redis_client", "redis_manager")
    assert '"shared.legacy.redis_manager".msg' in write_ruff(bans)
    assert [json.loads(rule)["id"] for rule in write_ast_grep(bans).split("---\n")] == ["banned-import", "banned-call"]
    assert len(json.loads(write_semgrep(bans))["rules"]) == 2


def test_repositories_with_a_configuration(tmp_path: Path) -> None:
    for name in ("mealie", "unknown"):
        (tmp_path / name).mkdir()
    [(checkout, configuration)] = find_repositories(tmp_path)
    assert (checkout, configuration) == (tmp_path / "mealie", CONFIGURATIONS / "mealie.toml")
    ours, alone, ruff = gather_repository(checkout, configuration, {"ruff": Found("ruff", "ruff 1")}, tmp_path)
    assert (ours.name, alone.name, ruff.name) == ("find-mealie", "find-one-process-mealie", "ruff-mealie")
    assert "pylint" in ours.command
    assert "concise" not in ours.command
    assert alone.command == (*ours.command, "--jobs", "1")
    assert '"mealie.schema.recipe.recipe".msg' in (tmp_path / "mealie.ruff.toml").read_text()


def test_each_repository_has_a_target() -> None:
    names = {f"find-{path.stem}" for path in CONFIGURATIONS.glob("*.toml")}
    assert names == {target.ours for target in TARGETS if target.ours.startswith("find-")}


def python(name: str, code: str, folder: Path, *, changes: Path | None = None) -> Contestant:
    return Contestant(name, (sys.executable, "-S", "-c", code), folder, "hit", changes=changes)


def test_rounds_are_interleaved_and_rotated(tmp_path: Path) -> None:
    log = tmp_path / "log"
    contestants = [python(name, f"open({str(log)!r}, 'a').write({name!r})", tmp_path) for name in "abc"]
    measures = time_all(contestants, 2, tmp_path, lambda text: None)
    assert log.read_text(encoding="utf-8") == "abc" + "abc" + "bca"
    assert [len(measure.samples) for measure in measures] == [2, 2, 2]


def test_changed_file_is_restored(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text("X = 1  # hit\n", encoding="utf-8")
    modified = file.stat().st_mtime_ns
    [measure] = time_all([python("a", "print(open('m.py').read() * 2)", tmp_path, changes=file)], 1, tmp_path, print)
    assert measure.found == 2
    assert (file.read_text(encoding="utf-8"), file.stat().st_mtime_ns) == ("X = 1  # hit\n", modified)


def test_failing_command_raises(tmp_path: Path) -> None:
    with pytest.raises(RunFailedError, match="a ended with 2: gone"):
        run_once(python("a", "import sys; print('gone'); sys.exit(2)", tmp_path), tmp_path)


MEASURES = (
    Measure("cold", "ms", (400.0, 500.0, 450.0), (300.0, 310.0, 320.0), 9),
    Measure("ruff", "ms", (1000.0, 900.0, 1500.0), (2000.0, 2000.0, 2000.0), 9),
    Measure("version", "ms", (90.0,)),
    Measure("python", "ms", (30.0,)),
    Measure("memory-cold", "MB", (55.5,)),
)


def report(planted: int | None = 9) -> Report:
    return Report("1000 files", 3, MEASURES, {"ruff": "ruff 1.0"}, PEERS[-1:], (0.5, 1.25), planted)


def test_judge() -> None:
    results = {result.target.ours: result for result in evaluate(MEASURES)}
    assert [round(result.value, 3) for result in results.values()] == [0.45, 3.0, 55.5]
    assert [result.holds for result in results.values()] == [True, False, True]
    assert results["cold"].processor == 0.155


def test_text() -> None:
    lines = render_text(report()).splitlines()
    assert lines[3].split("  ")[0] == "ratio"
    assert " ".join(lines[4].split()) == (
        "0.450 ≤ 0.5 met 0.155 cold ÷ ruff --no-cache 450 ms (400-500) 1000 ms (900-1500)"
    )
    assert (
        " ".join(lines[5].split())
        == "3.00 ≤ 2 MISSED --version ÷ python -c pass 90.0 ms (90.0-90.0) 30.0 ms (30.0-30.0)"
    )
    assert any(line.startswith("Left out, as it is not installed: flake8-tidy-imports") for line in lines)
    assert not any("WRONG" in line for line in lines)


def test_wrong_number_of_findings_is_reported() -> None:
    assert "WRONG: cold has 9 findings, but 10 were planted." in render_text(report(10))


def test_markdown() -> None:
    lines = render_markdown(report()).splitlines()
    assert lines[2] == "| cold ÷ ruff --no-cache | 450 ms | 1000 ms | 0.450 | ≤ 0.5 |"
    assert lines[4] == "| peak memory, cold | 55.5 MB |  |  | ≤ 200 MB |"


def test_json_has_samples_but_no_paths() -> None:
    document = json.loads(report().as_json())
    assert document["measures"][0]["samples"] == [400.0, 500.0, 450.0]
    assert document["targets"][0]["holds"] is True
    assert document["missing"] == ["flake8-tidy-imports"]
    assert str(Path.home()) not in json.dumps(document["machine"])


def test_targets_refer_to_measures() -> None:
    derived = {f"{tool}-{case.name}" for tool in ("cold", "ruff") for case in WIDE_CASES}
    derived |= {f"{tool}-{path.stem}" for tool in ("find", "ruff") for path in CONFIGURATIONS.glob("*.toml")}
    derived |= {"per-file-1000", "per-file-32000", *(f"memory-{name}" for name in ("cold", "warm", "ruff"))}
    for target in TARGETS:
        assert {target.ours, target.peer} - {""} <= {*NAMES, *derived}


@pytest.mark.no_cover
@pytest.mark.parametrize("case", WIDE_CASES, ids=lambda case: case.name)
def test_wide_case_has_the_planted_findings(
    case: WideCase, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = generate_case(replace(case, files=120), tmp_path / "tree")
    monkeypatch.chdir(tree.root)
    main(["check", "--no-cache", "--jobs", "1", "--output-format", "concise", "--config", str(tree.configuration)])
    assert capsys.readouterr().out.count(": RSS") == tree.planted
    names = [each.name for each in gather_pair(case, tree, {"ruff": Found("ruff", "ruff 1.0")}, tmp_path / "bans")]
    assert names == [f"cold-{case.name}", f"ruff-{case.name}"]


def test_wide_cases_without_peers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WIDE_CASES", [replace(WIDE_CASES[0], files=60)])
    monkeypatch.setattr(session, "find_peers", lambda folders: {})
    assert benchmark(["--wide", "--rounds", "1"]) == 0
    output = capsys.readouterr().out
    assert "cold-small" in output
    assert "ruff" in output


def test_keystrokes(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--tree", str(tree.root), "--config", str(tree.configuration), "--file", tree.file]
    assert keystrokes.main([*arguments, "--edits", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert " 0 findings" not in lines[0]
    for line, kind in zip(lines[2:], ("typing", "striking"), strict=True):
        assert line.startswith(kind)
        assert line.endswith("3 edits")
        median, most = (float(line.split()[column]) for column in (1, 3))
        assert 0 < median <= most


def test_typing_inserts_one_character_per_edit() -> None:
    text = "if a:\n    b\n"
    for run in islice(keystrokes.type_statements(text, Random(1)), 9):
        edits = [*run]
        for (before, offset, character), (after, _, _) in pairwise(edits):
            assert before[:offset] + character + before[offset:] == after
        last, offset, character = edits[-1]
        ast.parse("async def f():\n" + indent(f"{last[:offset]}{character}{last[offset:]}", " "))


def test_striking_inserts_one_wrong_character() -> None:
    struck = [[*run] for run in islice(keystrokes.insert_stray_keys("a = 1\n", Random(1)), 99)]
    assert all(len(run) == 1 and run[0][0] == "a = 1\n" for run in struck)
    assert {run[0][1] for run in struck} == set(range(7))


def test_tree_requires_config(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        benchmark(["--tree", "."])
    assert "--tree and --config go together" in capsys.readouterr().err
