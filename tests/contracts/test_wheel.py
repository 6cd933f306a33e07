"""What is built and installed is whole, and needs neither a network nor the checkout."""

import tarfile
import zipfile
from pathlib import Path

import pytest
from kit.wheel import CHECKOUT, Built, Installed, run

SOURCES = ("certtrack", "jobs", "templates", "migrations", "config", "tests", "benchmarks")
LOOSE = (
    *(".gitignore", ".npmrc", "LICENSE", "README.md"),
    *("hatch_build.py", "package-lock.json", "package.json", "pyproject.toml"),
)
VENDORED = (
    *("htmx/LICENSE", "htmx/htmx.min.js", "source", "uswds/LICENSE.md", "uswds/css/uswds.min.css"),
    *(f"uswds/fonts/PublicSans-{weight}.woff2" for weight in ("Bold", "Regular", "SemiBold")),
    *("uswds/img/correct8.svg", "uswds/img/sprite.svg", "uswds/img/usa-icons/unfold_more.svg"),
)


def list_files(*folders: str) -> set[str]:
    """The files of the checkout under `folders`, but for what Python leaves behind."""
    paths = (path for folder in folders for path in (CHECKOUT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(CHECKOUT)) for path in paths if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def in_wheel(built: Built) -> set[str]:
    with zipfile.ZipFile(built.wheel) as archive:
        return set(archive.namelist())


def test_the_sdist_holds_every_file_of_the_checkout_and_no_other(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        held = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    loose = {*LOOSE, "PKG-INFO"} | {name for name in ("CHANGELOG.md",) if (CHECKOUT / name).exists()}
    assert held == list_files(*SOURCES) | loose


def test_the_wheel_holds_the_packages_with_templates_migrations_and_config_inside(in_wheel: set[str]) -> None:
    packages = list_files("certtrack", "jobs")
    data = {f"certtrack/{name}" for name in list_files("templates", "migrations", "config")}
    assert {name for name in in_wheel if ".dist-info/" not in name} == packages | data


def test_the_wheel_holds_the_front_end_and_its_licences(in_wheel: set[str]) -> None:
    assert {f"certtrack/static/vendor/{name}" for name in VENDORED} <= in_wheel


def test_the_wheel_holds_a_compiled_catalogue_of_each_translation(in_wheel: set[str]) -> None:
    catalogues = {name for name in in_wheel if name.endswith(".po")}
    assert catalogues
    assert {name.removesuffix(".po") + ".mo" for name in catalogues} <= in_wheel


def test_the_wheel_holds_neither_tests_nor_bytecode(in_wheel: set[str]) -> None:
    assert not [name for name in in_wheel if name.startswith(("tests/", "benchmarks/")) or name.endswith(".pyc")]


def test_the_installed_package_finds_its_own_folders(installed_wheel: Installed, tmp_path: Path) -> None:
    code = (
        "from certtrack.resources import get_resource as get;"
        "print(*(get(name) for name in ('templates', 'migrations', 'config')), sep='\\n')"
    )
    places = run(installed_wheel.python, "-c", code, cwd=tmp_path).splitlines()
    assert all(Path(place).is_relative_to(installed_wheel.bin.parent) for place in places)


def test_the_installed_command_explains_itself_in_an_empty_folder(installed_wheel: Installed, tmp_path: Path) -> None:
    assert "Usage" in run(installed_wheel.bin / "certtrack", "--help", cwd=tmp_path)
    assert not list(tmp_path.iterdir())
