"""A page with one of its forms filled in as somebody had sent it: whatever the form is, in its own words and labels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

MARK = "kept"
"""What an address is asked with for a page that is to be filled in."""
_NO_TEXT = frozenset({"submit", "button", "image", "reset", "file", "password"})


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag and where it stands. `of`: the name of an option's list; `until`: where the text of a text area ends."""

    name: str
    values: Mapping[str, str | None]
    start: int
    end: int
    of: str = ""
    until: int = 0

    def get(self, name: str) -> str:
        return self.values.get(name) or ""

    def write(self, **values: str | None) -> str:
        """The tag with these values besides; a value of None takes one away."""
        said = {
            name: value for name, value in {**self.values, **values}.items() if name not in values or value is not None
        }
        parts = (name if value is None else f'{name}="{escape(value)}"' for name, value in said.items())
        return f"<{' '.join((self.name, *parts))}>"


@dataclass(slots=True)
class _Form:
    """A form of the page, its fields in their order, and the folds that it stands in."""

    tag: _Tag
    folds: tuple[_Tag, ...]
    fields: list[_Tag] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)

    def list_names(self) -> set[str]:
        return {one.of or one.get("name") for one in self.fields}


def fill_in(page: str, url: str, path: str, typed: Sequence[tuple[str, str]], note: str) -> str | None:
    """The page at `url` with `typed` in the form that is sent to `path`, and `note` over that form.

    None where the page has no such form. What the form has no field for goes along unseen. Of several forms it is the
    one that carries most of the same values by itself.
    """
    forms = [form for form in _Forms(page).forms if any(_leads(url, way, path) for way in form.ways)]
    if not forms:
        return None
    form = max(forms, key=lambda one: sum((tag.get("name"), tag.get("value")) in typed for tag in one.fields))
    edits = [
        *_open(form),
        (form.tag.start, form.tag.end, note + page[form.tag.start : form.tag.end] + _carry(form, typed)),
    ]
    return _edit(page, edits + list(_fill(form, typed)))


def ask_filled_in(url: str) -> str:
    """The address of a page of ours that is to come filled in."""
    parts = urlsplit(url)
    return f"{parts.path}?{urlencode([*parse_qsl(_strip(parts.query)), (MARK, 'y')])}"


class _Forms(HTMLParser):
    """Reads the forms of a page that are sent to be written."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._lines = list(accumulate((len(line) + 1 for line in page.split("\n")), initial=0))
        self._folds: list[_Tag] = []
        self._form: _Form | None = None
        self._list = ""
        self._area: _Tag | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._find_place()
        made = _Tag(tag, dict(attrs), start, start + len(self.get_starttag_text() or ""), self._list)
        if tag == "details":
            self._folds.append(made)
        elif tag == "form":
            self._form = _Form(made, tuple(self._folds), ways=[made.get("action")])
            if made.get("method").lower() == "post":
                self.forms.append(self._form)
        elif self._form is not None:
            self._take(self._form, made)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._list = ""
        elif tag == "textarea" and self._area is not None and self._form is not None:
            area = self._area
            self._form.fields.append(_Tag(area.name, area.values, area.start, area.end, until=self._find_place()))
            self._area = None

    def _take(self, form: _Form, tag: _Tag) -> None:
        if tag.get("formaction"):
            form.ways.append(tag.get("formaction"))
        if tag.name == "select":
            self._list = tag.get("name")
        elif tag.name == "textarea":
            self._area = tag
        elif tag.name in ("input", "option", "button"):
            form.fields.append(tag)

    def _find_place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _leads(url: str, way: str, path: str) -> bool:
    to, asked = urlsplit(urljoin(url, way or url)), urlsplit(path)
    return (to.path, _strip(to.query)) == (asked.path, _strip(asked.query))


def _strip(query: str) -> str:
    return urlencode([(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != MARK])


_Edit = tuple[int, int, str]


def _open(form: _Form) -> Iterator[_Edit]:
    for fold in form.folds:
        yield fold.start, fold.end, fold.write(open="")


def _carry(form: _Form, typed: Iterable[tuple[str, str]]) -> str:
    names = form.list_names()
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in typed
        if name not in names
    )


def _fill(form: _Form, typed: Iterable[tuple[str, str]]) -> Iterator[_Edit]:
    left: dict[str, list[str]] = {}
    for name, value in typed:
        left.setdefault(name, []).append(value)
    for tag in form.fields:
        name, kind = tag.of or tag.get("name"), tag.get("type").lower()
        if tag.name == "option":
            is_chosen = tag.get("value") in left.get(name, ())
            yield tag.start, tag.end, tag.write(selected="" if is_chosen else None)
        elif kind in ("checkbox", "radio"):
            is_chosen = (tag.get("value") or "on") in left.get(name, ())
            yield tag.start, tag.end, tag.write(checked="" if is_chosen else None)
        elif tag.name == "textarea" and left.get(name):
            yield tag.end, tag.until, escape(left[name].pop(0), quote=False)
        elif tag.name == "input" and kind not in _NO_TEXT and left.get(name):
            yield tag.start, tag.end, tag.write(value=left[name].pop(0))


def _edit(page: str, edits: Iterable[_Edit]) -> str:
    parts: list[str] = []
    place = 0
    for start, end, text in sorted(edits):
        parts += [page[place:start], text]
        place = end
    return "".join([*parts, page[place:]])
