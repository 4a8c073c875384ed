"""Fixtures of the audit tests."""

from pathlib import Path

import pytest


@pytest.fixture
def small_seals(settings, tmp_path: Path) -> int:
    """Seals of four records at most."""
    (tmp_path / "audit.yaml").write_text(
        "- {name: audit.seal_records, value: 4, effective_from: 2000-01-01, source: a test}\n"
    )
    settings.RULEBOOK_EXTRA = str(tmp_path)
    return 4
