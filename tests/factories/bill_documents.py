"""Bills as documents, built by hand: the worked examples C02 (a firm) and R03 (a home)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from wattdesk.domains.billing.data import BillDocument, LineRow, ReadingRow, Step, Text

D = Decimal
GROUPS = {
    "ENERGY": Text("电能量", "Energy"),
    "LOSS": Text("上网环节线损", "Network losses"),
    "GRID": Text("输配电费", "Transmission and distribution"),
    "SYSTEM": Text("系统运行与功率因数", "System operation and power factor"),
    "FUND": Text("政府性基金及附加", "Government funds and surcharges"),
}
PRODUCT = Text("计费量 × 单价", "quantity × price")


def _step(formula: str, label: Text = PRODUCT) -> Step:
    return Step(label, formula)


def _line(
    position: int,
    code: str,
    group: str,
    name: Text,
    quantity: str,
    price: str,
    amount_fen: int,
    *,
    unit: str = "kWh",
    band: str = "",
    steps: tuple[Step, ...] | None = None,
    source: str = "国网湖北 代理购电工商业用户电价表 2026-01",
    clause: str = "",
) -> LineRow:
    yuan = f"{amount_fen // 100:,}.{amount_fen % 100:02d}"
    return LineRow(
        position=position,
        code=code,
        group=group,
        group_name=GROUPS[group],
        name=name,
        band=band,
        quantity=D(quantity),
        unit=unit,
        price=D(price),
        amount_fen=amount_fen,
        steps=(_step(f"{D(quantity):,} × {price} = {yuan}"),) if steps is None else steps,
        clause=clause,
        source=source,
    )


def _reading(
    kind: str, last: str | None, this: str | None, ratio: str, quantity: str, **changes: object
) -> ReadingRow:
    row = ReadingRow(
        meter_number="041277885031",
        kind=kind,
        last_date=date(2026, 10, 1),
        this_date=date(2026, 11, 1),
        last=None if last is None else D(last),
        this=None if this is None else D(this),
        multiplier=D(ratio),
        quantity=D(quantity),
        marks=(),
        last_reading_id=1,
        this_reading_id=2,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def firm_bill(**changes: object) -> BillDocument:
    """C02: two-part tariff, four periods, every component on its own line, 165,314.94 yuan."""
    bands = (
        ("SHARP", "18000", "0.768940", 13_840_92, "0.027286", 491_15),
        ("PEAK", "52000", "0.572860", 29_788_72, "0.020328", 1_057_06),
        ("FLAT", "76000", "0.384470", 29_219_72, "0.013643", 1_036_87),
        ("VALLEY", "64000", "0.173012", 11_072_77, "0.006139", 392_90),
    )
    purchase = [
        _line(n, f"PURCHASE_{b}", "ENERGY", Text("代理购电电费", "Purchased energy (agency)"),
              q, p, a, band=b, clause="分时政策 鄂发改价管〔2024〕77 号")
        for n, (b, q, p, a, _, _) in enumerate(bands, 1)
    ]  # fmt: skip
    losses = [
        _line(n, f"LOSS_{b}", "LOSS", Text("上网环节线损费用", "Network loss charge"), q, p, a,
              band=b, clause="分时政策 鄂发改价管〔2024〕77 号")
        for n, (b, q, _, _, p, a) in enumerate(bands, 5)
    ]  # fmt: skip
    power_factor = (
        _step("210,000 ÷ √(210,000² + 69,000²) = 0.9500 → 0.95", Text("功率因数", "power factor")),
        _step("标准 0.90；0.95 及以上 −0.75%", Text("调整率", "rate")),
        _step("157,000.44 × −0.75% = −1,177.50", Text("基数 × 调整率", "base × rate")),
    )
    all_kwh = "210000"
    rest = [
        _line(9, "TD_ENERGY", "GRID", Text("输配电量电费", "Grid use, energy"), all_kwh, "0.1263",
              26_523_00),
        _line(10, "CAPACITY", "GRID", Text("容量电费", "Capacity charge"), "1000", "26.3",
              26_300_00, unit="kVA"),
        _line(11, "SYSTEM_OP", "SYSTEM", Text("系统运行费用", "System operation"), all_kwh,
              "0.082273", 17_277_33),
        _line(12, "PF_ADJ", "SYSTEM", Text("功率因数调整电费", "Power-factor adjustment"),
              "157000.44", "-0.0075", -1_177_50, unit="CNY", steps=power_factor,
              source="水电财字〔1983〕215 号 调整率表"),
        _line(13, "FUND_RURAL", "FUND", Text("农网还贷资金", "Rural grid repayment fund"), all_kwh,
              "0.02", 4_200_00),
        _line(14, "FUND_RESERVOIR", "FUND",
              Text("大中型水库移民后期扶持基金", "Reservoir resettlement fund"), all_kwh, "0.0062",
              1_302_00),
        _line(15, "FUND_RENEWABLE", "FUND",
              Text("可再生能源电价附加", "Renewable energy surcharge"), all_kwh, "0.019", 3_990_00),
    ]  # fmt: skip
    document = BillDocument(
        bill_id=42881601,
        number="ZD-2026-11-0042881601",
        is_draft=False,
        supplier=Text("澜川供电公司", "Lanchuan Power Supply Company"),
        unit_name=Text("澜西供电所", "Lanxi Station"),
        account_id=816,
        account_number="370100428816",
        holder="澜川恒瑞精密铸造有限公司",
        payer="恒瑞控股集团 财务共享中心",
        invoice_title="澜川恒瑞精密铸造有限公司",
        present_user="澜川恒瑞精密铸造有限公司",
        address="澜川市澜西区临港工业园 7 号",
        customer_class=Text("工商业", "Commercial and industrial"),
        schedule_code="TWO_PART_10KV",
        schedule=Text("两部制 1–10 kV", "Two-part 1–10 kV"),
        tariff_code="HB-AGENT-2026-01",
        tariff_version=3,
        tariff_source="国网湖北 代理购电工商业用户电价表 2026-01",
        voltage="10 kV",
        capacity_kva=D("1000.0000"),
        receivable_month=date(2026, 11, 1),
        from_date=date(2026, 10, 1),
        to_date=date(2026, 11, 1),
        released_at=datetime(2026, 11, 4, 1, 5, tzinfo=UTC),
        due_date=date(2026, 11, 20),
        energy_kwh=D("210000.0000"),
        total_fen=165_314_94,
        marks=(),
        readings=(
            _reading("ACTIVE_TOTAL", "4812.3600", "4917.3600", "2000", "210000"),
            _reading("ACTIVE_SHARP", "412.08", "421.08", "2000", "18000"),
            _reading("ACTIVE_PEAK", "1196.44", "1222.44", "2000", "52000"),
            _reading("ACTIVE_FLAT", "1741.90", "1779.90", "2000", "76000"),
            _reading("ACTIVE_VALLEY", "1461.94", "1493.94", "2000", "64000"),
            _reading("REACTIVE_FORWARD", "1608.20", "1642.70", "2000", "69000"),
            _reading("DEMAND", None, "0.371", "2000", "742"),
        ),
        lines=(*purchase, *losses, *rest),
        block_year_start=None,
        block_used_kwh=None,
        block_limits_kwh=(),
        calculated_by="王若溪",
        released_by="周启明",
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def home_bill(**changes: object) -> BillDocument:
    """R03: a home with peak and valley in the second block of the year, 169.10 yuan."""
    source = "浙江省发展改革委 居民生活用电价格"
    home = {
        "meter_number": "330281907744",
        "last_date": date(2026, 10, 8),
        "this_date": date(2026, 11, 8),
    }
    document = BillDocument(
        bill_id=7,
        number="ZD-2026-11-0000000007",
        is_draft=False,
        supplier=Text("澜川供电公司", "Lanchuan Power Supply Company"),
        unit_name=Text("澜西供电所", "Lanxi Station"),
        account_id=7,
        account_number="330200718845",
        holder="欧阳若兰",
        payer="欧阳若兰",
        invoice_title="",
        present_user="王䶮",
        address="澜川市澜西区桐荫路 18 号 3 幢 2 单元 501 室",
        customer_class=Text("居民生活", "Residential"),
        schedule_code="RES_TOU_YEAR",
        schedule=Text("居民峰谷 年阶梯", "Residential peak and valley, blocks of the year"),
        tariff_code="ZJ-RES",
        tariff_version=1,
        tariff_source=source,
        voltage="220 V",
        capacity_kva=D("8.0000"),
        receivable_month=date(2026, 11, 1),
        from_date=date(2026, 10, 8),
        to_date=date(2026, 11, 8),
        released_at=datetime(2026, 11, 9, 2, 0, tzinfo=UTC),
        due_date=date(2026, 11, 30),
        energy_kwh=D("350.0000"),
        total_fen=169_10,
        marks=("EXCHANGED",),
        readings=(
            _reading("ACTIVE_TOTAL", "99870.50", "99999.50", "1", "129",
                     **{**home, "this_date": date(2026, 10, 20)}),
            _reading("ACTIVE_PEAK", "61204.10", "61281.10", "1", "77",
                     **{**home, "this_date": date(2026, 10, 20)}),
            _reading("ACTIVE_VALLEY", "38666.40", "38718.40", "1", "52",
                     **{**home, "this_date": date(2026, 10, 20)}),
            _reading("ACTIVE_TOTAL", "0.00", "221.00", "1", "221",
                     **{**home, "meter_number": "330290000112", "last_date": date(2026, 10, 20)}),
            _reading("ACTIVE_PEAK", "0.00", "133.00", "1", "133",
                     **{**home, "meter_number": "330290000112", "last_date": date(2026, 10, 20)}),
            _reading("ACTIVE_VALLEY", "0.00", "88.00", "1", "88",
                     **{**home, "meter_number": "330290000112", "last_date": date(2026, 10, 20)}),
        ),
        lines=(
            _line(1, "ENERGY_PEAK", "ENERGY", Text("峰段电量电费", "Peak energy"), "210", "0.568",
                  119_28, band="PEAK", source=source),
            _line(2, "ENERGY_VALLEY", "ENERGY", Text("谷段电量电费", "Valley energy"), "140",
                  "0.288", 40_32, band="VALLEY", source=source),
            _line(3, "TIER2_ADD", "ENERGY", Text("第二档加价", "Second block, added"), "190",
                  "0.05", 9_50, source=source, clause="附表 1",
                  steps=(
                      _step("2,600 + 350 − 2,760 = 190",
                            Text("本年累计超出第一档", "beyond the first block of the year")),
                      _step("190 × 0.05 = 9.50"),
                  )),
        ),
        block_year_start=date(2026, 1, 1),
        block_used_kwh=D("2950.0000"),
        block_limits_kwh=(D("2760"), D("4800")),
        calculated_by="王若溪",
        released_by="周启明",
    )  # fmt: skip
    return replace(document, **changes)  # type: ignore[arg-type]
