"""The JSON Schema of tariff documents: the parts around the charges.

It is shaped for every rule of the Chinese tariff order, also for those that the engines do not
calculate yet; :mod:`document_rules` refuses these by name. ``wattdesk tariff schema`` prints it
for editors, and ``rulebook/tariff.schema.json`` is that text.
"""

from typing import Any

from wattdesk.kernel.rating.charge_schemas import (
    BANDS,
    CHARGES,
    CODE,
    DECIMAL,
    MARK,
    MONTHS,
    TEXT,
    listed,
    record,
    words,
)

Schema = dict[str, Any]

DAY: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
    "title": "a day such as 2026-08-01",
}
VOLTAGES = ["<1kV", "1-10(20)kV", "35kV", "35-110kV", "110(66)kV", ">=220kV"]
HOURS: Schema = {
    "type": "string",
    "pattern": r"^([01]\d|2[0-3]):(00|15|30|45)-(([01]\d|2[0-3]):(00|15|30|45)|24:00)$",
    "title": "hours such as 22:00-08:00",
}

SOURCE = record({"title": words(300), "where": words(300), "mark": MARK}, needed=("title",))

WINDOW_RULE = record(
    {
        "band": {"enum": BANDS},
        "hours": listed(HOURS),
        "months": MONTHS,
        "days": listed({"enum": ["all", "workdays", "weekends", "holidays"]}),
        "holidays": listed(words(40)),
        "temperature_from": {**DECIMAL, "title": "degrees Celsius of the day"},
        "categories": listed(words(40)),
        "mark": MARK,
        "note": words(400),
    },
    needed=("band", "hours"),
)
WINDOWS = record(
    {
        "source": words(40),
        "mark": MARK,
        "note": words(400),
        "rules": listed(WINDOW_RULE),
        "rest": {"enum": BANDS},
    },
    needed=("rules",),
)

ROUNDING = record(
    {
        "kwh": {"enum": ["floor_carry", "half_up", "decimals2"]},
        "limits": {"enum": ["whole", "decimals2"]},
        "price_decimals": {"type": "integer", "minimum": 2, "maximum": 8},
        "source": words(40),
        "mark": MARK,
        "note": words(400),
    },
    needed=("kwh",),
)

TIME_OF_USE = record(
    {
        "windows": CODE,
        "bands": listed({"enum": BANDS}, least=2),
        "remainder_to": {"enum": BANDS},
        "tolerance": record(
            {"kwh_per_band": DECIMAL, "percent": DECIMAL, "source": words(40), "mark": MARK},
            needed=("kwh_per_band", "percent"),
        ),
        "source": words(40),
        "mark": MARK,
    },
    needed=("windows", "bands", "remainder_to", "tolerance"),
)

HOUSEHOLD = record(
    {
        "extra_persons": record(
            {
                "persons_from": {"type": "integer", "minimum": 2, "maximum": 99},
                "kwh_per_month": DECIMAL,
                "clause": words(200),
                "source": words(40),
                "mark": MARK,
            },
            needed=("persons_from", "kwh_per_month"),
        ),
        "allowance": record(
            {
                "kwh_per_month": listed(DECIMAL),
                "clause": words(200),
                "source": words(40),
                "mark": MARK,
            },
            needed=("kwh_per_month",),
        ),
    }
)

ELIGIBILITY = record(
    {
        "capacity_kva_from": DECIMAL,
        "capacity_kva_to": DECIMAL,
        "note": words(400),
        "source": words(40),
        "mark": MARK,
    }
)

SCHEDULE = record(
    {
        "code": {**CODE, "maxLength": 40},
        "title": {**TEXT, "title": "a text in zh and en"},
        "customer_class": {"enum": ["RESIDENTIAL", "AGRICULTURE", "COMMERCIAL"]},
        "parts": {"enum": ["SINGLE_PART", "TWO_PART"]},
        "voltage": {"enum": VOLTAGES},
        "zone": words(40),
        "eligibility": ELIGIBILITY,
        "rounding": ROUNDING,
        "price_change": {"enum": ["by_days", "by_reading"]},
        "time_of_use": TIME_OF_USE,
        "household": HOUSEHOLD,
        "charges": listed(CHARGES),
        "note": words(400),
    },
    needed=("code", "title", "customer_class", "charges"),
)

EXAMPLE = record(
    {
        "id": words(40),
        "title": TEXT,
        "schedule": words(40),
        "source": words(300),
        "given": record(
            {
                "from_date": DAY,
                "to_date": DAY,
                "months": {"type": "integer", "minimum": 1, "maximum": 12},
                "months_in_block_year": {"type": "integer", "minimum": 1, "maximum": 12},
                **dict.fromkeys(
                    (
                        "energy",
                        "energy_sharp",
                        "energy_peak",
                        "energy_flat",
                        "energy_valley",
                        "energy_deep",
                        "carry",
                        "block_used",
                        "extra_kwh_per_month",
                        "free_kwh_per_month",
                    ),
                    DECIMAL,
                ),
            },
            needed=("from_date", "to_date", "energy"),
        ),
        "lines": {
            "type": "array",
            "items": record(
                {"code": words(30), "quantity": DECIMAL, "price": DECIMAL, "amount": DECIMAL},
                needed=("code", "quantity", "price", "amount"),
            ),
        },
        "total": DECIMAL,
        "note": words(400),
    },
    needed=("id", "schedule", "given", "lines", "total"),
)

TABLE = record(
    {
        "unit": words(20),
        "source": words(40),
        "mark": MARK,
        "months": {
            "type": "object",
            "patternProperties": {r"^\d{4}-\d{2}$": DECIMAL},
            "additionalProperties": False,
        },
    },
    needed=("unit", "months"),
)

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Wattdesk tariff document",
    **record(
        {
            "wattdesk": {"const": "tariff/1"},
            "code": {**CODE, "maxLength": 40},
            "title": TEXT,
            "region": record({"code": words(12), "zh": words(60), "en": words(60)},
                             needed=("zh", "en")),
            "effective_from": DAY,
            "effective_to": DAY,
            "invented": {"type": "boolean"},
            "mark": MARK,
            "note": words(2000),
            "sources": {
                "type": "object",
                "minProperties": 1,
                "patternProperties": {r"^[A-Za-z0-9_-]{1,40}$": SOURCE},
                "additionalProperties": False,
            },
            "windows": {
                "type": "object",
                "patternProperties": {r"^[A-Z0-9][A-Z0-9_-]{0,39}$": WINDOWS},
                "additionalProperties": False,
            },
            "tables": {
                "type": "object",
                "patternProperties": {r"^[A-Z0-9][A-Z0-9_-]{0,39}$": TABLE},
                "additionalProperties": False,
            },
            "rounding": ROUNDING,
            "schedules": listed(SCHEDULE),
            "examples": listed(EXAMPLE),
        },
        needed=(
            "wattdesk",
            "code",
            "title",
            "region",
            "effective_from",
            "sources",
            "rounding",
            "schedules",
            "examples",
        ),
    ),
}  # fmt: skip
