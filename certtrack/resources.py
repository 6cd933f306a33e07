"""Where templates, migrations and config lie: inside the package once installed, else beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def get_resource(name: str) -> Path:
    """The folder `templates`, `migrations` or `config`.

    Raises FileNotFoundError where neither place has it: then the installation is broken.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"The folder {name!r} is missing from the installation; install CertTrack again.")
