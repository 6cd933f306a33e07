"""What is raised where a form can't be read as it was typed."""

from collections.abc import Mapping


class BadForm(Exception):
    """What is wrong, by field, in the order of the page."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)
