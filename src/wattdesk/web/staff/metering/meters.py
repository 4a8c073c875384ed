"""A meter's page: where it hung, its registers, every reading with its history; correcting one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from wattdesk.domains.audit import api as audit
from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import InstalledMeter, Kind, ReadingInfo
from wattdesk.domains.premises import api as premises
from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.staff.metering import codes

VIEW = "metering.view"
CORRECT = "metering.correct"
MONTHS = 26
LONGEST_REASON = 200
MOST_ENTRIES = 300


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter that the person may see: the places where it hung, the latest first."""

    number: str
    places: Sequence[InstalledMeter]
    holder: customers.PointHolder | None

    @property
    def now(self) -> InstalledMeter:
        """Where it hangs, or hung last."""
        return self.places[0]

    def ratio_on(self, day: date) -> Decimal:
        """The multiplier of the installation that held on a day (its last day included)."""
        for place in self.places:
            if place.from_date <= day and (place.to_date is None or day <= place.to_date):
                return place.multiplier
        return self.now.multiplier


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A reading with the step from the one before, and who changed it where somebody did."""

    reading: ReadingInfo
    quality: tuple[str, str]
    origin: str
    difference: Decimal | None
    ratio: Decimal
    energy: Decimal | None
    by: str

    @property
    def is_superseded(self) -> bool:
        return self.reading.superseded_at is not None

    @property
    def note(self) -> str:
        """What was noted with the reading; an estimate's method in words."""
        return str(codes.METHODS.get(self.reading.note, self.reading.note))


def open_meter(request: HttpRequest, number: str, action: str) -> Meter:
    """The meter by its number, where the point at which it hangs (or hung last) is in the scope.

    Raises MeterNotFound, NotFound.
    """
    places = metering.places_of_meter(number)
    if not places:
        raise NotFound
    point = places[0].usage_point_id
    if not premises.points_within([point], scope=access.scope(request, action)):
        raise NotFound
    holder = None
    if access.viewer(request).may("customers.view"):
        holder = customers.holders_of_points([point], on=access.today(request)).get(point)
    return Meter(number, places, holder)


def reading_lines(
    meter: Meter, readings: Sequence[ReadingInfo], people: Mapping[int, str]
) -> list[ReadingLine]:
    """The readings of one register, the latest first, each with its step from the one before."""
    in_force = sorted(
        (r for r in readings if r.superseded_at is None), key=lambda r: r.reading_date
    )
    before = {later.id: earlier for earlier, later in pairwise(in_force)}
    lines: list[ReadingLine] = []
    for reading in readings:
        earlier = before.get(reading.id)
        difference = reading.value - earlier.value if earlier else None
        ratio = meter.ratio_on(reading.reading_date)
        lines.append(
            ReadingLine(
                reading,
                codes.named(codes.QUALITIES, reading.quality),
                codes.word(codes.ORIGINS, reading.origin),
                difference,
                ratio,
                difference * ratio if difference is not None and difference >= 0 else None,
                people.get(reading.id, ""),
            )
        )
    return lines


def people_of(found: Meter) -> dict[int, str]:
    """Who corrected which reading and why, by the id of the new reading and of the old."""
    told: dict[int, str] = {}
    subjects = [f"meter:{found.now.meter.id}"]
    subjects += [f"usage_point:{place.usage_point_id}" for place in found.places]
    for entry in audit.timeline_of(subjects, limit=MOST_ENTRIES):
        if entry.action != "metering.reading.correct":
            continue
        who = "　".join(part for part in (entry.actor_name, entry.reason) if part)
        for held in (entry.before, entry.after):
            if held and isinstance(held.get("reading"), int):
                told[held["reading"]] = who
    return told


@needs(VIEW)
@require_GET
def meter(request: HttpRequest, number: str) -> HttpResponse:
    """Registers as tabs, readings with quality and origin, corrected ones struck through."""
    found = open_meter(request, number, VIEW)
    today = access.today(request)
    since = None if request.GET.get("all") == "1" else add_months(today, -MONTHS)
    registers = found.now.meter.registers
    kinds = {register.kind.value: register for register in registers}
    chosen = request.GET.get("register", "")
    if chosen not in kinds:
        chosen = next(iter(kinds), "")
    readings = [
        r for r in metering.readings_of_meter(number, since=since) if r.kind.value == chosen
    ]
    may_correct = bool(
        premises.points_within([found.now.usage_point_id], scope=access.scope(request, CORRECT))
    )
    return render(
        request,
        "metering/meter.html",
        {
            "meter": found,
            "info": found.now.meter,
            "is_installed": found.now.to_date is None or found.now.to_date > today,
            "registers": [
                (register, metering.kind_name(register.kind), register.kind.value == chosen)
                for register in registers
            ],
            "chosen": chosen,
            "places": kinds[chosen].decimals if chosen else 2,
            "unit": unit_of(chosen),
            "lines": reading_lines(found, readings, people_of(found)),
            "is_all": since is None,
            "months": MONTHS,
            "may_correct": may_correct,
        },
    )


def unit_of(kind: str) -> str:
    """kWh, kvarh or kW, by what the register counts."""
    if kind.startswith("REACTIVE"):
        return "kvarh"
    return "kW" if kind == Kind.DEMAND else "kWh"


class CorrectionForm(forms.Form):
    """A corrected value, and why."""

    value = forms.DecimalField(
        label=gettext_lazy("What the register showed"),
        min_value=0,
        max_digits=14,
        decimal_places=4,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}
        ),
    )
    reason = forms.CharField(
        label=pgettext_lazy("field", "Reason"), max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Stands beside the reading with your name."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """The energy before and after the reading, with a value put in its place."""

    earlier: ReadingInfo | None
    later: ReadingInfo | None
    energy_before: Decimal | None
    energy_after: Decimal | None


def steps_around(
    found: Meter, readings: Sequence[ReadingInfo], reading: ReadingInfo, value: Decimal
) -> Step:
    """What the value would make of the two periods that the reading divides."""
    same = sorted(
        (r for r in readings if r.kind == reading.kind and r.superseded_at is None),
        key=lambda r: r.reading_date,
    )
    earlier = next((r for r in reversed(same) if r.reading_date < reading.reading_date), None)
    later = next((r for r in same if r.reading_date > reading.reading_date), None)
    ratio = found.ratio_on(reading.reading_date)
    return Step(
        earlier,
        later,
        (value - earlier.value) * ratio if earlier else None,
        (later.value - value) * found.ratio_on(later.reading_date) if later else None,
    )


@needs(CORRECT)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, number: str, reading_id: int) -> HttpResponse:
    """Replace a reading by a corrected value; what it does to the energy shows while one types."""
    found = open_meter(request, number, CORRECT)
    readings = metering.readings_of_meter(number)
    reading = next((r for r in readings if r.id == reading_id), None)
    if reading is None:
        raise NotFound
    if reading.superseded_at is not None:
        raise metering.ReadingSuperseded
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        initial={"value": f"{reading.value.normalize():f}"},
    )
    if request.method == "POST" and form.is_valid():
        by = access.act(request, form.cleaned_data["reason"])
        value = form.cleaned_data["value"]
        if carry_out(form, lambda: metering.correct_reading(reading_id, value, by=by)):
            messages.success(request, _("Corrected. The old value stays visible, struck through."))
            return redirect("metering:meter", number)
    tried = _tried(request.GET.get("value", "")) if request.method == "GET" else None
    context = {
        "meter": found,
        "info": found.now.meter,
        "reading": reading,
        "register": metering.kind_name(reading.kind),
        "unit": unit_of(reading.kind),
        "quality": codes.named(codes.QUALITIES, reading.quality),
        "origin": codes.word(codes.ORIGINS, reading.origin),
        "ratio": found.ratio_on(reading.reading_date),
        "form": form,
        "present": steps_around(found, readings, reading, reading.value),
        "after": steps_around(found, readings, reading, tried) if tried is not None else None,
        "tried": tried,
    }
    if access.is_part(request) and request.method == "GET":
        return render(request, "metering/correction_steps.html", context)
    return render(request, "metering/correct.html", context)


def _tried(text: str) -> Decimal | None:
    """A number while it is typed; None while it is none."""
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        return None
    return value if value.is_finite() and 0 <= value < 10**12 else None
