"""Which package owns which texts, and what texts the code and the templates hold.

A text belongs to the catalogue of the nearest *owner* above its file: ``toolkit``, ``usecases``,
``jobs``, ``web``, every ``domains/<name>`` and every ``web/staff/<area>``. Catalogues are
``<owner>/locale/zh_Hans/LC_MESSAGES/django.po`` with the English text as msgid.
"""

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "wattdesk"
LANGUAGE = "zh_Hans"
KEYWORDS: dict[str, object] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACE = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{(\w+)[^{}]*\}")
METADATA = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": LANGUAGE,
    "Plural-Forms": "nplurals=1; plural=0;",
}
Key = tuple[str | None, str]


@dataclass
class Text:
    """One text: its context, singular and plural, and the files that use it."""

    context: str | None
    singular: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return (self.context, self.singular)


def owners() -> list[Path]:
    """All packages that keep a catalogue, deepest first."""
    fixed = [SOURCE / name for name in ("toolkit", "usecases", "jobs", "web", "api", "migration")]
    areas = [*(SOURCE / "domains").iterdir(), *(SOURCE / "web" / "staff").iterdir()]
    found = {p for p in [*fixed, *areas] if (p / "__init__.py").exists()}
    found |= {p.parent for p in SOURCE.glob("**/locale") if p.is_dir()}
    return sorted(found, key=lambda p: (-len(p.parts), str(p)))


def owner_of(file: Path, candidates: list[Path]) -> Path:
    for candidate in candidates:
        if candidate in file.parents:
            return candidate
    return SOURCE / "web"


def catalogue_path(owner: Path) -> Path:
    return owner / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def files() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*")):
        if "migrations" in path.parts or not path.is_file():
            continue
        if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
            yield path


def texts_of(path: Path) -> Iterator[Text]:
    """The translatable texts of one file."""
    content = path.read_text("utf-8")
    if path.suffix != ".py":
        if "{%" not in content and "{{" not in content:
            return
        # Within parentheses Python's tokenizer does not mind how lines are indented.
        content = "(" + _templatize(content, path) + "\n)"
    try:
        for _line, message, comments, context in extract(
            "python",
            io.BytesIO(content.encode()),
            keywords=KEYWORDS,
            comment_tags=("Translators",),
            options={"encoding": "utf-8"},
        ):
            parts = message if isinstance(message, tuple) else (message,)
            if parts[0]:
                yield Text(
                    context or None,
                    parts[0],
                    parts[1] if len(parts) > 1 else None,
                    comments=set(comments),
                )
    except SyntaxError as problem:
        raise SystemExit(f"{path.relative_to(ROOT)}: {problem}") from problem


def _templatize(content: str, path: Path) -> str:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wattdesk.config.settings")
    from django.utils.translation.template import templatize

    result: str = templatize(content, origin=str(path))
    return result


def collect() -> dict[Path, dict[Key, Text]]:
    """Owner → key → text, for the whole source tree."""
    candidates = owners()
    found: dict[Path, dict[Key, Text]] = {owner: {} for owner in candidates}
    for path in files():
        owner = owner_of(path, candidates)
        for text in texts_of(path):
            kept = found.setdefault(owner, {}).setdefault(text.key, text)
            kept.files.add(str(path.relative_to(owner)))
            kept.comments |= text.comments
            kept.plural = kept.plural or text.plural
    return found


def translation(entry: polib.POEntry) -> str:
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def places(text: str) -> set[str]:
    """Names of the places (``%(name)s`` or ``{name}``) in a text."""
    return {a or b for a, b in PLACE.findall(text)}


def load(path: Path) -> dict[Key, polib.POEntry]:
    if not path.exists():
        return {}
    return {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path)) if not e.obsolete}
