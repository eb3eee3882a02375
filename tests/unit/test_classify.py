"""The classification of findings by owner, phase, risk, test category and service, and the batches of a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_redis_ssot.campaign import classify
from flake8_redis_ssot.campaign.classify import NOT_A_TEST, Classifier, Risk
from flake8_redis_ssot.campaign.codeowners import NO_OWNER, load_codeowners, parse_codeowners
from flake8_redis_ssot.campaign.plan import compute_distribution, make_plan
from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.model import Finding, FindingContext, FindingKind, Span

OWNERS = """\
# all
*                @all
/services/       @services @more  # theirs
docs/*           docs@example.org
*.md
/with\\ blank.py  @blank
[Backend][2] @backend
/services/api/
^[Optional] @optional
/lib/** @lib
"""


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("a.py", "@all"),
        ("services/x/a.py", "@services @more"),
        ("services/api/a.py", "@backend"),
        ("x/read.md", NO_OWNER),
        ("lib/a/b.py", "@lib"),
        ("with blank.py", "@blank"),
    ],
)
def test_last_matching_pattern_wins(path: str, owner: str) -> None:
    assert parse_codeowners(OWNERS.splitlines()).owners_for(path) == owner


@pytest.mark.parametrize("path", [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"])
def test_codeowners_locations(tmp_path: Path, path: str) -> None:
    assert load_codeowners(str(tmp_path)).owners_for("a.py") == NO_OWNER
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("* @all\n")
    assert load_codeowners(str(tmp_path)).owners_for("a.py") == "@all"


def create_classifier(root: Path) -> Classifier:
    resource = "resource.r = {canonical = 'orders.redis', constructors = 'orders.redis.M'}"
    text = f"services = ['orders', 'billing', 'deploy/edge']\n{resource}"
    return Classifier(config_from_overrides([text], root), load_codeowners(str(root)))


def finding(root: Path, path: str, pattern: str = "simple", origin: str = "shared.M", code: str = "RSS002") -> Finding:
    span = Span(1, 0, 1, 1)
    return Finding(
        str(root / path),
        span,
        code,
        "message",
        "",
        (1,),
        context=FindingContext("f", origin, "M()", FindingKind(pattern)),
    )


@pytest.mark.parametrize(
    ("path", "pattern", "origin", "phase", "risk"),
    [
        ("orders/a.py", "import", "shared.M", 1, Risk.LOW),
        ("orders/a.py", "reference", "shared.M", 1, Risk.MEDIUM),
        ("orders/tests/test_a.py", "reference", "shared.M", 1, Risk.LOW),
        ("orders/a.py", "simple", "orders.redis.M", 2, Risk.MEDIUM),
        ("orders/a.py", "factory", "orders.redis.M", 2, Risk.HIGH),
        ("orders/main.py", "member", "shared.M", 2, Risk.HIGH),
        ("orders/app_startup.py", "simple", "shared.M", 2, Risk.HIGH),
        ("tests/test_main.py", "simple", "shared.M", 2, Risk.LOW),
        ("tests/conftest.py", "simple", "shared.M", 2, Risk.MEDIUM),
        ("tests/helpers/redis.py", "simple", "shared.M", 2, Risk.MEDIUM),
        ("orders/a.py", "import", "billing.redis.M", 3, Risk.HIGH),
        ("orders/a.py", "simple", "billing", 3, Risk.HIGH),
        ("tests/test_a.py", "import", "billing.redis.M", 1, Risk.LOW),
    ],
)
def test_phase_and_risk(tmp_path: Path, path: str, pattern: str, origin: str, phase: int, risk: Risk) -> None:
    (work,) = create_classifier(tmp_path).classify([finding(tmp_path, path, pattern, origin)])
    assert (work.phase, work.risk) == (phase, risk)


@pytest.mark.parametrize(
    ("path", "service"), [("orders/a.py", "orders"), ("deploy/edge/a.py", "deploy/edge"), ("ordersx/a.py", "")]
)
def test_service_of(tmp_path: Path, path: str, service: str) -> None:
    assert create_classifier(tmp_path).service_of(path) == service


@pytest.mark.parametrize(
    ("path", "text", "category"),
    [
        ("orders/a.py", "", NOT_A_TEST),
        ("tests/unit/test_a.py", "", "unit"),
        ("tests/e2e/test_a.py", "", "e2e"),
        ("tests/unit/integration/test_a.py", "", "integration"),
        ("tests/test_a_integration.py", "", "integration"),
        ("tests/test_united.py", "", "test"),
        ("tests/test_a.py", "import pytest\npytestmark = pytest.mark.e2e\n", "e2e"),
        ("tests/test_gone.py", None, "test"),
    ],
)
def test_test_categories(tmp_path: Path, path: str, text: str | None, category: str) -> None:
    if text is not None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (work,) = create_classifier(tmp_path).classify([finding(tmp_path, path)])
    assert work.category == category


def test_batches(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @all\n/b/ @b\n")
    names = [f"{folder}/{number}.py" for folder in ("a", "b") for number in range(5)]
    findings = [finding(tmp_path, name) for name in names] + [finding(tmp_path, "a/0.py", "factory", code="RSS003")]
    plan = make_plan(create_classifier(tmp_path).classify(findings), 3)
    assert [(batch.name, batch.risk, batch.owner, len(batch.files)) for batch in plan.batches] == [
        ("2.1", Risk.MEDIUM, "@all", 3),
        ("2.2", Risk.MEDIUM, "@all", 1),
        ("2.3", Risk.MEDIUM, "@b", 3),
        ("2.4", Risk.MEDIUM, "@b", 2),
        ("2.5", Risk.HIGH, "@all", 1),
    ]
    assert len(plan.batches[-1].items) == 2
    assert plan.batches_in_phase(1) == ()
    shares = compute_distribution(plan.items, lambda work: work.owner)
    assert [(share.name, share.findings, share.files) for share in shares] == [("@all", 6, 5), ("@b", 5, 5)]


def test_find_tests() -> None:
    all_paths = ["a/redis.py", "a/tests/test_redis.py", "a/other_test.py", "b/redis_test.py", "tests/test_x.py"]
    assert classify.find_tests(["a/redis.py", "tests/test_x.py"], all_paths) == [
        "a/tests/test_redis.py",
        "b/redis_test.py",
        "tests/test_x.py",
    ]
