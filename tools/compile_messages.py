"""Compile every django.po under src into the .mo beside it, where the .mo is older."""

import sys

import polib
from catalogues import SOURCE


def main() -> int:
    for path in sorted(SOURCE.glob("**/locale/*/LC_MESSAGES/django.po")):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            polib.pofile(str(path)).save_as_mofile(str(compiled))
    return 0


if __name__ == "__main__":
    sys.exit(main())
