"""What holds for every file of the repository."""

import ast
import re
from pathlib import Path

from kit.checkout import find_lines, list_files, read_texts
from kit.wheel import CHECKOUT

STATES = (
    *("Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "Florida"),
    *("Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine"),
    *("Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska"),
    *("Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina", "North Dakota", "Ohio"),
    *("Oklahoma", "Oregon", "Pennsylvania", "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas"),
    *("Utah", "Vermont", "Virginia", "Washington", "Wisconsin", "Wyoming"),
)
# those that are no English or SQL word when written large
POSTAL = "AK AR AZ CA CT FL GA IA IL KS KY MD MI MN MO MT NC ND NE NH NJ NM NV NY OH RI SD TN TX UT VA VT WA WI WV WY"
# the only addresses that files name, beside those of this machine; rules as data name their own sources
HOSTS = {"json-schema.org", "keepachangelog.com", "semver.org", "www.apache.org", "www.w3.org"}
CODE = ("certtrack", "jobs")


def list_modules(*folders: str) -> list[Path]:
    return [path for path in list_files(*folders) if path.suffix == ".py"]


def test_no_states_name_is_in_the_application() -> None:
    names = "|".join(STATES)
    codes = "|".join(POSTAL.split())
    assert find_lines(rf"\b(?:{names})\b", "certtrack", "jobs", "templates", flags=re.IGNORECASE) == []
    assert find_lines(rf"\b(?:{codes})\b|\bus-[a-z]{{2}}\b", "certtrack", "jobs", "templates") == []


def test_no_head_of_a_catalogue_is_a_blank_form() -> None:
    blanks = r"FIRST AUTHOR|FULL NAME|EMAIL@ADDRESS|LL@li\.org|YEAR-MO-DA|PROJECT VERSION|CertTrack VERSION"
    assert find_lines("Project-Id-Version: CertTrack", "certtrack/translations") != []
    assert find_lines(blanks, "certtrack/translations") == []


def test_modules_stay_under_300_lines() -> None:
    lengths = {str(path.relative_to(CHECKOUT)): len(path.read_text().splitlines()) for path in list_modules(*CODE)}
    assert {place: length for place, length in lengths.items() if length >= 300} == {}


def test_functions_stay_short_enough_to_be_read_at_once() -> None:
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in list_modules(*CODE)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 30
    assert lengths[-1] <= 50


def test_nothing_is_named_after_no_subject() -> None:
    vague = re.compile(r"(?:^|_)(?:utils?|helpers?|common|misc)(?:_|$)")
    assert [path for path in list_files() if vague.search(path.stem)] == []


def test_the_wall_clock_has_one_reader() -> None:
    readers = find_lines(r"datetime\.(?:now|utcnow|today)\(|date\.today\(|\btime\.time\(", *CODE)
    assert {line.partition(":")[0] for line in readers} == {"certtrack/clock.py"}


def test_apscheduler_is_imported_in_one_module() -> None:
    importers = find_lines(r"^\s*(?:from|import) apscheduler\b", "certtrack", "jobs", "benchmarks")
    assert {line.partition(":")[0] for line in importers} == {"jobs/scheduler.py"}


def test_jobs_are_imported_by_nothing_in_the_application() -> None:
    assert find_lines(r"^\s*(?:from|import) jobs\b", "certtrack", "migrations") == []


def test_no_path_of_one_machine_is_written_down() -> None:
    # in two parts, so that this line isn't one of them
    places = ("/" + "work/", "/" + "home/", "/" + "Users/", "/" + "root/", "../" + "shared")
    assert find_lines("|".join(re.escape(place) for place in places)) == []


def test_every_address_in_a_file_is_a_known_one_and_none_is_a_package_registrys() -> None:
    found = {
        (place, host)
        for place, text in read_texts()
        if not place.startswith("config/packs/")
        for host in re.findall(r"https?://(?:[^/\s@\"']*@)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)", text)
        if not re.fullmatch(r"[\d.]+", host)
    }
    assert {(place, host) for place, host in found if host not in HOSTS and not is_example(host)} == set()


def is_example(host: str) -> bool:
    return host == "example.org" or host.endswith(".example.org")
