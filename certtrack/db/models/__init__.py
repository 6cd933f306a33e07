"""Every table, by name: importing this is what makes the metadata whole."""

from certtrack.db.models.accounts import Account, AccountRole, RateLimit
from certtrack.db.models.certifications import (
    Certification,
    Cycle,
    CycleVersion,
    ExamResult,
    ExamResultVersion,
    Finding,
    PackVersion,
    StandingSpan,
    StatusChange,
)
from certtrack.db.models.credits import Claim, ClaimVersion, Credit, CreditVersion
from certtrack.db.models.drafts import CreditDraft, DraftFile
from certtrack.db.models.evidence import Evidence, EvidenceLink, EvidenceLinkVersion
from certtrack.db.models.people import (
    Affiliation,
    AffiliationVersion,
    Assignment,
    Organization,
    OrganizationCredential,
    Person,
)
from certtrack.db.models.records import (
    Alarm,
    AuditEvent,
    AuditPerson,
    AuditSeal,
    AuditValue,
    ImportedRow,
    ImportRun,
    Job,
)
from certtrack.db.models.reminders import Attempt, Cause, CauseRelease, Email, RelayState, Reminder, ReminderEmail

__all__ = [
    "Account",
    "AccountRole",
    "Affiliation",
    "AffiliationVersion",
    "Alarm",
    "Assignment",
    "Attempt",
    "AuditEvent",
    "AuditPerson",
    "AuditSeal",
    "AuditValue",
    "Cause",
    "CauseRelease",
    "Certification",
    "Claim",
    "ClaimVersion",
    "Credit",
    "CreditDraft",
    "CreditVersion",
    "Cycle",
    "CycleVersion",
    "DraftFile",
    "Email",
    "Evidence",
    "EvidenceLink",
    "EvidenceLinkVersion",
    "ExamResult",
    "ExamResultVersion",
    "Finding",
    "ImportRun",
    "ImportedRow",
    "Job",
    "Organization",
    "OrganizationCredential",
    "PackVersion",
    "Person",
    "RateLimit",
    "RelayState",
    "Reminder",
    "ReminderEmail",
    "StandingSpan",
    "StatusChange",
]
