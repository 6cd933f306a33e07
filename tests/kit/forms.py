"""The forms of a page, as a browser has them: what would be sent, and what is wrong with it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_OURS = "csrf_token"


@dataclass
class Field:
    """One value of a form. `values` are those that a choice offers; `is_on` is of a box or a button that is chosen."""

    name: str
    kind: str
    value: str = ""
    values: list[str] = field(default_factory=list)
    is_on: bool = True


@dataclass
class Form:
    """A form that is sent by POST to `action`; empty: to the address of its page."""

    action: str
    fields: list[Field] = field(default_factory=list)

    def list_values(self) -> list[tuple[str, str]]:
        """What would be sent if its first button without a name were pressed, in order; no token, no file."""
        left_out = ("file", "button")
        return [(one.name, one.value) for one in self.fields if one.is_on and one.kind not in left_out]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.alerts = self.marks = 0
        self._form: Form | None = None
        self._open: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.ids.add(said.get("id", ""))
        self.alerts += said.get("role") == "alert"
        self.marks += said.get("aria-invalid") == "true" or said.get("id", "").endswith("-error")
        if tag == "a" and said.get("href", "").startswith("#"):
            self.links.append(said["href"][1:])
        if tag == "form":
            self._form = Form(said.get("action", "")) if said.get("method", "").lower() == "post" else None
            self.forms += [self._form] if self._form else []
        elif self._form is not None:
            self._read_field(self._form, tag, said)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.kind == "textarea":
            self._open.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag in ("select", "textarea"):
            self._open = None

    def _read_field(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name = said.get("name", "")
        if tag == "option" and self._open is not None:
            self._open.values.append(said.get("value", ""))
            if "selected" in said or len(self._open.values) == 1:
                self._open.value = said.get("value", "")
        if not name or name == _OURS:
            return
        if tag == "input":
            kind = said.get("type", "text")
            is_on = kind not in ("radio", "checkbox") or "checked" in said
            form.fields.append(Field(name, kind, said.get("value", ""), is_on=is_on))
        elif tag in ("select", "textarea"):
            self._open = Field(name, tag)
            form.fields.append(self._open)
        elif tag == "button":
            form.fields.append(Field(name, "button", said.get("value", ""), is_on=False))


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The forms of a page, the places that its links lead to within it, and those that there are.

    `alerts` says how often something is told on top, `marks` how often it is said at a field.
    """

    forms: list[Form]
    links: list[str]
    ids: set[str]
    alerts: int
    marks: int

    def find_form(self, path: str, at: str) -> Form | None:
        """The form that is sent to `path`, on the page at `at`; of several the one with most fields, None for none."""
        actions = (((one.action or at).partition("#")[0].partition("?")[0], one) for one in self.forms)
        return max((one for action, one in actions if action == path), key=lambda one: len(one.fields), default=None)


def read_forms(html: str) -> ReadPage:
    """What a page has to be sent."""
    reader = _Reader()
    reader.feed(html)
    return ReadPage(reader.forms, reader.links, reader.ids, reader.alerts, reader.marks)
