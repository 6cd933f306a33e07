"""The built distributions, and one wheel installed as a user has it: made once a run, without network."""

import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from kit.once import make_once

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Built:
    """An sdist of the checkout, and the wheel built from that sdist alone."""

    sdist: Path
    wheel: Path


@dataclass(frozen=True, slots=True)
class Installed:
    """The Python of a fresh environment that holds the wheel, and the folder of its commands."""

    python: Path
    bin: Path


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What `command` prints; fails the test with both its streams where it ends with anything but 0."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def build(source: Path, target: str, into: Path) -> Path:
    """Build one `target` (sdist, wheel) of the tree at `source`, in this environment; npm is out of reach."""
    env = {"PATH": "", "PIP_NO_INDEX": "1"}
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=source, env=env)
    return next(into.glob("*.tar.gz" if target == "sdist" else "*.whl"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = make_once(tmp_path_factory, "built", _build_both)
    return Built(next(folder.glob("*.tar.gz")), next(folder.glob("*.whl")))


def _build_both(folder: Path) -> None:
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    run("tar", "-xzf", build(CHECKOUT, "sdist", folder), "-C", unpacked, cwd=folder)
    build(next(unpacked.iterdir()), "wheel", folder)


@pytest.fixture(scope="session")
def installed_wheel(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own, which finds its dependencies where these tests find theirs."""
    python = make_once(tmp_path_factory, "installed", partial(_install, built.wheel)) / "venv" / "bin" / "python"
    return Installed(python, python.parent)


def _install(wheel: Path, folder: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=folder)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    places = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (site / "dependencies.pth").write_text("\n".join(places))
