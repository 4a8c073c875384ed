"""The small parts of every screen as template tags: the inventory of the mock-ups.

A builtin of all templates, so no ``{% load %}``. Filters write one value (``{{ fen|money }}``),
tags draw a part (``{% chip _("Released") "ok" %}``), block tags wrap what stands between them
(``{% note "warn" "flag" %}…{% endnote %}``). Larger parts have templates under
``templates/wd/parts/``. The list of all is in docs/howto/add-a-screen.md.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wattdesk.web import format as fmt
from wattdesk.web.parts import Event, Figure, Share, Step, Task
from wattdesk.web.templatetags import values
from wattdesk.web.templatetags.panels import PanelNode, parse_panel

register = template.Library()

WARN_FROM = 0.8  # share of a limit from which a countdown is amber (ui.md)
TONES = {"", "ok", "warn", "bad", "info", "hold", "mute", "none", "line", "solid-bad", "plain"}
BANDS = ("sharp", "peak", "flat", "valley", "deep")


def _class(base: str, tone: str) -> str:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"unknown tone {tone!r}")
    return f"{base} is-{tone}" if tone else base


# --- values: see values.py ------------------------------------------------------------------------
for _name, _filter in values.FILTERS.items():
    register.filter(_name, _filter)
register.simple_tag(values.period)


# --- small parts ----------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside a word; it is never read aloud."""
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def chip(text: object, tone: str = "", icon_name: str = "") -> SafeString:
    """State of the object, in the head or once in a row."""
    mark = icon(icon_name) if icon_name else ""
    return format_html('<span class="{}">{}{}</span>', _class("wd-chip", tone), mark, text)


@register.simple_tag
def state(text: object, tone: str = "mute") -> SafeString:
    """A dot and a word, in tables."""
    return format_html('<span class="{}">{}</span>', _class("wd-state", tone), text)


@register.simple_tag
def mark(text: object, tone: str = "") -> SafeString:
    """A printed mark on a figure: estimated, corrected."""
    return format_html('<span class="{}">{}</span>', _class("wd-mark", tone), text)


@register.simple_tag(takes_context=True)
def count(
    context: template.Context,
    due_at: datetime | None,
    used: float | None = None,
    is_paused: bool = False,
) -> SafeString:
    """Countdown to a deadline: text and the share of the limit used; a script keeps it going."""
    if due_at is None:
        return format_html('<span class="ink-3">{}</span>', _("no limit"))
    now = context.get("now") or timezone.now()
    left = due_at - now
    late = left.total_seconds() < 0
    share = used if used is not None else (1.0 if late else 0.0)
    kind = "hold" if is_paused else "late" if late else "warn" if share >= WARN_FROM else "ok"
    words = {"hold": _("paused, %(span)s left"), "late": _("late %(span)s")}
    text = words.get(kind, _("%(span)s left")) % {"span": fmt.span(left)}
    whole = int(left.total_seconds() / (1 - share)) if not late and share < 1 else 0
    return format_html(
        '<span class="wd-count is-{}" style="--used:{}" data-due="{}" data-used="{}"'
        ' data-limit="{}" title="{}">{}</span>',
        kind, f"{min(share, 1):.2f}", due_at.isoformat(), f"{share:.2f}", whole,
        fmt.moment(due_at), text,
    )  # fmt: skip


@register.simple_tag
def delta(value: Decimal | int | None, places: int | None = None, unit: str = "") -> SafeString:
    """A change against an earlier figure, always signed: more is brown, less is teal."""
    if value is None:
        return format_html('<span class="wd-delta">{}</span>', fmt.NONE)
    return _delta(value, fmt.signed_quantity(value, places) + unit)


@register.simple_tag
def delta_money(fen: int | None) -> SafeString:
    """A change of money, in fen."""
    return _delta(fen or 0, fmt.signed_yuan(fen))


def _delta(value: Decimal | int, text: str) -> SafeString:
    direction = "up" if value > 0 else "down" if value < 0 else ""
    return format_html('<span class="wd-delta {}">{}</span>', direction, text)


@register.simple_tag
def kbd(*keys: str) -> SafeString:
    """The key that does it; the element beside carries the same ``data-key``."""
    return format_html('<kbd class="wd-kbd">{}</kbd>', " ".join(keys))


@register.simple_tag
def tou(band: str) -> SafeString:
    """A period of time-of-use: letter and colour. ``band`` is SHARP, PEAK, FLAT, VALLEY, DEEP."""
    name = band.lower()
    if name not in BANDS:
        return SafeString("")
    letters = {
        "sharp": pgettext("band", "Sharp"),
        "peak": pgettext("band", "Peak"),
        "flat": pgettext("band", "Flat"),
        "valley": pgettext("band", "Valley"),
        "deep": pgettext("band", "Deep"),
    }
    return format_html('<span class="wd-tou {}">{}</span>', name, letters[name])


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """First character of a person's name in a circle."""
    return format_html(
        '<span class="wd-avatar {}" aria-hidden="true">{}</span>',
        size,
        (str(name) or "?")[0].upper(),
    )


@register.simple_tag
def masked(text: str, unmask_url: str = "") -> SafeString:
    """A masked value as the domain gives it (张*三); with an address, a button asks for the rest.

    The button sends a POST: every look at the whole value is recorded by the view behind it.
    """
    if not unmask_url:
        return format_html('<span class="wd-masked">{}</span>', text)
    return format_html(
        '<span class="wd-masked">{}<button type="button" class="wd-unmask" hx-post="{}"'
        ' hx-target="closest .wd-masked" hx-swap="outerHTML" title="{}" aria-label="{}">'
        '<i class="ti ti-eye" aria-hidden="true"></i></button></span>',
        text, unmask_url, _("Show in full; this is recorded"), _("Show in full; this is recorded"),
    )  # fmt: skip


@register.simple_tag
def kf(
    label: str,
    value: object,
    unit: str = "",
    *details: str,
    url: str = "",
    alarm: bool = False,
    info: str = "",
) -> SafeString:
    """Key figure: ``{% kf _("Held") "12" _("accounts") _("oldest 11-22") alarm=True %}``."""
    return draw_figure(Figure(label, str(value), str(unit), details, url, alarm, info))


@register.simple_tag
def draw_figure(figure: Figure) -> SafeString:
    """A key figure prepared by the view; a link to its list when it has one."""
    hint = ""
    if figure.info:
        hint = format_html(
            '<i class="ti ti-info-circle" title="{}" aria-hidden="true"></i>', figure.info
        )
    unit = format_html("<small>{}</small>", figure.unit) if figure.unit else ""
    below = format_html_join("", "<span>{}</span>", ((d,) for d in figure.details))
    inner = format_html(
        '<span class="l">{}{}</span><span class="v">{}{}</span><span class="d">{}</span>',
        figure.label, hint, figure.value, unit, below,
    )  # fmt: skip
    classes = "wd-kf is-alarm" if figure.is_alarm else "wd-kf"
    if figure.url:
        return format_html('<a class="{}" href="{}">{}</a>', classes, figure.url, inner)
    return format_html('<div class="{}">{}</div>', classes, inner)


@register.simple_tag
def bar(shares: Sequence[Share], size: str = "") -> SafeString:
    """A bar of parts. Its figures stand beside it in words."""
    whole = sum(s.amount for s in shares) or 1
    parts = format_html_join(
        "",
        '<i class="b-{}" style="width:{}%" title="{}"></i>',
        ((s.tone, f"{Decimal(100 * s.amount) / whole:.2f}", s.label) for s in shares if s.amount),
    )
    return format_html('<div class="wd-bar {}" aria-hidden="true">{}</div>', size, parts)


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """The way to here: label, address, label, address … and the last label alone."""
    links = zip(pairs[::2], [*pairs[1::2], ""], strict=False)
    arrow = icon("chevron-right")
    drawn = [
        format_html('<a href="{}">{}</a>', url, label) if url else format_html("{}", label)
        for label, url in links
    ]
    body = SafeString(arrow.join(drawn))
    return format_html('<nav class="wd-crumb" aria-label="{}">{}</nav>', _("The way here"), body)


@register.simple_tag
def chart(
    name: str, kind: str, data: dict[str, Any], label: str, height: str = "13.5rem"
) -> SafeString:
    """A chart and its data (frontend/src/chart.ts); ``label`` says in a sentence what it shows."""
    from django.utils.html import json_script

    return format_html(
        '<div class="wd-chart" style="height:{}" role="img" aria-label="{}" data-chart="{}"'
        ' data-source="{}-data"></div>{}',
        height, label, kind, name, json_script(data, f"{name}-data"),
    )  # fmt: skip


# --- blocks ---------------------------------------------------------------------------------------
@register.simple_block_tag
def note(content: SafeString, tone: str = "info", icon_name: str = "info-circle") -> SafeString:
    """A sentence that needs an answer: one a page, rarely two."""
    role = "alert" if tone == "bad" else "note"
    return format_html(
        '<div class="{}" role="{}">{}<div>{}</div></div>',
        _class("wd-note", tone), role, icon(icon_name), content,
    )  # fmt: skip


@register.simple_block_tag
def rule(content: SafeString, icon_name: str = "info-circle") -> SafeString:
    """A rule with its source, small, beside what it decides."""
    return format_html('<div class="wd-rule">{}<span>{}</span></div>', icon(icon_name), content)


@register.simple_block_tag
def nothing(
    content: SafeString, title: str, text: str = "", icon_name: str = "list-search"
) -> SafeString:
    """Nothing to show: says why, and the block's content what to do about it."""
    return _state_of_page("wd-empty", title, text, icon_name, content)


@register.simple_block_tag
def failure(
    content: SafeString, title: str, text: str = "", icon_name: str = "plug-connected-x"
) -> SafeString:
    """A part that could not be got: what is missing, what still works, when to try again."""
    return _state_of_page("wd-empty is-bad", title, text, icon_name, content)


def _state_of_page(
    classes: str, title: str, text: str, icon_name: str, content: SafeString
) -> SafeString:
    sentence = format_html('<div class="t-sm">{}</div>', text) if text else ""
    acts = format_html('<div class="acts">{}</div>', content) if content.strip() else ""
    return format_html(
        '<div class="{}">{}<h2>{}</h2>{}{}</div>', classes, icon(icon_name), title, sentence, acts
    )


@register.tag
def panel(parser: template.base.Parser, token: template.base.Token) -> PanelNode:
    """The only box: ``{% panel title sub=… %}`` then ``{% tools %} {% body %} {% foot %}``.

    Each part runs to the next; ``{% endpanel %}`` ends it; without parts everything is the body.
    ``pad=True`` pads the body; tables and lists stand without. ``id=`` and ``classes=`` go to the
    section.
    """
    return parse_panel(parser, token)


# --- larger parts ---------------------------------------------------------------------------------
@register.inclusion_tag("wd/parts/timeline.html")
def timeline(events: Sequence[Event], older_url: str = "", foot: str = "") -> dict[str, Any]:
    """Time line: date, icon, what, by whom and why, amount; grouped by month."""
    return {"events": events, "older_url": older_url, "foot": foot}


@register.inclusion_tag("wd/parts/steps.html")
def steps(items: Sequence[Step]) -> dict[str, Any]:
    """The steps of a guided form or a run."""
    return {"steps": items}


@register.inclusion_tag("wd/parts/task_row.html", takes_context=True)
def task_row(context: template.Context, task: Task) -> dict[str, Any]:
    """One row of a task table: limit, what and why, object, amount, origin, verb."""
    return {"task": task, "now": context.get("now")}


@register.inclusion_tag("wd/parts/field.html")
def field(
    bound: BoundField, hint: str = "", ok: str = "", autofocus: bool = False
) -> dict[str, Any]:
    """A form field: label, control, hint, faults in words, tied together for screen readers."""
    attrs: dict[str, Any] = {"class": "form-control"}
    if bound.widget_type == "select":
        attrs["class"] = "form-select"
    elif bound.widget_type in {"checkbox", "radioselect", "checkboxselectmultiple"}:
        attrs["class"] = "form-check-input"
    if bound.errors:
        attrs["class"] += " bad"
    if autofocus:
        attrs["autofocus"] = True
    own = bound.field.widget.attrs.get("class")
    if own:
        attrs["class"] += f" {own}"
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "hint": hint or bound.help_text,
        "ok": ok,
        "is_check": bound.widget_type == "checkbox",
    }


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The present address' query with some values changed; None takes one away."""
    request = context["request"]
    values = request.GET.copy()
    for name, value in changes.items():
        values.pop(name, None)
        if value is not None:
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.simple_tag(takes_context=True)
def help_terms(context: template.Context, *keys: str) -> SafeString:
    """Terms of the glossary for the help drawer: ``{% help_terms "service_period" "ratio" %}``."""
    from wattdesk.web.glossary import terms

    return format_html(
        "<dl class='wd-terms'>{}</dl>",
        format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((t.name, t.text) for t in terms(*keys))),
    )
