"""What an installation takes on disk: a fresh environment with the product and what its PDF pages will need.

It asks the package registry. Run it with `python benchmarks/disk.py`.
"""

import sys
import tempfile
from pathlib import Path

from running import install, report

LIMIT_MB = 360
PDF = ("typst==0.15.*", "segno")


def main() -> int:
    """Install into a fresh environment and add up its files; 1 where they are over the limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "venv"
        install(folder, *PDF)
        files = (path.lstat() for path in folder.rglob("*"))
        used = sum(file.st_blocks * 512 for file in files) / 1024 / 1024
    return int(report("environment with PDF, on disk", used, LIMIT_MB, "MB"))


if __name__ == "__main__":
    sys.exit(main())
