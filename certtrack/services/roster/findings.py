"""What an import finds that doesn't agree: kinds as codes, each with the values that its sentence needs.

kind                      details
`no_address`              value: what the cell said instead of an address ("" where it was blank)
`cell_unreadable`         field, value, problem: a code of `cells.Problem`; the cell was left empty, the row went in
`name_unlikely`           name: the cell as typed; it has signs in it that names don't have
`stated_day_differs`      credential, stated: the day in the file, which stands, computed: the rule's day or None
`exam_year_parity`        credential, exam_on, due_on: the exam's year and the due year don't go together by the rule
`expires_earlier`         credential, old, new: the file's day is earlier than before; is_amended: False where the old
                          day stands, since a cycle ends after it starts; stated, computed: where it is amended and the
                          rule gives a day near it, which is then no finding of its own
`shared_address`          address, name, other: two people's names on one address; they were not made one
`supervisor_unknown`      address: nobody had it; a person without a name, with this address, was put on record
`supervisor_unknown_name` name: a supervisor's name without an address; once for each name, no person, no assignment
`supervisor_shared`       address: it is several people's, so nobody was assigned
`supervisor_self`         address: somebody's own address as their supervisor's; nobody was assigned
`row_twice`               credential, number, differences: [[field, first, second], ...]; the first row stands
`mended_by_hand`          field, record, file: the record was changed since the last import, and was not overwritten
`other_person`            credential, number, name, on_record: the number is somebody else's here; nothing was done
`second_certification`    credential, number, other: the same person has this credential here under another number
`affiliation_ended`       until_on: the file names somebody whose belonging to the organization has ended; it stays so

Fields: `name`, `address`, `number`, `exam_on`, `due_on`, `supervisor`. Days are ISO texts. What is written has `run`
and `row` too: the import and the line of its file. What a later file settles is in `closing`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "no_address",
    "cell_unreadable",
    "name_unlikely",
    "stated_day_differs",
    "exam_year_parity",
    "expires_earlier",
    "shared_address",
    "supervisor_unknown",
    "supervisor_unknown_name",
    "supervisor_shared",
    "supervisor_self",
    "row_twice",
    "mended_by_hand",
    "other_person",
    "second_certification",
    "affiliation_ended",
]

_MAY_CHANGE = "on_record"  # other rows of the file may change the name of a number's holder


@dataclass(frozen=True, slots=True)
class PlannedFinding:
    """A disagreement that an import notes. `about`: the key of the row it belongs to, or what it is about itself.

    `whose`: whose record it leads to, the holder's of the row, the supervisor's, or nobody's.
    """

    kind: Kind
    about: str
    details: Mapping[str, Any]
    whose: Literal["holder", "supervisor", "nobody"] = "holder"

    def key(self, organization_id: int) -> str:
        """Names the disagreement with both its values: the same one found again has the same key."""
        details = {name: value for name, value in self.details.items() if name != _MAY_CHANGE}
        text = json.dumps([self.about, details], sort_keys=True, ensure_ascii=False, default=str)
        return f"{organization_id}:{hashlib.sha256(text.encode()).hexdigest()[:40]}"
