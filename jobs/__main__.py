"""The way into the command `certtrack-jobs`, which is `python -m jobs` too."""

from certtrack.starting import loading


def main() -> None:
    """Run the command that was typed."""
    with loading():
        from jobs.cli import main as certtrack_jobs  # noqa: PLC0415  # loaded in the block

    certtrack_jobs()


if __name__ == "__main__":
    main()
