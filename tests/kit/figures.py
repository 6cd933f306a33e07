"""Figures that a test measured, shown under the tests' results whether they passed or not."""

import pytest

FIGURES = "figures"
"""What a test records its figures as, a line of text: `record_property(FIGURES, ...)`."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List every line of figures with the test that measured it."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for report in reports
        for name, value in report.user_properties
        if name == FIGURES and report.when == "call"
    ]
    if lines:
        terminalreporter.section("figures")
    for line in lines:
        terminalreporter.write_line(line)
