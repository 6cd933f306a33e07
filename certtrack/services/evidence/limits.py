"""What a file may be, so that opening it costs little: said to people where theirs is refused."""

from datetime import timedelta
from typing import Literal

from certtrack.errors import BadInput

LARGEST_MB = 20
LARGEST = LARGEST_MB * 1024 * 1024
"""Bytes of one file as it comes; a phone's largest pictures have less."""
MOST_FILES = 10
"""Files of one credit."""
MOST_PIXELS_M = 64
MOST_PIXELS = MOST_PIXELS_M * 1_000_000
MOST_PAGES = 30

UNUSED_KEPT = timedelta(days=2)
"""For so long a file that backs nothing is kept: longer than a session, so that a form that is still open finds it."""

FileProblem = Literal[
    "empty",
    "not_taken",
    "heic",
    "too_large",
    "too_many_pixels",
    "too_many_pages",
    "locked",
    "damaged",
    "too_hard",
    "too_many",
    "not_kept",
]


class BadFile(BadInput):
    """A file that isn't taken; `problem` says why, and pages put it into words."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(f"This file can't be taken: {problem}.")
        self.problem = problem
