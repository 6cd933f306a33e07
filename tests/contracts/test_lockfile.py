"""What comes from npm is pinned by content, from whichever registry a machine is set to."""

import json

from kit.wheel import CHECKOUT

LOCK = json.loads((CHECKOUT / "package-lock.json").read_text())


def test_the_lock_file_names_no_registry() -> None:
    assert "://" not in json.dumps(LOCK)
    assert not [name for name, package in LOCK["packages"].items() if "resolved" in package]


def test_every_locked_package_is_pinned_by_its_content() -> None:
    packages = [package for name, package in LOCK["packages"].items() if name]
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)


def test_the_lock_file_goes_with_what_is_asked_for() -> None:
    asked = json.loads((CHECKOUT / "package.json").read_text())["dependencies"]
    assert LOCK["packages"][""]["dependencies"] == asked


def test_npm_runs_no_scripts_of_packages_and_writes_no_registry_down() -> None:
    settings = (CHECKOUT / ".npmrc").read_text().split()
    assert settings == ["omit-lockfile-registry-resolved=true", "ignore-scripts=true"]
