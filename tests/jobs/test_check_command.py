"""wattdesk check: what it finds."""

import pytest

from wattdesk.jobs.cli import check


class TestChecks:
    def test_settings_are_safe_for_production(self):
        assert check.system_problems() == []

    def test_debug_is_a_problem(self, settings):
        settings.DEBUG = True
        assert any("DEBUG" in problem for problem in check.system_problems())

    def test_templates_compile(self):
        assert check.broken_templates() == []

    def test_a_template_that_does_not_compile_is_named(self, settings, tmp_path):
        (tmp_path / "bad.html").write_text("{% endif %}")
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
        (problem,) = check.broken_templates()
        assert problem.startswith("bad.html: ")

    def test_a_changed_model_is_named(self, monkeypatch):
        from wattdesk.web.models import SavedView

        field = SavedView._meta.get_field("name")
        monkeypatch.setattr(field, "max_length", 41)
        assert "web: Alter field name on savedview" in check.missing_migrations()

    @pytest.mark.parametrize("app", ["web"])
    def test_our_own_models_have_their_migrations(self, app):
        assert not [p for p in check.missing_migrations() if p.startswith(f"{app}:")]
