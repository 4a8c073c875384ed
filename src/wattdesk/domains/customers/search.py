"""The one search box: by name, pinyin, number, phone, meter and address, within a scope."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from wattdesk.domains.customers import pinyin, words
from wattdesk.domains.customers.data import Hit, Part
from wattdesk.domains.customers.words import Asked
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope

MOST_HITS = 100
LONG_NUMBER = 11
MOST_HEADS = 500  # numbers with the typed head that are looked at, whatever the scope

# MATERIALIZED keeps the planner from choosing a scan of everything for the sake of the LIMIT: rare
# words would pay for it. The rows still come one by one, so common words stop early.
FOUND = """
WITH found AS MATERIALIZED (
  SELECT account_id, unit_path FROM customers_account_search WHERE words @@ %(query)s::tsquery
)
SELECT account_id FROM found
WHERE unit_path LIKE ANY(%(below)s) AND account_id <> ALL(%(known)s) LIMIT %(limit)s
"""
# Numbers that begin with what was typed: of accounts, of phones, of installed meters.
BY_HEAD = """
WITH found AS MATERIALIZED (
  (SELECT id FROM customers_account WHERE number LIKE %(head)s ORDER BY number LIMIT %(most)s)
  UNION ALL
  (SELECT g.account_id FROM customers_contact_phone p
   JOIN customers_agreement g ON g.customer_id = p.customer_id AND upper_inf(g.period)
   WHERE p.phone LIKE %(head)s LIMIT %(most)s)
  UNION ALL
  (SELECT y.account_id FROM customers_contact_phone p
   JOIN customers_account_party y ON y.customer_id = p.customer_id AND upper_inf(y.period)
   WHERE p.phone LIKE %(head)s LIMIT %(most)s)
  UNION ALL
  (SELECT x.account_id FROM metering_meter m
   JOIN metering_installation i ON i.meter_id = m.id AND upper_inf(i.period)
   JOIN customers_account_usage_point x
     ON x.usage_point_id = i.usage_point_id AND upper_inf(x.period)
   WHERE m.number LIKE %(head)s LIMIT %(most)s)
)
SELECT DISTINCT a.id FROM found f JOIN customers_account a ON a.id = f.id
JOIN identity_unit u ON u.id = a.unit_id
WHERE u.path LIKE ANY(%(below)s) AND a.id <> ALL(%(known)s) LIMIT %(limit)s
"""
# Of those whose number ends in the same four digits, those that end in all that was typed.
BY_TAIL = """
WITH found AS MATERIALIZED (
  SELECT account_id, unit_path FROM customers_account_search WHERE words @@ %(query)s::tsquery
)
SELECT f.account_id FROM found f JOIN customers_account a ON a.id = f.account_id
WHERE f.unit_path LIKE ANY(%(below)s) AND f.account_id <> ALL(%(known)s) AND (
  a.number LIKE %(tail)s
  OR EXISTS (
    SELECT 1 FROM customers_agreement g
    JOIN customers_contact_phone p ON p.customer_id = g.customer_id
    WHERE g.account_id = a.id AND p.phone LIKE %(tail)s)
  OR EXISTS (
    SELECT 1 FROM customers_account_party y
    JOIN customers_contact_phone p ON p.customer_id = y.customer_id
    WHERE y.account_id = a.id AND p.phone LIKE %(tail)s)
  OR EXISTS (
    SELECT 1 FROM customers_account_usage_point x
    JOIN metering_installation i ON i.usage_point_id = x.usage_point_id AND upper_inf(i.period)
    JOIN metering_meter m ON m.id = i.meter_id
    WHERE x.account_id = a.id AND m.number LIKE %(tail)s)
) LIMIT %(limit)s
"""
SHOWN = """
SELECT a.id, a.number, a.state, c.name, c.kind, coalesce(c.name_key, ''), l.address, p.voltage,
       p.capacity_kva, r.title,
       ARRAY(SELECT h.phone FROM customers_contact_phone h WHERE h.customer_id = c.id),
       ARRAY(SELECT m.number FROM metering_installation i JOIN metering_meter m ON m.id = i.meter_id
             WHERE i.usage_point_id = p.id AND upper_inf(i.period)),
       ARRAY(SELECT o.name FROM customers_account_party y
             JOIN customers_customer o ON o.id = y.customer_id
             WHERE y.account_id = a.id AND upper_inf(y.period) AND y.customer_id <> c.id)
FROM customers_account a
LEFT JOIN LATERAL (SELECT customer_id FROM customers_agreement g WHERE g.account_id = a.id
                   ORDER BY lower(g.period) DESC LIMIT 1) g ON true
LEFT JOIN customers_customer c ON c.id = g.customer_id
LEFT JOIN LATERAL (SELECT usage_point_id FROM customers_account_usage_point x
                   WHERE x.account_id = a.id ORDER BY lower(x.period) DESC, x.id LIMIT 1) x ON true
LEFT JOIN premises_usage_point p ON p.id = x.usage_point_id
LEFT JOIN premises_service_location l ON l.id = p.service_location_id
LEFT JOIN LATERAL (SELECT schedule_id FROM customers_rate_assignment t WHERE t.account_id = a.id
                   ORDER BY lower(t.period) DESC LIMIT 1) t ON true
LEFT JOIN tariffs_rate_schedule r ON r.id = t.schedule_id
WHERE a.id = ANY(%(ids)s)
"""
OWN_FIELDS = {"NAME", "NUMBER", "PHONE", "METER"}
STATE_ORDER = {"ACTIVE": 0, "STOPPED": 1, "CLOSED": 2}


@dataclass(frozen=True, slots=True)
class _Row:
    """One found account as the record holds it, unmasked."""

    account_id: int
    number: str
    state: str
    name: str | None
    kind: str | None
    name_key: str
    address: str | None
    voltage: str | None
    capacity_kva: object
    rate_title: str | None
    phones: list[str]
    meters: list[str]
    other_names: list[str]


def search(text: str, *, scope: Scope, limit: int = 20, unmasked: bool = False) -> list[Hit]:
    """Accounts for a typed text, best first: exact matches, then names, then the rest.

    Finds by name (any part of two characters, or one character), full pinyin or initials from any
    syllable, number of account, phone or meter (whole; from the end with four digits; from the
    start), and address. Several words must all match. Names, addresses and phones are masked
    unless ``unmasked``; the caller logs an unmasking. An empty scope finds nothing.
    """
    asked = words.ask(text)
    limit = min(limit, MOST_HITS)
    if not asked or not scope.paths or limit < 1:
        return []
    ranks = _ranked(asked, scope, limit)
    if not ranks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, {"ids": list(ranks)})
        rows = [_Row(*row) for row in cursor.fetchall()]
    rows.sort(key=lambda r: (ranks[r.account_id], STATE_ORDER[r.state], r.name_key, r.number))
    hits = [_hit(row, asked, unmasked=unmasked) for row in rows]
    # Of equal strength, what matches the account itself comes before what matches its payer.
    hits.sort(key=lambda h: (ranks[h.account_id], not OWN_FIELDS.intersection(h.matched)))
    return hits


def _ranked(asked: Sequence[Asked], scope: Scope, limit: int) -> dict[int, int]:
    """Account ids and the tier in which each was found; at most ``limit``."""
    below = [path + "%" for path in scope.paths]
    within = _within(scope)
    ranks: dict[int, int] = {}
    number = asked[0].plain if len(asked) == 1 and asked[0].is_number else ""
    with connection.cursor() as cursor:

        def take(statement: str, tier: int, **more: str | int) -> None:
            if len(ranks) >= limit:
                return
            cursor.execute(
                statement,
                {"below": below, "known": list(ranks), "limit": limit - len(ranks), **more},
            )
            for (account_id,) in cursor.fetchall():
                ranks.setdefault(account_id, tier)

        if number:
            take(BY_HEAD, 0, head=number + "%", most=MOST_HEADS)
            if ranks and len(number) >= LONG_NUMBER:
                return ranks  # as good as whole: nothing weaker is of interest
        for tier, query in enumerate(words.queries(asked), start=1):
            scoped = f"({query}){within}"
            if number and tier == 1 and len(number) > words.LAST_DIGITS:
                take(BY_TAIL, tier, query=scoped, tail="%" + number)
            else:
                take(FOUND, tier, query=scoped)
    return ranks


def _within(scope: Scope) -> str:
    """The scope as words of the index; nothing when it covers every unit there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM identity_unit WHERE NOT path LIKE ANY(%s) LIMIT 1",
            [[path + "%" for path in scope.paths]],
        )
        if cursor.fetchone() is None:
            return ""
    return " & (" + " | ".join(f"'u{path}'" for path in scope.paths) + ")"


# --- What matched, and how it is shown ------------------------------------------------------------


def _hit(row: _Row, asked: Sequence[Asked], *, unmasked: bool) -> Hit:
    name, address = row.name or "", row.address or ""
    is_person = _is_person(row.kind)
    shown_name = identity.mask_name(name) if is_person and not unmasked else name
    shown_address = address if unmasked else identity.mask_address(address)
    marks: dict[str, set[int]] = {"NUMBER": set(), "NAME": set(), "ADDRESS": set()}
    matched: dict[str, None] = {}
    elsewhere: list[str] = []
    for word in asked:
        found = {
            "NUMBER": _in_number(word, row.number),
            "NAME": _in_name(word, name, is_person=is_person),
            # Masking shortens an address, so the mark is looked for in what is shown.
            "ADDRESS": _in_address(word, shown_address) if _in_address(word, address) else set(),
        }
        for field, places in found.items():
            marks[field] |= places
            if places:
                matched[field] = None
        if not any(found.values()):
            field, text = _elsewhere(word, row, unmasked=unmasked)
            if field:
                matched[field] = None
                elsewhere.append(text)
    rest = row.rate_title or ""
    return Hit(
        account_id=row.account_id,
        number=row.number,
        state=row.state,
        title=shown_name,
        subtitle=" · ".join(part for part in (shown_address, rest) if part),
        title_parts=_parts(shown_name, marks["NAME"] if len(shown_name) == len(name) else set()),
        subtitle_parts=(
            *_parts(shown_address, marks["ADDRESS"]),
            *((Part(f" · {rest}", False),) if rest else ()),
        ),
        number_parts=_parts(row.number, marks["NUMBER"]),
        matched=tuple(matched),
        matched_text=" ".join(elsewhere),
    )


def _is_person(kind: str | None) -> bool:
    return kind == "PERSON"


def _at(plain: str, text: str) -> set[int]:
    at = text.lower().find(plain)
    return set(range(at, at + len(plain))) if at >= 0 else set()


def _in_number(word: Asked, number: str) -> set[int]:
    """Positions of the account number that a word matches, from its end or from its head."""
    if not word.is_number:
        return set()
    if number.endswith(word.plain):
        return set(range(len(number) - len(word.plain), len(number)))
    return set(range(len(word.plain))) if number.startswith(word.plain) else set()


def _in_name(word: Asked, name: str, *, is_person: bool) -> set[int]:
    """Positions of the name that a word matches, by its characters or by how they sound."""
    sounding = _sounding(word.plain, name, is_person=is_person) if word.kind == "LETTERS" else set()
    return sounding or _at(word.plain, name)


def _in_address(word: Asked, address: str) -> set[int]:
    """Positions of the address that a word matches, whole or run by run."""
    if word.kind == "LETTERS":
        return set()
    return _at(word.plain, address) or (
        _pieces(word.plain, address.lower()) if word.kind == "CHINESE" else set()
    )


def _pieces(plain: str, text: str) -> set[int]:
    """Positions of every run of a mixed word (柳湾村27号) in an address; all must be there."""
    places: set[int] = set()
    for run in re.findall(r"\d+|[^\x00-\x7f]{2,}", plain):
        at = text.find(run)
        if at < 0:
            return set()
        places.update(range(at, at + len(run)))
    return places


def _sounding(plain: str, name: str, *, is_person: bool) -> set[int]:
    """Positions of the characters whose initials or pinyin the word gives."""
    spelled = pinyin.syllables(name, is_person=is_person)
    if len(spelled) != len(name):
        return set()
    for start in range(len(spelled)):
        initials = "".join(s[:1] for s in spelled[start:])
        if initials.startswith(plain):
            chosen = [i for i in range(start, len(spelled)) if spelled[i]]
            return set(chosen[: len(plain)])
        whole = "".join(spelled[start:])
        if whole.startswith(plain):
            return _covered(spelled, start, len(plain))
    return set()


def _covered(spelled: Sequence[str], start: int, letters: int) -> set[int]:
    places: set[int] = set()
    for place in range(start, len(spelled)):
        if letters <= 0:
            break
        places.add(place)
        letters -= len(spelled[place])
    return places


def _elsewhere(word: Asked, row: _Row, *, unmasked: bool) -> tuple[str, str]:
    """The field outside name, number and address that a word matches, and its shown text."""
    for phone in row.phones:
        if word.kind == "DIGITS" and (phone.endswith(word.plain) or phone.startswith(word.plain)):
            return "PHONE", phone if unmasked else identity.mask_phone(phone)
    for meter in row.meters:
        if meter.lower().endswith(word.plain) or meter.lower().startswith(word.plain):
            return "METER", meter
    for name in row.other_names:
        if word.plain in name.lower() or _sounding(word.plain, name, is_person=True):
            return "PARTY", name if unmasked else identity.mask_name(name)
    return "", ""


def _parts(text: str, marks: set[int]) -> tuple[Part, ...]:
    """The text cut where marked and unmarked positions meet."""
    parts: list[Part] = []
    for place, character in enumerate(text):
        marked = place in marks
        if parts and parts[-1].is_match == marked:
            parts[-1] = Part(parts[-1].text + character, marked)
        else:
            parts.append(Part(character, marked))
    return tuple(parts)
