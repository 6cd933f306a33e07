"""The way into the command `certtrack`, which is `python -m certtrack` too."""

from certtrack.starting import loading


def main() -> None:
    """Run the command that was typed."""
    with loading():
        from certtrack.cli import main as certtrack  # noqa: PLC0415  # loaded in the block

    certtrack()


if __name__ == "__main__":
    main()
