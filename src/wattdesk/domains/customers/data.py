"""Public types of the customers domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Rows(StrEnum):
    """Tables that a take-over may fill, by the name of what one row is."""

    CUSTOMER = "customers_customer"
    PHONE = "customers_contact_phone"
    ACCOUNT = "customers_account"
    POINT = "customers_account_usage_point"
    AGREEMENT = "customers_agreement"
    RATE = "customers_rate_assignment"
    PARTY = "customers_account_party"
    PROFILE = "customers_load_profile"
    OPENING = "customers_block_opening"


# --- What is captured -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """A phone as captured; ``purpose`` by the codes of ContactPhone."""

    phone: str
    person: str = ""
    purpose: str = "GENERAL"


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """A customer as captured at the desk. ``kind`` and ``id_kind`` by the codes of Customer."""

    kind: str
    name: str
    id_kind: str = ""
    id_number: str = ""
    industry: str = ""
    phones: tuple[PhoneEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementEntry:
    """供用电合同 as captured; kVA."""

    number: str
    contract_kva: Decimal | None = None
    signed_date: date | None = None


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """A new account. An empty ``number`` is allotted; ``usage_point_ids`` may be empty."""

    unit_id: int
    opened_date: date
    holder_id: int
    agreement: AgreementEntry
    number: str = ""
    segment_id: int | None = None
    usage_point_ids: tuple[int, ...] = ()
    schedule_id: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    manager_id: int | None = None
    paper_file: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """用电特征; codes of LoadProfile, kW."""

    use: str
    hours: str
    dependence: str = "NORMAL"
    backup: str = "NONE"
    load_kw: Decimal | None = None
    backup_kw: Decimal | None = None


# --- What pages show ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhoneView:
    """联系电话; ``phone`` masked unless asked for otherwise."""

    id: int
    phone: str
    person: str
    purpose: str
    confirmed_on: date | None
    failed_on: date | None


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer in some role; personal data masked unless asked for otherwise."""

    id: int
    kind: str
    name: str
    id_kind: str
    id_number: str
    industry: str
    phones: tuple[PhoneView, ...]
    other_accounts: int  # further accounts that this customer holds


@dataclass(frozen=True, slots=True)
class AgreementView:
    """供用电合同 in force, or the latest one of a closed account."""

    id: int
    number: str
    contract_kva: Decimal | None
    signed_date: date | None
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class RateView:
    """执行电价 in force."""

    schedule_id: int
    code: str
    title: str
    title_en: str
    customer_class: str
    options: Mapping[str, Any]
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class PartyView:
    """Payer, invoice title or present user where they differ from the holder."""

    role: str
    customer: CustomerView
    from_date: date


@dataclass(frozen=True, slots=True)
class NeighborAccount:
    """Another account: at the same address, or the one that had the point before."""

    number: str
    name: str
    state: str
    customer_id: int
    from_date: date | None
    to_date: date | None


@dataclass(frozen=True, slots=True)
class ManagerView:
    """客户经理."""

    id: int
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class SegmentView:
    """抄表段 of the account."""

    id: int
    code: str
    name: str
    reading_day: int
    cycle: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account by itself, as lists and guards need it."""

    id: int
    number: str
    unit_id: int
    unit_path: str
    unit_name: str
    state: str
    opened_date: date
    closed_date: date | None
    segment_id: int | None
    holder_id: int | None
    holder_name: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """Everything the archive knows about one account on one day (R-CUST-09)."""

    account: AccountRow
    holder: CustomerView | None
    holder_since: date | None
    agreement: AgreementView | None
    rate: RateView | None
    next_rate: RateView | None
    parties: tuple[PartyView, ...]
    segment: SegmentView | None
    manager: ManagerView | None
    profile: ProfileEntry | None
    usage_points: tuple[Any, ...]  # premises.data.PointPlace, address masked unless asked for
    usage_point_ids: tuple[int, ...]
    same_address: tuple[NeighborAccount, ...]
    former_holders: tuple[NeighborAccount, ...]
    paper_file: str
    note: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; ``is_match`` where it is what was looked for."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One account that a search found. ``matched`` names the fields: NAME, NUMBER, PHONE …"""

    account_id: int
    number: str
    state: str
    title: str
    subtitle: str
    title_parts: tuple[Part, ...]
    subtitle_parts: tuple[Part, ...]
    number_parts: tuple[Part, ...]
    matched: tuple[str, ...]
    matched_text: str  # what matched where it is not in title, subtitle or number; masked
