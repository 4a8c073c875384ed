"""The door of the audit domain: everything others may call."""

from wattdesk.domains.audit.data import (
    Acceptance,
    AuditEntry,
    Fault,
    FaultCode,
    NewRecord,
    VerifyReport,
)
from wattdesk.domains.audit.operations import ReasonTooLong, record, record_many
from wattdesk.domains.audit.queries import (
    RecordNotFound,
    entry_rows,
    get_entry,
    list_entries,
    timeline,
    timeline_of,
)
from wattdesk.domains.audit.sealing import (
    AcceptanceNeedsReason,
    ChainCut,
    accept_state,
    seal,
    seal_all,
)
from wattdesk.domains.audit.verification import verify

__all__ = [
    "Acceptance",
    "AcceptanceNeedsReason",
    "AuditEntry",
    "ChainCut",
    "Fault",
    "FaultCode",
    "NewRecord",
    "ReasonTooLong",
    "RecordNotFound",
    "VerifyReport",
    "accept_state",
    "entry_rows",
    "get_entry",
    "list_entries",
    "record",
    "record_many",
    "seal",
    "seal_all",
    "timeline",
    "timeline_of",
    "verify",
]
