"""Findings in words: why, with the figures, in the language of the trade.

The kernel's evidence is figures only (``_e4`` = × 10 000); here each becomes one sentence.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wattdesk.domains.metering.rules import unscaled
from wattdesk.kernel.readings.codes import FindingCode, Kind, Method

Evidence = Mapping[str, Any]

NAMES = {
    FindingCode.MISSING: gettext_lazy("Reading missing"),
    FindingCode.NO_METER: gettext_lazy("No meter in part of the period"),
    FindingCode.NEGATIVE: gettext_lazy("Reading below the last"),
    FindingCode.ROLLOVER: gettext_lazy("Register rolled over"),
    FindingCode.EXCHANGED: gettext_lazy("Meter exchanged"),
    FindingCode.ZERO: gettext_lazy("No use"),
    FindingCode.SAME_AS_LAST: gettext_lazy("Same reading as last time"),
    FindingCode.SUDDEN_CHANGE: gettext_lazy("Sudden change"),
    FindingCode.ABOVE_CAPACITY: gettext_lazy("More than the capacity allows"),
    FindingCode.ABSURD: gettext_lazy("More than a meter can count"),
    FindingCode.GAP: gettext_lazy("Missing days filled"),
    FindingCode.GAPS_TOO_MANY: gettext_lazy("Too many missing days"),
    FindingCode.ESTIMATED_TWICE: gettext_lazy("Estimated again and again"),
    FindingCode.BAND_SUM: gettext_lazy("Periods do not add up to the total"),
    FindingCode.BANDS_INCOMPLETE: gettext_lazy("Periods known for a part only"),
    FindingCode.NO_HISTORY: gettext_lazy("No earlier period to compare with"),
    FindingCode.BEFORE_INSTALLATION: gettext_lazy("Reading outside the installation"),
    FindingCode.OFF_DAY: gettext_lazy("Read beside the reading day"),
}
KINDS = {
    Kind.ACTIVE_TOTAL: gettext_lazy("active total"),
    Kind.ACTIVE_SHARP: gettext_lazy("active sharp"),
    Kind.ACTIVE_PEAK: gettext_lazy("active peak"),
    Kind.ACTIVE_FLAT: gettext_lazy("active flat"),
    Kind.ACTIVE_VALLEY: gettext_lazy("active valley"),
    Kind.ACTIVE_DEEP: gettext_lazy("active deep valley"),
    Kind.ACTIVE_REVERSE: gettext_lazy("active reverse"),
    Kind.REACTIVE_FORWARD: gettext_lazy("reactive forward"),
    Kind.REACTIVE_REVERSE: gettext_lazy("reactive reverse"),
    Kind.DEMAND: gettext_lazy("maximum demand"),
}


def name_of(code: str) -> str:
    """The short name of a finding's code."""
    return str(NAMES[FindingCode(code)])


def kind_name(kind: str) -> str:
    """The name of a kind of register."""
    return str(KINDS[Kind(kind)])


def describe(code: str, evidence: Evidence) -> str:
    """Why, in one sentence with the figures of the evidence."""
    return _SENTENCES[FindingCode(code)](evidence)


def describe_estimate(evidence: Evidence) -> str:
    """How the estimate in the evidence was made; empty when there is none."""
    estimate = evidence.get("estimate")
    if not estimate:
        return ""
    figures = {
        "energy": kwh(estimate["energy_e4"]),
        "reference": kwh(estimate["reference_e4"]),
        "days": estimate["reference_days"],
    }
    if estimate["method"] == Method.LAST_YEAR_TREND:
        trend = Decimal(estimate["trend_e6"]).scaleb(-6).quantize(Decimal("0.001"))
        return _(
            "%(energy)s kWh: last year's same period, %(reference)s kWh in %(days)s days,"
            " times the segment's trend %(trend)s."
        ) % {**figures, "trend": trend}
    return (
        _(
            "%(energy)s kWh: mean daily use of the previous period,"
            " %(reference)s kWh in %(days)s days."
        )
        % figures
    )


def kwh(value_e4: int | None) -> str:
    """A quantity × 10 000 as people write it: thousands apart, no needless zeros."""
    if value_e4 is None:
        return _("unknown")
    return f"{unscaled(value_e4).normalize():,f}"


def _first(evidence: Evidence) -> dict[str, Any]:
    row: dict[str, Any] = evidence["registers"][0]
    return {**row, "kind": kind_name(row.get("kind", Kind.ACTIVE_TOTAL))}


def _more(evidence: Evidence) -> str:
    others = len(evidence["registers"]) - 1
    if others < 1:
        return ""
    return " " + ngettext(
        "One more register alike.", "%(others)s more registers alike.", others
    ) % {"others": others}


def _missing(evidence: Evidence) -> str:
    if "registers" not in evidence:
        return _("None of the %(days)s days has daily energy.") % evidence
    row = _first(evidence)
    words = {
        "START": _(
            "Meter %(meter_number)s, %(kind)s: no reading on %(part_from)s, the period's start."
        ),
        "END": _("Meter %(meter_number)s, %(kind)s: no reading on %(part_to)s, the period's end."),
        "BOTH": _(
            "Meter %(meter_number)s, %(kind)s: no reading on %(part_from)s and on %(part_to)s."
        ),
    }
    return words[row["edge"]] % row + _more(evidence)


def _negative(evidence: Evidence) -> str:
    row = _first(evidence)
    figures = {
        **row,
        "last": kwh(row["last_e4"]),
        "this": kwh(row["this_e4"]),
        "rolled": kwh(row["would_roll_e4"]),
    }
    sentence = _(
        "Meter %(meter_number)s, %(kind)s: fell from %(last)s to %(this)s. A rollover would mean"
        " %(rolled)s kWh, which is not plausible."
    )
    if row["last_estimated"]:
        sentence = _(
            "Meter %(meter_number)s, %(kind)s: fell from %(last)s to %(this)s. The last reading was"
            " an estimate and too high."
        )
    return sentence % figures + _more(evidence)


def _rollover(evidence: Evidence) -> str:
    row = _first(evidence)
    figures = {
        **row,
        "last": kwh(row["last_e4"]),
        "this": kwh(row["this_e4"]),
        "energy": kwh(row["energy_e4"]),
    }
    return _(
        "Meter %(meter_number)s, %(kind)s, %(digits)s digits: from %(last)s past zero to"
        " %(this)s, %(energy)s kWh."
    ) % figures + _more(evidence)


def _exchanged(evidence: Evidence) -> str:
    rows = evidence["registers"]
    old, new = rows[0], rows[-1]
    figures = {
        "old": old["meter_number"],
        "new": new["meter_number"],
        "day": new["part_from"],
        "old_energy": kwh(old["energy_e4"]),
        "new_energy": kwh(new["energy_e4"]),
        "old_multiplier": kwh(old["multiplier_e4"]),
        "new_multiplier": kwh(new["multiplier_e4"]),
    }
    return (
        _(
            "Meter %(old)s gave way to %(new)s on %(day)s: %(old_energy)s kWh (×%(old_multiplier)s)"
            " and %(new_energy)s kWh (×%(new_multiplier)s)."
        )
        % figures
    )


def _no_meter(evidence: Evidence) -> str:
    days = evidence["unmetered_days"]
    return ngettext(
        "On one day of the period no meter was installed.",
        "On %(days)s days of the period no meter was installed.",
        days,
    ) % {"days": days}


def _zero(evidence: Evidence) -> str:
    if not evidence["previous_e4"] and not evidence["last_year_e4"]:
        return _("No energy in %(days)s days.") % evidence
    return _(
        "No energy in %(days)s days; the period before had %(previous)s kWh, last year's"
        " %(year)s kWh."
    ) % {
        "days": evidence["days"],
        "previous": kwh(evidence["previous_e4"]),
        "year": kwh(evidence["last_year_e4"]),
    }


def _same_as_last(evidence: Evidence) -> str:
    return _("The register stands where it stood; the period before had %(previous)s kWh.") % {
        "previous": kwh(evidence["previous_e4"])
    }


def _sudden_change(evidence: Evidence) -> str:
    parts = [
        _daily(_("this period %(mean)s kWh a day"), evidence["energy_e4"], evidence["days"]),
    ]
    if evidence["previous_e4"] is not None:
        parts.append(
            _daily(
                _("the period before %(mean)s"), evidence["previous_e4"], evidence["previous_days"]
            )
        )
    if evidence["last_year_e4"] is not None:
        parts.append(
            _daily(_("last year %(mean)s"), evidence["last_year_e4"], evidence["last_year_days"])
        )
    up = evidence["direction"] == "UP"
    limit = evidence["rise_pct"] if up else evidence["fall_pct"]
    sentence = (
        _("Use has risen to %(limit)s %% or more: %(parts)s.")
        if up
        else _("Use has fallen to %(limit)s %% or less: %(parts)s.")
    )
    return sentence % {"limit": limit, "parts": _(", ").join(parts)}


def _daily(text: str, energy_e4: int, days: int) -> str:
    mean = (unscaled(energy_e4) / max(days, 1)).quantize(Decimal("0.01"))
    return text % {"mean": f"{mean:,f}"}


def _above_capacity(evidence: Evidence) -> str:
    return _(
        "%(energy)s kWh in %(days)s days: a connection of %(capacity)s kVA can take %(limit)s kWh"
        " at most (multiplier %(multiplier)s)."
    ) % {
        "energy": kwh(evidence["energy_e4"]),
        "days": evidence["days"],
        "capacity": kwh(evidence["capacity_e4"]),
        "limit": kwh(evidence["limit_e4"]),
        "multiplier": kwh(evidence["multiplier_e4"] or 10_000),
    }


def _absurd(evidence: Evidence) -> str:
    if "registers" in evidence:
        row = _first(evidence)
        return _("Meter %(meter_number)s, %(kind)s: the quantity is too large to be counted.") % row
    days = max(evidence["days"], 1)
    top = max(evidence["highest_day_e4"] or 0, (evidence["energy_e4"] or 0) // days)
    figures = {
        "top": kwh(top),
        "limit": kwh(evidence["limit_day_e4"]),
        "plate": evidence["rated_current"],
    }
    if evidence["rated_current"]:
        return (
            _("%(top)s kWh in a day: a meter of %(plate)s A can count %(limit)s kWh at most.")
            % figures
        )
    return (
        _("%(top)s kWh in a day: without a plate or history, %(limit)s kWh is the most.") % figures
    )


def _gap(evidence: Evidence) -> str:
    return _(
        "%(missing_days)s of %(days)s days are missing and were filled with the mean of the others,"
        " %(filled)s kWh."
    ) % {**evidence, "filled": kwh(evidence["filled_e4"])}


def _gaps_too_many(evidence: Evidence) -> str:
    return _(
        "%(missing_days)s of %(days)s days are missing, more than %(limit_pct)s %%; the others have"
        " %(known)s kWh."
    ) % {**evidence, "known": kwh(evidence["known_e4"])}


def _estimated_twice(evidence: Evidence) -> str:
    row = _first(evidence)
    return (
        _("Meter %(meter_number)s: estimated %(in_a_row)s times in a row, the limit is %(limit)s.")
        % row
    )


def _band_sum(evidence: Evidence) -> str:
    return _(
        "The total says %(energy)s kWh, the periods differ by %(difference)s kWh; %(allowed)s kWh"
        " are allowed."
    ) % {
        "energy": kwh(evidence["energy_e4"]),
        "difference": kwh(evidence["difference_e4"]),
        "allowed": kwh(evidence["allowed_e4"]),
    }


def _bands_incomplete(evidence: Evidence) -> str:
    return _(
        "Not every meter of the period has the same registers; the total is %(energy)s kWh."
    ) % {"energy": kwh(evidence["energy_e4"])}


def _no_history(evidence: Evidence) -> str:
    return _(
        "The check for sudden change could not run: neither %(previous_from)s to %(previous_to)s"
        " nor %(last_year_from)s to %(last_year_to)s is known."
    ) % dict(evidence)


def _before_installation(evidence: Evidence) -> str:
    row = _first(evidence)
    return _(
        "Meter %(meter_number)s, %(kind)s: a reading of %(reading_date)s was not used; it hung"
        " here from %(installed)s to %(removed)s."
    ) % {**row, "removed": row["removed"] or "…"} + _more(evidence)


def _off_day(evidence: Evidence) -> str:
    row = _first(evidence)
    if row["last_date"] and row["last_date"] != row["part_from"]:
        return _("Meter %(meter_number)s: read on %(last_date)s instead of %(part_from)s.") % row
    return _("Meter %(meter_number)s: read on %(this_date)s instead of %(part_to)s.") % row


_SENTENCES: dict[FindingCode, Callable[[Evidence], str]] = {
    FindingCode.MISSING: _missing,
    FindingCode.NO_METER: _no_meter,
    FindingCode.NEGATIVE: _negative,
    FindingCode.ROLLOVER: _rollover,
    FindingCode.EXCHANGED: _exchanged,
    FindingCode.ZERO: _zero,
    FindingCode.SAME_AS_LAST: _same_as_last,
    FindingCode.SUDDEN_CHANGE: _sudden_change,
    FindingCode.ABOVE_CAPACITY: _above_capacity,
    FindingCode.ABSURD: _absurd,
    FindingCode.GAP: _gap,
    FindingCode.GAPS_TOO_MANY: _gaps_too_many,
    FindingCode.ESTIMATED_TWICE: _estimated_twice,
    FindingCode.BAND_SUM: _band_sum,
    FindingCode.BANDS_INCOMPLETE: _bands_incomplete,
    FindingCode.NO_HISTORY: _no_history,
    FindingCode.BEFORE_INSTALLATION: _before_installation,
    FindingCode.OFF_DAY: _off_day,
}
