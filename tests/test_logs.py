"""Log lines hold no personal data."""

import io
import json
import sys

import pytest

from certtrack.logs import PersonalDataInLog, configure_logs, get_log


def test_a_personal_field_is_refused() -> None:
    configure_logs("json")
    with pytest.raises(PersonalDataInLog, match="address"):
        get_log().info("sent", address="carol@example.org")


def test_an_error_is_logged_by_its_kind_and_place_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json")
    try:
        int("carol@example.org")
    except ValueError as error:
        get_log(job="x").error("job_failed", exc_info=error)
    line = capsys.readouterr().err
    assert "carol" not in line
    assert "ValueError" in json.loads(line)["exception"]
    assert "test_logs.py" in json.loads(line)["exception"]


def test_a_line_goes_to_the_standard_error_of_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    configure_logs("json")
    later = io.StringIO()
    monkeypatch.setattr(sys, "stderr", later)
    get_log().info("job_done")
    assert json.loads(later.getvalue())["event"] == "job_done"
