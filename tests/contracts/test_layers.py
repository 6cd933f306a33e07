"""Imports point down only, and each part of the application has its layer."""

import subprocess
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    command = (LINTER, "--config", config, "--no-cache")
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def read_contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def test_every_contract_is_kept() -> None:
    done = lint(CHECKOUT / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(read_contracts())} kept, 0 broken." in done.stdout


def test_an_import_that_points_up_is_found(tmp_path: Path) -> None:
    upside_down = tmp_path / "importlinter.ini"
    upside_down.write_text(
        "[importlinter]\nroot_package = certtrack\n"
        "[importlinter:contract:1]\nname = Upside down\ntype = layers\n"
        "layers =\n  certtrack.rules\n  certtrack.services\n"
    )
    done = lint(upside_down)
    assert done.returncode == 1, done.stdout + done.stderr


def test_every_part_has_a_layer() -> None:
    (layers,) = [contract["layers"] for contract in read_contracts() if contract["type"] == "layers"]
    assert isinstance(layers, list)
    named = {word.strip("()") for layer in layers for word in layer.replace("|", " ").split()}
    parts = {path.stem for path in (CHECKOUT / "certtrack").iterdir() if path.suffix == ".py" or _is_package(path)}
    assert {"jobs", *(f"certtrack.{part}" for part in parts - {"__init__"})} - named == set()


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()
