"""What a failure says, and what it doesn't."""

import pytest

from certtrack.mail.failures import MailFailure, NotTaken, RecipientRefused, RelayFault, Unknown, clean_answer


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (NotTaken("later", 450), "not_taken"),
        (Unknown("gone"), "unknown"),
        (RelayFault("sign_in", "no", 535), "relay"),
        (RecipientRefused("address_refused", "no", 550), "recipient"),
    ],
)
def test_each_kind_has_the_outcome_that_its_attempt_is_written_with(failure: MailFailure, outcome: str) -> None:
    assert failure.outcome == outcome


def test_a_failure_without_an_answer_has_no_code() -> None:
    assert Unknown("gone").code is None


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("5.1.1 <carol@example.org>: unknown", "5.1.1 <address>: unknown"),
        ("carol@example.org is unknown", "<address> is unknown"),
        ("carol.o'hara+x@mail.example.org: no", "<address> no"),
        ("two\r\nlines\tand   spaces", "two lines and spaces"),
        ("cárol@exámple.org", "<address>"),
        ("from <a@example.org> to <b@example.org>", "from <address> to <address>"),
        ("", ""),
        ("no address here", "no address here"),
    ],
)
def test_an_answer_is_one_line_without_anybodys_address(answer: str, kept: str) -> None:
    assert clean_answer(answer) == kept


def test_an_answer_is_cut_after_300_letters() -> None:
    assert clean_answer("x" * 5_000) == "x" * 300


def test_an_address_at_the_cut_is_taken_out_before_it_is_cut() -> None:
    assert "carol" not in clean_answer("x" * 294 + " carol@example.org")


def test_what_a_failure_keeps_is_clean() -> None:
    assert RecipientRefused("address_refused", "<carol@example.org>\r\nunknown", 550).answer == "<address> unknown"
