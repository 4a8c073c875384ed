"""The tools for the Chinese catalogues: what they find, keep, drop and complain about."""

import sys
from pathlib import Path

import polib
import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A source tree of its own; returns a function that writes a file into it."""
    monkeypatch.syspath_prepend(str(TOOLS))
    for name in ("catalogues", "make_messages"):
        sys.modules.pop(name, None)
    import catalogues
    import make_messages

    source = tmp_path / "src" / "wattdesk"
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(make_messages, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "SOURCE", source)
    for package in ("web", "web/staff/billing", "domains/ledger", "toolkit"):
        folder = source / package
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()

    def write(name: str, content: str) -> Path:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        return path

    yield write
    for name in ("catalogues", "make_messages"):
        sys.modules.pop(name, None)


def run(monkeypatch, *arguments: str) -> int:
    import make_messages

    monkeypatch.setattr(sys, "argv", ["make_messages.py", *arguments])
    return make_messages.main()


def catalogue(tree_file: Path, package: str) -> polib.POFile:
    source = next(p for p in tree_file.parents if p.name == "wattdesk")
    return polib.pofile(str(source / package / "locale/zh_Hans/LC_MESSAGES/django.po"))


class TestExtraction:
    def test_finds_all_forms_in_python(self, tree, monkeypatch):
        file = tree(
            "domains/ledger/x.py",
            'a = _("plain")\nb = gettext_lazy("lazy " "joined")\n'
            'c = ngettext("%(n)s row", "%(n)s rows", n)\nd = pgettext_lazy("nav", "Home")\n'
            'e = _(f"not {this}")\n',
        )
        run(monkeypatch)
        found = {(e.msgctxt, e.msgid, e.msgid_plural) for e in catalogue(file, "domains/ledger")}
        assert found == {
            (None, "plain", ""),
            (None, "lazy joined", ""),
            (None, "%(n)s row", "%(n)s rows"),
            ("nav", "Home", ""),
        }

    def test_finds_all_forms_in_templates(self, tree, monkeypatch):
        file = tree(
            "web/staff/billing/templates/billing/x.html",
            '  {% translate "Bill" %}\n{% translate "Open" context "verb" %}\n'
            "{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows"
            '{% endblocktranslate %}\n      {% panel _("Head") sub=_("small \\"one\\"") %}'
            "it's a quote (and a bracket\n{% endpanel %}",
        )
        run(monkeypatch)
        found = {(e.msgctxt, e.msgid) for e in catalogue(file, "web/staff/billing")}
        assert found == {
            (None, "Bill"),
            ("verb", "Open"),
            (None, "%(n)s row"),
            (None, "Head"),
            (None, 'small "one"'),
        }

    def test_gives_each_text_to_the_nearest_owner(self, tree, monkeypatch):
        file = tree("web/shell.py", '_("frame")')
        tree("web/staff/billing/views.py", '_("area")')
        tree("toolkit/errors.py", '_("error")')
        run(monkeypatch)
        for package, text in (
            ("web", "frame"),
            ("web/staff/billing", "area"),
            ("toolkit", "error"),
        ):
            assert [e.msgid for e in catalogue(file, package)] == [text]


class TestKeeping:
    def test_keeps_translations_and_drops_what_nothing_uses(self, tree, monkeypatch):
        file = tree("web/x.py", '_("stays")\n_("goes")')
        run(monkeypatch)
        po = catalogue(file, "web")
        for entry in po:
            entry.msgstr = "译文"
        po.save()
        tree("web/x.py", '_("stays")\n_("comes")')
        run(monkeypatch)
        assert {e.msgid: e.msgstr for e in catalogue(file, "web")} == {"stays": "译文", "comes": ""}

    def test_takes_the_translation_that_another_package_has(self, tree, monkeypatch):
        file = tree("web/x.py", '_("Account")')
        run(monkeypatch)
        po = catalogue(file, "web")
        po[0].msgstr = "用户"
        po.save()
        tree("toolkit/y.py", '_("Account")')
        run(monkeypatch)
        assert catalogue(file, "toolkit")[0].msgstr == "用户"

    def test_writes_the_same_bytes_again(self, tree, monkeypatch):
        file = tree("web/x.py", '_("b")\n_("a")')
        run(monkeypatch)
        path = Path(catalogue(file, "web").fpath)
        before = path.read_bytes()
        run(monkeypatch)
        assert path.read_bytes() == before


class TestCheck:
    @pytest.mark.parametrize(
        ("english", "chinese", "complaint"),
        [
            ("untold", "", "untranslated: 'untold'"),
            ("%(n)s rows", "若干行", "the translation lost a place: '%(n)s rows'"),
            ("rows", "%(n)s 行", "the translation names a place the text lacks: 'rows'"),
        ],
    )
    def test_fails_and_names_the_text(self, tree, monkeypatch, capsys, english, chinese, complaint):
        file = tree("web/x.py", f'_("{english}")')
        run(monkeypatch)
        po = catalogue(file, "web")
        po[0].msgstr = chinese
        po.save()
        assert run(monkeypatch, "--check") == 1
        assert complaint in capsys.readouterr().out

    def test_fails_for_two_translations_of_one_text(self, tree, monkeypatch, capsys):
        file = tree("web/x.py", '_("Open")')
        tree("toolkit/y.py", '_("Open")')
        run(monkeypatch)
        for package, word in (("web", "打开"), ("toolkit", "未决")):
            po = catalogue(file, package)
            po[0].msgstr = word
            po.save()
        assert run(monkeypatch, "--check") == 1
        assert "use one, or pgettext" in capsys.readouterr().out

    def test_writes_nothing(self, tree, monkeypatch):
        file = tree("web/x.py", '_("new")')
        assert run(monkeypatch, "--check") == 1
        assert not list(file.parent.glob("locale/**/*.po"))

    def test_passes_when_all_is_there(self, tree, monkeypatch):
        file = tree("web/x.py", '_("%(n)s new")')
        run(monkeypatch)
        po = catalogue(file, "web")
        po[0].msgstr = "%(n)s 个新的"
        po.save()
        assert run(monkeypatch, "--check") == 0
