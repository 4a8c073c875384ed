"""Collect the texts of code and templates into the Chinese catalogues.

    .venv/bin/python tools/make_messages.py           write the catalogues, list what is missing
    .venv/bin/python tools/make_messages.py --check   write nothing; exit 1 when anything is amiss

Translations are kept, a new text takes the translation that another package already has for it,
texts that no file uses any more are dropped. Fill the empty ``msgstr`` in the .po files, then run
``tools/compile_messages.py``.
"""

import argparse
import sys
from pathlib import Path

import polib
from catalogues import (
    METADATA,
    ROOT,
    Key,
    Text,
    catalogue_path,
    collect,
    load,
    places,
    translation,
)


def build(texts: dict[Key, Text], known: dict[Key, str]) -> polib.POFile:
    """A catalogue in stable order: by first file, then by text. No line numbers, no dates."""
    file = polib.POFile(wrapwidth=98)
    file.metadata = dict(METADATA)
    for text in sorted(texts.values(), key=lambda t: (min(t.files), t.singular, t.context or "")):
        entry = polib.POEntry(
            msgctxt=text.context,
            msgid=text.singular,
            occurrences=[(name, "") for name in sorted(text.files)],
            comment="\n".join(sorted(text.comments)),
        )
        if text.plural:
            entry.msgid_plural = text.plural
            entry.msgstr_plural = {0: known.get(text.key, "")}
        else:
            entry.msgstr = known.get(text.key, "")
        if places(text.singular) and "%(" in text.singular:
            entry.flags.append("python-format")
        file.append(entry)
    return file


def problems_of(
    owner: Path, entries: dict[Key, polib.POEntry], texts: dict[Key, Text]
) -> list[str]:
    """What is missing or wrong in one catalogue, one sentence each."""
    where = owner.relative_to(ROOT / "src" / "wattdesk")
    found = []
    for key, text in texts.items():
        entry = entries.get(key)
        if entry is None:
            found.append(f"{where}: not in the catalogue: {text.singular!r}")
        elif not translation(entry):
            found.append(f"{where}: untranslated: {text.singular!r}")
        elif not (places(translation(entry)) <= places(text.singular) | places(text.plural or "")):
            found.append(
                f"{where}: the translation names a place the text lacks: {text.singular!r}"
            )
        elif not text.plural and places(translation(entry)) != places(text.singular):
            found.append(f"{where}: the translation lost a place: {text.singular!r}")
    found += [
        f"{where}: no longer used: {key[1]!r}" for key in entries.keys() - texts.keys() if key[1]
    ]
    return found


def contradictions(catalogues: dict[Path, dict[Key, polib.POEntry]]) -> list[str]:
    """One text with two translations: Django would show one of them everywhere."""
    seen: dict[Key, tuple[Path, str]] = {}
    found = []
    for owner, entries in sorted(catalogues.items()):
        for key, entry in entries.items():
            mine = translation(entry)
            if not mine:
                continue
            first, theirs = seen.setdefault(key, (owner, mine))
            if theirs != mine:
                found.append(
                    f"{key[1]!r} is {theirs!r} in {first.name} and {mine!r} in {owner.name}:"
                    " use one, or pgettext with a context"
                )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on a problem")
    parser.add_argument("only", nargs="*", help="packages to write, e.g. domains/billing")
    arguments = parser.parse_args()
    wanted = [ROOT / "src" / "wattdesk" / name for name in arguments.only]
    found = collect()
    catalogues = {owner: load(catalogue_path(owner)) for owner in found}
    everywhere = {
        key: translation(entry)
        for entries in catalogues.values()
        for key, entry in entries.items()
        if translation(entry)
    }
    if not arguments.check:
        for owner, texts in found.items():
            path = catalogue_path(owner)
            if (wanted and owner not in wanted) or not (texts or path.exists()):
                continue
            # Read again: somebody may have saved a translation since.
            own = {key: translation(entry) for key, entry in load(path).items()}
            path.parent.mkdir(parents=True, exist_ok=True)
            known = {**everywhere, **{k: v for k, v in own.items() if v}}
            content = str(build(texts, known)) + "\n"
            if not path.exists() or path.read_text("utf-8") != content:
                fresh = path.with_suffix(".new")
                fresh.write_text(content, "utf-8")
                fresh.replace(path)
            catalogues[owner] = load(path)
    selected = [owner for owner in found if not wanted or owner in wanted]
    sentences = [s for o in selected for s in problems_of(o, catalogues[o], found[o])]
    sentences += contradictions(catalogues)
    for sentence in sentences:
        print(sentence)
    total = sum(len(texts) for texts in found.values())
    filled = sum(1 for texts in found.values() if texts)
    print(f"{total} texts in {filled} catalogues, {len(sentences)} problems")
    return 1 if arguments.check and sentences else 0


if __name__ == "__main__":
    sys.exit(main())
