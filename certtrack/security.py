"""Who may do what: one table, role x relation x field group, or act. What it doesn't say is not allowed."""

from dataclasses import dataclass, replace
from enum import StrEnum

from certtrack.errors import NotAllowed


class Role(StrEnum):
    """What an account may be, within one organization or, with none named, everywhere."""

    SPECIALIST = "specialist"
    SUPERVISOR = "supervisor"
    AGENCY_ADMINISTRATOR = "agency_administrator"
    PROGRAMME_ADMINISTRATOR = "programme_administrator"
    AUDITOR = "auditor"


class Relation(StrEnum):
    """How an actor stands to one person's record."""

    HOLDER = "holder"
    SUPERVISOR = "supervisor"
    AGENCY_ADMINISTRATOR = "agency_administrator"
    PROGRAMME_ADMINISTRATOR = "programme_administrator"
    AUDITOR = "auditor"
    FORMER_ADMINISTRATOR = "former_administrator"
    """An agency administrator of a place that the person has left: see `certtrack.services.former`."""
    NONE = "none"


class Fields(StrEnum):
    """Groups of fields that are shown, or not, together."""

    STANDING = "standing"
    CREDITS = "credits"
    EVIDENCE = "evidence"
    TRAINING = "training"
    EXAM_DAYS = "exam_days"
    EXAM_SCORES = "exam_scores"
    SUPERVISION = "supervision"
    ACCOMMODATIONS = "accommodations"
    ADDRESSES = "addresses"
    MAIL = "mail"
    AFFILIATIONS = "affiliations"
    BACKGROUND_CHECKS = "background_checks"
    """That there was one and until when it is good; what it found is never on record."""
    LOOKS = "looks"
    """Who has looked at the record, and when."""
    FORMER_NAMES = "former_names"
    """What somebody was called before."""


class Act(StrEnum):
    """What is done to one person's record."""

    CHOOSE_MAIL = "choose_mail"
    LOG_CREDITS = "log_credits"
    CHECK_CREDITS = "check_credits"
    LOG_SUPERVISION = "log_supervision"
    LOG_SERVICE = "log_service"
    RECORD_TRAINING = "record_training"
    REPORT_APPLICATION = "report_application"
    RECORD_CERTIFICATE = "record_certificate"
    DECIDE_APPLICATION = "decide_application"
    RECORD_WAIVER = "record_waiver"
    MEND_ADDRESS = "mend_address"
    KEEP_CHECKS = "keep_checks"
    TELL = "tell"
    """Tell a person what a reminder says, by letter, by phone or in person, and note it."""
    PLAN_CREDITS = "plan_credits"
    ATTEST = "attest"
    CHANGE_NAME = "change_name"
    """Say by which name one goes, and where one's mail goes."""
    APPLY_FOR_TRAINING = "apply_for_training"


class Task(StrEnum):
    """What is done for a whole organization rather than to one record."""

    LIST_PEOPLE = "list_people"
    LIST_UNREACHED = "list_unreached"
    LIST_FORMER = "list_former"
    END_AFFILIATION = "end_affiliation"
    CHECK_QUEUE = "check_queue"
    LOG_FOR_MANY = "log_for_many"
    WAIVE_FOR_MANY = "waive_for_many"
    RUN_TRAININGS = "run_trainings"
    SEE_SUPERVISION = "see_supervision"
    MANAGE_SUPERVISION = "manage_supervision"
    ARRANGE_STAND_INS = "arrange_stand_ins"
    LIST_APPLICATIONS = "list_applications"
    ARRANGE_EXAMS = "arrange_exams"
    ENTER_RESULTS = "enter_results"
    SETTLE_FINDINGS = "settle_findings"
    RELEASE_MAIL = "release_mail"
    PREVIEW_POLICY = "preview_policy"
    WRITE_LETTERS = "write_letters"
    IMPORT = "import"
    SEE_JOBS = "see_jobs"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_TEAM = "see_team"
    SEE_COVERAGE = "see_coverage"
    EXPORT = "export"
    KEEP_OFFERINGS = "keep_offerings"
    KEEP_RESOURCES = "keep_resources"
    KEEP_WORDINGS = "keep_wordings"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_ORGANIZATIONS = "manage_organizations"
    READ_AUDIT = "read_audit"
    CONFIRM_RULES = "confirm_rules"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role and where it holds; `organization_id` None: everywhere."""

    role: Role
    organization_id: int | None


@dataclass(frozen=True, slots=True)
class Errand:
    """The one act on one certification that somebody may do who hasn't signed in: by a link in a mail."""

    certification_id: int
    act: Act


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account in a request, the operating system's user of a command, or whoever follows a mail's link.

    `key` goes into the audit. `errand` is what a link is for, and all that it opens; None for everybody else.
    """

    key: str
    account_id: int | None = None
    person_id: int | None = None
    grants: frozenset[RoleGrant] = frozenset()
    is_command: bool = False
    errand: Errand | None = None

    def has(self, role: Role, organization_id: int | None = None) -> bool:
        """True when the role was given for that organization or for all; with None, for any at all."""
        return any(
            grant.role is role and (organization_id is None or grant.organization_id in (None, organization_id))
            for grant in self.grants
        )


_PATH = frozenset({Fields.STANDING, Fields.CREDITS, Fields.EVIDENCE, Fields.TRAINING, Fields.EXAM_DAYS})
_TEAM = _PATH | {Fields.SUPERVISION}

_OFFICE = _TEAM | {Fields.ADDRESSES, Fields.MAIL}
_OWN = (
    _OFFICE
    | {Fields.EXAM_SCORES, Fields.ACCOMMODATIONS, Fields.AFFILIATIONS, Fields.BACKGROUND_CHECKS}
    | {Fields.LOOKS}
)

_TEAM_ACTS = frozenset(
    {Act.LOG_CREDITS, Act.CHECK_CREDITS, Act.LOG_SUPERVISION, Act.LOG_SERVICE, Act.REPORT_APPLICATION, Act.TELL}
)

# Design, section 5. A supervisor's `supervision` are the own sessions, which the query sees to.
# A former administrator's view is of what was on record on the last day, of supervision of that place's own.
RECORD_RIGHTS: dict[Relation, frozenset[Fields]] = {
    Relation.HOLDER: _OWN,
    Relation.SUPERVISOR: _TEAM,
    Relation.AGENCY_ADMINISTRATOR: _OFFICE | {Fields.BACKGROUND_CHECKS, Fields.LOOKS, Fields.FORMER_NAMES},
    Relation.PROGRAMME_ADMINISTRATOR: _PATH | {Fields.EXAM_SCORES},
    Relation.AUDITOR: _PATH,
    Relation.FORMER_ADMINISTRATOR: _OFFICE,
    Relation.NONE: frozenset(),
}

# Whoever may check or record does so for others: nobody decides on their own credit, or notes that they were there
# themselves, which the services see to. Supervision is logged by its supervisor or the office, and signed by each side
# for itself: no right to sign is anybody else's.
RECORD_ACTS: dict[Relation, frozenset[Act]] = {
    Relation.HOLDER: frozenset(
        {Act.CHOOSE_MAIL, Act.LOG_CREDITS, Act.LOG_SERVICE, Act.REPORT_APPLICATION}
        | {Act.PLAN_CREDITS, Act.APPLY_FOR_TRAINING, Act.CHANGE_NAME, Act.ATTEST}
    ),
    Relation.SUPERVISOR: _TEAM_ACTS,
    Relation.AGENCY_ADMINISTRATOR: _TEAM_ACTS
    | {Act.RECORD_TRAINING, Act.RECORD_CERTIFICATE, Act.RECORD_WAIVER}
    | {Act.KEEP_CHECKS, Act.MEND_ADDRESS, Act.CHOOSE_MAIL},
    Relation.PROGRAMME_ADMINISTRATOR: frozenset({Act.CHECK_CREDITS, Act.RECORD_TRAINING, Act.DECIDE_APPLICATION}),
    Relation.AUDITOR: frozenset(),
    Relation.FORMER_ADMINISTRATOR: frozenset(),
    Relation.NONE: frozenset(),
}

# An agency holds exams for those who belong to it; what came of them is the programme's to enter and to see.
TASK_RIGHTS: dict[Role, frozenset[Task]] = {
    Role.SPECIALIST: frozenset(),
    Role.SUPERVISOR: frozenset(
        {Task.LIST_PEOPLE, Task.LIST_UNREACHED, Task.CHECK_QUEUE, Task.LOG_FOR_MANY, Task.LIST_APPLICATIONS}
        | {Task.SEE_SUPERVISION, Task.WRITE_LETTERS, Task.ARRANGE_STAND_INS}
        | {Task.SEE_TEAM, Task.SEE_COVERAGE, Task.EXPORT}
    ),
    Role.AGENCY_ADMINISTRATOR: frozenset(
        {Task.LIST_PEOPLE, Task.LIST_UNREACHED, Task.LIST_FORMER, Task.END_AFFILIATION, Task.CHECK_QUEUE}
        | {Task.MANAGE_PEOPLE, Task.MANAGE_ORGANIZATIONS, Task.READ_AUDIT}
        | {Task.LOG_FOR_MANY, Task.WAIVE_FOR_MANY, Task.RUN_TRAININGS, Task.SEE_SUPERVISION, Task.MANAGE_SUPERVISION}
        | {Task.ARRANGE_STAND_INS, Task.LIST_APPLICATIONS, Task.ARRANGE_EXAMS, Task.SETTLE_FINDINGS, Task.RELEASE_MAIL}
        | {Task.PREVIEW_POLICY, Task.WRITE_LETTERS, Task.IMPORT, Task.SEE_JOBS, Task.MANAGE_ACCOUNTS}
        | {Task.KEEP_OFFERINGS, Task.KEEP_RESOURCES, Task.KEEP_WORDINGS, Task.CONFIRM_RULES}
        | {Task.SEE_TEAM, Task.SEE_COVERAGE, Task.EXPORT}
    ),
    Role.PROGRAMME_ADMINISTRATOR: frozenset(
        {Task.LIST_PEOPLE, Task.CHECK_QUEUE, Task.LIST_APPLICATIONS, Task.SETTLE_FINDINGS, Task.RUN_TRAININGS}
        | {Task.ARRANGE_EXAMS, Task.ENTER_RESULTS, Task.WAIVE_FOR_MANY, Task.KEEP_OFFERINGS, Task.KEEP_RESOURCES}
        | {Task.KEEP_WORDINGS, Task.CONFIRM_RULES, Task.SEE_COVERAGE, Task.EXPORT}
    ),
    Role.AUDITOR: frozenset({Task.LIST_PEOPLE, Task.SEE_COVERAGE}),
}


def can_see(relations: frozenset[Relation], fields: Fields) -> bool:
    """True when one of the relations opens that group of fields."""
    return any(fields in RECORD_RIGHTS[relation] for relation in relations)


def can_act(relations: frozenset[Relation], act: Act) -> bool:
    """True when one of the relations allows the act."""
    return any(act in RECORD_ACTS[relation] for relation in relations)


def can_do(actor: Actor, task: Task, organization_id: int | None = None) -> bool:
    """True when a role of the actor allows the task there; with None, anywhere at all. Commands may do all."""
    if actor.is_command:
        return True
    return any(task in TASK_RIGHTS[role] and actor.has(role, organization_id) for role in Role)


def list_places(actor: Actor, task: Task) -> frozenset[int] | None:
    """The organizations in which the actor may do the task; None: everywhere."""
    places = {grant.organization_id for grant in actor.grants if task in TASK_RIGHTS[grant.role]}
    if actor.is_command or None in places:
        return None
    return frozenset(place for place in places if place is not None)


def narrow(actor: Actor, *tasks: Task) -> Actor:
    """The actor with those roles alone that allow all these tasks: whom they open is for whom the tasks are done.

    Their own record stays open to them. A command is the same as before.
    """
    grants = frozenset(grant for grant in actor.grants if TASK_RIGHTS[grant.role].issuperset(tasks))
    return replace(actor, grants=grants)


def check_can_do(actor: Actor, task: Task, organization_id: int | None = None) -> None:
    """Raise NotAllowed unless `can_do`."""
    if not can_do(actor, task, organization_id):
        raise NotAllowed("This page isn't here, or isn't yours to see.")
