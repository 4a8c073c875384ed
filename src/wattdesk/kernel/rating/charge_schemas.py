"""The JSON Schema of the charges of a schedule, form by form.

The forms that the engines calculate: ``energy``, ``time_of_use``, ``blocks``, ``allowance``,
``surcharge``. The others are shaped from the same rules (basic charge with 105 % and 40 %, power
factor by table, losses, minimum, fixed, discount) so that documents can be written now.
"""

from typing import Any

Schema = dict[str, Any]

BANDS = ["SHARP", "PEAK", "FLAT", "VALLEY", "DEEP"]
GROUPS = ["ENERGY", "LOSS", "GRID", "SYSTEM", "FUND", "ADJUSTMENT"]


def words(longest: int) -> Schema:
    """A text of at least one character."""
    return {"type": "string", "minLength": 1, "maxLength": longest, "title": "a text"}


def record(parts: dict[str, Schema], needed: tuple[str, ...] = ()) -> Schema:
    """A mapping of exactly these parts, of which ``needed`` must be there."""
    return {
        "type": "object",
        "properties": parts,
        "required": list(needed),
        "additionalProperties": False,
    }


def listed(item: Schema, *, least: int = 1) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": item, "minItems": least}


DECIMAL: Schema = {
    "type": ["number", "string"],
    "pattern": r"^-?\d{1,12}(\.\d{1,8})?$",
    "title": "a decimal number such as 0.538",
}
PRICE: Schema = {**DECIMAL, "title": "a price in yuan such as 0.538"}
CODE: Schema = {
    "type": "string",
    "pattern": r"^[A-Z0-9][A-Z0-9_-]{0,39}$",
    "title": "a code of capitals, digits, - and _",
}
LINE_CODE: Schema = {
    "type": "string",
    "pattern": r"^[A-Z][A-Z0-9_]{0,22}$",
    "title": "a line code of up to 23 capitals, digits and _",
}
MARK: Schema = {"enum": ["mem"], "title": "mem: from memory, not checked with the original"}
TEXT = record({"zh": words(120), "en": words(160)}, needed=("zh", "en"))
MONTHS: Schema = {
    **listed({"type": "integer", "minimum": 1, "maximum": 12}),
    "uniqueItems": True,
    "title": "months from 1 to 12",
}
BAND_PRICES: Schema = {
    "type": "object",
    "properties": dict.fromkeys(BANDS, PRICE),
    "additionalProperties": False,
    "minProperties": 1,
}

HEAD: dict[str, Schema] = {
    "form": {},  # checked by the branch below
    "code": LINE_CODE,
    "group": {"enum": GROUPS},
    "name": TEXT,
    "clause": words(200),
    "source": words(40),
    "mark": MARK,
    "note": words(400),
}

FACTOR: Schema = {
    "type": ["number", "string", "object"],
    "pattern": DECIMAL["pattern"],
    "properties": {"of": {"enum": BANDS}, "times": DECIMAL},
    "required": ["of", "times"],
    "additionalProperties": False,
    "title": "a ratio such as 1.49, or {of: PEAK, times: 1.25}",
}
COMPONENT = record(
    {
        **{k: v for k, v in HEAD.items() if k != "form"},
        "price": PRICE,
        "price_table": CODE,  # monthly component tables of agency purchase
        "floats": {"type": "boolean"},
        "times": DECIMAL,
    },
    needed=("code", "name", "group"),
)
ITEM = record(
    {**{k: v for k, v in HEAD.items() if k != "form"}, "price": PRICE, "price_table": CODE},
    needed=("code", "name"),
)
SEASON_OF: Schema = {"enum": ["last_day", "days"]}
BLOCK_PARTS: dict[str, Schema] = {
    "upper_limits": {"type": "array", "items": DECIMAL},
    "prices": listed(PRICE),
    "increments": {"type": "array", "items": PRICE},
    "band_increments": {"type": "array", "items": BAND_PRICES},
}

FORMS: dict[str, tuple[dict[str, Schema], tuple[str, ...]]] = {
    "energy": (
        {
            "price": PRICE,
            "price_table": CODE,
            "bill_by": {"enum": ["components", "published"]},
            "components": listed(COMPONENT),
            "factors": {
                "type": "object",
                "properties": dict.fromkeys(BANDS, FACTOR),
                "additionalProperties": False,
            },
            "published": {
                "type": "object",
                "properties": dict.fromkeys([*BANDS, "TOTAL"], PRICE),
                "additionalProperties": False,
                "minProperties": 1,
            },
            "tolerance": DECIMAL,
        },
        ("code", "name"),
    ),
    "time_of_use": (
        {
            "prices": BAND_PRICES,
            "seasons": listed(
                record({"months": MONTHS, "prices": BAND_PRICES}, needed=("months", "prices"))
            ),
            "season_of": SEASON_OF,
        },
        ("code", "name"),
    ),
    "blocks": (
        {
            "basis": {"enum": ["price", "increment", "band_price"]},
            "cycle": {"enum": ["annual", "monthly"]},
            "year_starts": {
                "type": "string",
                "pattern": r"^((0[1-9]|1[0-2])-01|anniversary)$",
                "title": "the first day of a month such as 01-01, or anniversary",
            },
            "new_account": {"enum": ["months", "full"]},
            "proration": {"enum": ["days", "none"]},
            "season_of": SEASON_OF,
            **BLOCK_PARTS,
            "seasons": listed(record({"months": MONTHS, **BLOCK_PARTS}, needed=("months",))),
        },
        ("code", "name", "basis", "cycle"),
    ),
    "allowance": (
        {
            "price": PRICE,
            "price_of": words(30),
            "price_by": {"enum": ["line", "band_average"]},
            "proration": {"enum": ["days", "none"]},
        },
        ("code", "name"),
    ),
    "surcharge": ({"items": listed(ITEM)}, ("items",)),
    "capacity": (
        {
            "price": PRICE,  # yuan per kVA and month
            "days_of_month": {"type": "integer", "minimum": 28, "maximum": 31},
            "capped_at_full_month": {"type": "boolean"},
            "suspension": record(
                {
                    "least_days": {"type": "integer"},
                    "most_months_in_year": {"type": "integer"},
                    "mark": MARK,
                }
            ),
        },
        ("code", "name", "price"),
    ),
    "demand": (
        {
            "price": PRICE,  # yuan per kW and month
            "basis": {"enum": ["contract", "actual"]},
            "over_percent": DECIMAL,  # 105
            "over_times": DECIMAL,  # 2
            "floor_percent": DECIMAL,  # 40
            "lines": {"enum": ["each", "sum"]},
            "days_of_month": {"type": "integer", "minimum": 28, "maximum": 31},
            "discount": record(
                {"kwh_per_kva_from": DECIMAL, "percent": DECIMAL, "mark": MARK},
                needed=("kwh_per_kva_from", "percent"),
            ),
        },
        ("code", "name", "price", "basis"),
    ),
    "power_factor": (
        {
            "standard": DECIMAL,
            "table": words(40),
            "base_groups": listed({"enum": GROUPS}),
            "decimals": {"type": "integer"},
            "reactive": {"enum": ["absolute_sum", "forward"]},
            "exports_deducted": {"type": "boolean"},
        },
        ("code", "name", "standard", "base_groups"),
    ),
    "losses": (
        {
            "method": {"enum": ["formula", "table", "flat"]},
            "table": words(40),
            "load_shape": DECIMAL,
            "flat_percent": DECIMAL,
            "line_percent": DECIMAL,
            "split": {"enum": ["by_kwh", "iron_by_hours"]},
        },
        ("method",),
    ),
    "minimum": (
        {"amount": PRICE, "kwh_per_kva": DECIMAL, "per": {"enum": ["month", "bill"]}},
        ("code", "name"),
    ),
    "fixed": (
        {
            "amount": PRICE,
            "per": {"enum": ["month", "day"]},
            "proration": {"enum": ["days", "none"]},
        },
        ("code", "name", "amount", "per"),
    ),
    "discount": (
        {"percent": DECIMAL, "groups": listed({"enum": GROUPS}), "sector": words(60)},
        ("code", "name", "percent"),
    ),
}


def _branch(form: str) -> Schema:
    parts, needed = FORMS[form]
    return {
        "if": {"properties": {"form": {"const": form}}, "required": ["form"]},
        "then": record({**HEAD, **parts}, needed=("form", *needed)),
    }


CHARGES: Schema = {
    "type": "object",
    "properties": {"form": {"enum": list(FORMS)}},
    "required": ["form"],
    "allOf": [_branch(form) for form in FORMS],
}
