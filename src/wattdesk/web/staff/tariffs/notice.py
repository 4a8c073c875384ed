"""A tariff document as a price notice: what each price class costs, in tables and sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wattdesk.domains.tariffs.data import TariffDocument
from wattdesk.kernel.rating.components import built_price
from wattdesk.kernel.rating.document_types import (
    TOTAL,
    AllowanceCharge,
    BlocksCharge,
    Charge,
    ChargeHead,
    ComponentCharge,
    EnergyCharge,
    Schedule,
    Source,
    SurchargeCharge,
    TimeOfUseCharge,
)
from wattdesk.web import format as fmt
from wattdesk.web.staff.tariffs import words
from wattdesk.web.staff.tariffs.notice_parts import (
    Entry,
    Ground,
    PriceTable,
    ScheduleNotice,
    number,
)

UNCHECKED = "mem"
BLOCK = re.compile(r"_T(\d+)$")  # lines of blocks are named by their charge and number
PLACE = re.compile(r"schedules\[(\d+)\]")


def schedules(document: TariffDocument) -> list[ScheduleNotice]:
    """Every price class of the document, in its order."""
    return [_Reader(document, schedule).notice() for schedule in document.schedules]


def ground_of(document: TariffDocument, head: ChargeHead) -> Ground:
    """Clause and source of a charge; unchecked when it or its source says so."""
    source = document.sources.get(head.source)
    marks = {head.mark, source.mark if source else ""}
    return Ground(
        clause=head.clause,
        source=source.title if source else "",
        where=source.where if source else "",
        is_unchecked=UNCHECKED in marks,
    )


def sources(document: TariffDocument) -> list[tuple[Source, bool]]:
    """The documents it rests on, each with whether it was not checked with the original."""
    return [(source, source.mark == UNCHECKED) for source in document.sources.values()]


def unchecked(document: TariffDocument) -> list[str]:
    """The parts not checked with their source; price classes by their code, not their place."""

    def named(path: str) -> str:
        match = PLACE.match(path)
        if match is None or int(match[1]) >= len(document.schedules):
            return path
        return document.schedules[int(match[1])].code + path[match.end() :]

    return [named(path) for path in document.unchecked]


def block_ranges(limits: Sequence[Decimal]) -> Iterator[str]:
    """The blocks in kWh as notices print them: ``0–2,760``, ``2,761–4,800``, above."""
    low = Decimal(0)
    for limit in limits:
        begin = "0" if low == 0 else fmt.quantity(low + 1) if low == int(low) else fmt.quantity(low)
        yield f"{begin}{fmt.EN_DASH}{fmt.quantity(limit)}"
        low = limit
    yield _("above %(limit)s") % {"limit": fmt.quantity(low)} if limits else _("all")


def _gap(published: Decimal | None, built: Decimal) -> str:
    """How far a published price lies from the sum of its components, signed."""
    if published is None or published == built:
        return fmt.NONE
    sign = "+" if published > built else fmt.MINUS
    return f"{sign}{fmt.price(abs(published - built))}"


@dataclass(frozen=True, slots=True)
class _Reader:
    document: TariffDocument
    schedule: Schedule

    def notice(self) -> ScheduleNotice:
        return ScheduleNotice(
            code=self.schedule.code,
            title=words.text(self.schedule.title),
            facts=self._facts(),
            tables=[table for charge in self.schedule.charges for table in self._tables(charge)],
            windows=self._windows(),
            notes=self._notes(),
        )

    def _facts(self) -> list[tuple[str, str]]:
        schedule = self.schedule
        found = [(_("Class"), words.word(words.CLASSES, schedule.customer_class))]
        if schedule.parts:
            found.append((pgettext("price", "Parts"), words.word(words.PARTS, schedule.parts)))
        if schedule.voltage:
            found.append((_("Voltage"), schedule.voltage))
        if schedule.zone:
            found.append((_("Zone"), schedule.zone))
        return found

    def _notes(self) -> list[str]:
        """The rules of the class that are no prices, a sentence each."""
        schedule = self.schedule
        rounding = schedule.rounding
        found = [
            words.word(words.KWH_RULES, rounding.kwh),
            words.word(words.LIMIT_RULES, rounding.limits),
            _("built prices have %(n)s decimals") % {"n": rounding.price_decimals},
            words.word(words.PRICE_CHANGES, schedule.price_change),
        ]
        part = schedule.time_of_use
        if part is not None:
            found.append(
                _(
                    "registers of the bands may differ from the total by %(kwh)s kWh a band or"
                    " %(percent)s %%; the difference goes to %(band)s"
                )
                % {
                    "kwh": fmt.quantity(part.tolerance.kwh_per_band),
                    "percent": fmt.quantity(part.tolerance.percent),
                    "band": words.band(part.remainder_to),
                }
            )
        household = schedule.household
        if household is not None and household.extra_kwh_per_month:
            found.append(
                _("households of %(n)s and more persons: %(kwh)s kWh a month more in each block")
                % {
                    "n": household.extra_persons_from,
                    "kwh": fmt.quantity(household.extra_kwh_per_month),
                }
            )
        if household is not None and household.free_kwh_per_month:
            amounts = [fmt.quantity(kwh) for kwh in household.free_kwh_per_month]
            found.append(
                _("households in need: %(kwh)s kWh a month free") % {"kwh": _(" or ").join(amounts)}
            )
        return found

    # --- prices -------------------------------------------------------------------------------
    def _tables(self, charge: Charge) -> list[PriceTable]:
        match charge:
            case EnergyCharge():
                return [self._flat(charge)]
            case BlocksCharge():
                return [self._blocks(charge)]
            case TimeOfUseCharge():
                return [self._bands(charge)]
            case ComponentCharge():
                return [self._by_band(charge), self._components(charge)]
            case AllowanceCharge():
                return [self._allowance(charge)]
            case SurchargeCharge():
                return [self._surcharges(charge)]

    def _flat(self, charge: EnergyCharge) -> PriceTable:
        return PriceTable(
            words.text(charge.head.name),
            _("one price for every kWh"),
            [(_("Energy"), False), (_("CNY/kWh"), True)],
            [[Entry(_("every kWh")), number(fmt.price(charge.price))]],
            ground_of(self.document, charge.head),
        )

    def _blocks(self, charge: BlocksCharge) -> PriceTable:
        is_increment = charge.basis == "increment"
        rows = []
        for season in charge.seasons:
            ranges = block_ranges(season.upper_limits)
            for index, (span, price) in enumerate(zip(ranges, season.prices, strict=True), 1):
                shown = fmt.price(price)
                if is_increment:
                    shown = f"+{shown}" if price else fmt.NONE
                row = [Entry(_("Block %(n)s") % {"n": index}), number(span), number(shown)]
                if len(charge.seasons) > 1:
                    row.insert(0, Entry(words.months(season.months)))
                rows.append(row)
        cycle = _("kWh a year") if charge.cycle == "annual" else _("kWh a month")
        price_head = _("increment, CNY/kWh") if is_increment else _("CNY/kWh")
        heads = [(pgettext("blocks", "Block"), False), (cycle, True), (price_head, True)]
        if len(charge.seasons) > 1:
            heads.insert(0, (_("Season"), False))
        return PriceTable(
            words.text(charge.head.name),
            _("blocks, added to the other prices") if is_increment else _("blocks"),
            heads,
            rows,
            ground_of(self.document, charge.head),
            self._block_rules(charge),
        )

    @staticmethod
    def _block_rules(charge: BlocksCharge) -> list[str]:
        found = []
        if charge.cycle == "annual":
            month, day = charge.year_starts
            found.append(_("the block year begins on %(day)s") % {"day": f"{month:02d}-{day:02d}"})
            if charge.new_account == "months":
                found.append(_("new accounts: the limits by the months left in the year"))
        if charge.proration == "days":
            found.append(_("limits of a broken month by its days"))
        return found

    def _bands(self, charge: TimeOfUseCharge) -> PriceTable:
        several = len(charge.seasons) > 1
        bands = list(dict.fromkeys(b for season in charge.seasons for b in season.prices))
        rows = [
            [
                Entry(words.band(band), band=band),
                *(
                    number(fmt.price(season.prices[band]) if band in season.prices else fmt.NONE)
                    for season in charge.seasons
                ),
            ]
            for band in bands
        ]
        heads = [(pgettext("price", "Band"), False)]
        for season in charge.seasons:
            months = f" ({words.months(season.months)})" if several else ""
            heads.append((_("CNY/kWh") + months, True))
        return PriceTable(
            words.text(charge.head.name),
            _("by time of use"),
            heads,
            rows,
            ground_of(self.document, charge.head),
        )

    def _by_band(self, charge: ComponentCharge) -> PriceTable:
        part = self.schedule.time_of_use
        bands: tuple[str, ...] = part.bands if part and charge.factors else (TOTAL,)
        if charge.published:
            bands = tuple(charge.published)
        decimals = self.schedule.rounding.price_decimals
        rows = []
        for band in bands:
            built = built_price(charge, band, decimals)
            published = charge.published.get(band)
            named = Entry(_("every kWh")) if band == TOTAL else Entry(words.band(band), band=band)
            factors = charge.factors.get(band, ())
            row = [named]
            if charge.factors:
                row.append(number(" × ".join(fmt.quantity(f) for f in factors) or fmt.NONE))
            if charge.published:
                row.append(number(fmt.price(published) if published is not None else fmt.NONE))
            row.append(number(fmt.price(built)))
            if charge.published:
                row.append(number(_gap(published, built)))
            rows.append(row)
        heads = [(pgettext("price", "Band"), False)]
        if charge.factors:
            heads.append((_("times"), True))
        if charge.published:
            heads.append((_("published, CNY/kWh"), True))
        heads.append((_("sum of components"), True))
        if charge.published:
            heads.append((_("difference"), True))
        kind = (
            _("the published price is billed, the components are compared")
            if charge.bill_by == "published"
            else _("a line for each component is billed")
        )
        return PriceTable(
            words.text(charge.head.name), kind, heads, rows, ground_of(self.document, charge.head)
        )

    def _components(self, charge: ComponentCharge) -> PriceTable:
        rows = []
        for one in charge.components:
            price = fmt.price(one.price)
            if one.times != 1:
                price += f" × {fmt.quantity(one.times)}"
            rows.append(
                [
                    Entry(words.text(one.head.name), is_unchecked=one.head.mark == UNCHECKED),
                    Entry(words.group(one.head.group)),
                    Entry(_("with the band") if one.floats else _("the same all day")),
                    number(price),
                ]
            )
        return PriceTable(
            _("Components of %(charge)s") % {"charge": words.text(charge.head.name)},
            _("funds and additions among them"),
            [
                (_("Component"), False),
                (pgettext("price", "Group"), False),
                (_("Floats"), False),
                (_("CNY/kWh"), True),
            ],
            rows,
            Ground(),
        )

    def _allowance(self, charge: AllowanceCharge) -> PriceTable:
        household = self.schedule.household
        amounts = household.free_kwh_per_month if household else ()
        price = fmt.price(charge.price) if charge.price is not None else ""
        block = BLOCK.search(charge.price_of)
        if block:
            price = _("the price of block %(n)s") % {"n": block[1]}
        elif not price:
            price = _("the price of %(line)s") % {"line": charge.price_of}
        return PriceTable(
            words.text(charge.head.name),
            _("free energy, credited"),
            [(_("kWh a month"), False), (_("credited at"), True)],
            [[Entry(_(" or ").join(fmt.quantity(kwh) for kwh in amounts)), number(price)]],
            ground_of(self.document, charge.head),
        )

    def _surcharges(self, charge: SurchargeCharge) -> PriceTable:
        rows = []
        for item in charge.items:
            ground = ground_of(self.document, item.head)
            source = " ".join(part for part in (ground.source, ground.clause) if part)
            rows.append(
                [
                    Entry(words.text(item.head.name), is_unchecked=ground.is_unchecked),
                    Entry(words.group(item.head.group)),
                    Entry(source),
                    number(fmt.price(item.price)),
                ]
            )
        return PriceTable(
            _("Funds and surcharges"),
            _("on every billed kWh, a line each"),
            [
                (_("Fund or surcharge"), False),
                (pgettext("price", "Group"), False),
                (pgettext("price", "Source"), False),
                (_("CNY/kWh"), True),
            ],
            rows,
            Ground(),
        )

    # --- hours --------------------------------------------------------------------------------
    def _windows(self) -> list[PriceTable]:
        part = self.schedule.time_of_use
        if part is None or part.windows not in self.document.windows:
            return []
        found = self.document.windows[part.windows]
        rows = [
            [
                Entry(words.band(rule.band), band=rule.band),
                Entry(_(", ").join(words.clock(span) for span in rule.minutes)),
                Entry(words.months(rule.months)),
                Entry(
                    _(", ").join(words.word(words.DAY_KINDS, kind) for kind in rule.days)
                    if rule.days and "all" not in rule.days
                    else _("every day")
                ),
            ]
            for rule in found.rules
        ]
        if found.rest:
            rest = [Entry(words.band(found.rest), band=found.rest), Entry(_("remaining hours"))]
            rows.append([*rest, Entry(words.months(tuple(range(1, 13)))), Entry(_("every day"))])
        return [
            PriceTable(
                pgettext("price", "Hours"),
                found.code,
                [
                    (pgettext("price", "Band"), False),
                    (pgettext("price", "Hours"), False),
                    (pgettext("price", "Months"), False),
                    (pgettext("price", "Days"), False),
                ],
                rows,
                Ground(),
                [_("sharp peak goes before peak, deep valley before valley")],
            )
        ]
