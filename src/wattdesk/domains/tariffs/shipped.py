"""The tariff documents that come with the program: examples of real prices, and the demo's."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from wattdesk.toolkit.errors import NotFound

FOLDER = Path(__file__).resolve().parents[2] / "rulebook" / "tariffs"


class NotShipped(NotFound):
    """There is no document of that name among those that come with the program."""

    code = "tariffs.not_shipped"
    message = _("No tariff document named %(name)s comes with the program.")


def shipped_names() -> list[str]:
    """Names for :func:`shipped_text`, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def shipped_text(name: str) -> str:
    """The text of a shipped document. Raises NotShipped."""
    if name not in shipped_names():
        raise NotShipped(name=name)
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
