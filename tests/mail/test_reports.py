"""Delivery reports: every server's shape is read, and nothing that anybody sends is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.reports import FAILED, OURS, delayed, delivered, holiday, postfix

from certtrack.mail.reports import MOST_BYTES, read_report
from certtrack.mail.return_path import LONGEST_NAME, is_return_path, list_codes, make_return_path
from certtrack.signing import Signer

SIGNER = Signer(b"key of these tests")
CODE = (7, "abcdefghijklmnop")


@pytest.mark.parametrize("name", FAILED)
def test_a_report_of_a_mail_that_was_given_up_is_read_whoever_wrote_it(name: str) -> None:
    report = read_report(FAILED[name](OURS))
    assert report is not None
    assert report.verdict == "failed"
    assert list_codes(report.paths) == [CODE]


@pytest.mark.parametrize(
    ("name", "status"),
    [("postfix", "5.1.1"), ("exchange", "5.1.10"), ("gmail", "5.1.1"), ("given up", "4.4.1"), ("coded", "5.2.1")],
)
def test_the_code_of_a_report_is_kept_without_a_comment(name: str, status: str) -> None:
    report = read_report(FAILED[name](OURS))
    assert report is not None
    assert report.status == status


def test_the_other_servers_words_are_kept_without_an_address() -> None:
    report = read_report(postfix())
    assert report is not None
    assert report.answer == "550 5.1.1 <address>: Recipient address rejected: User unknown"


@pytest.mark.parametrize(("data", "verdict"), [(delayed(), "delayed"), (delivered(), "other"), (holiday(), "other")])
def test_what_is_tried_again_arrived_or_is_an_automatic_answer_is_no_failure(data: bytes, verdict: str) -> None:
    report = read_report(data)
    assert report is not None
    assert report.verdict == verdict
    assert list_codes(report.paths) == [CODE]


@given(st.binary(max_size=600))
def test_no_bytes_at_all_are_an_error(data: bytes) -> None:
    read_report(data)


@given(st.data())
def test_a_report_that_was_cut_and_spoiled_is_no_error(data: st.DataObject) -> None:
    whole = bytearray(FAILED[data.draw(st.sampled_from(sorted(FAILED)))](OURS))
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
        if not whole:
            break
    read_report(bytes(whole))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Content-Type: multipart/report; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: multipart/report; boundary=a\r\n\r\n" * 3000,
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 1000,
        b"To: =?utf-8?b?////?= <\xff\xfe@>\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\x00",
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"Content-Type: message/delivery-status; boundary\r\n\r\n" + b"\xff" * 100,
    ],
    ids=["nothing", "very deep", "very many", "odd bytes", "coded mail", "odd status"],
)
def test_odd_messages_are_no_error(data: bytes) -> None:
    read_report(data)


def test_a_very_long_message_is_read_as_far_as_a_report_reaches() -> None:
    report = read_report(postfix() + b"x" * 3 * MOST_BYTES)
    assert report is not None
    assert report.verdict == "failed"


def test_a_path_that_is_made_is_found_again_and_fits_into_smtp() -> None:
    path = make_return_path("n" * LONGEST_NAME + "@example.org", SIGNER, 10**19 - 1, "carol@example.net")
    assert len(path.partition("@")[0]) == 64
    [(number, token)] = list_codes([f"<{path.upper()}>"])
    assert is_return_path(SIGNER, token, number, "carol@example.net")


def test_a_path_with_another_servers_own_around_it_is_found_again() -> None:
    path = make_return_path("office@example.org", SIGNER, 12, "carol@example.net")
    assert list_codes([f"SRS0=x1=2A=example.org={path.partition('@')[0]}@forward.example"])[0][0] == 12


@pytest.mark.parametrize(
    ("number", "address"),
    [(13, "carol@example.net"), (12, "dave@example.net")],
    ids=["another mail", "another address"],
)
def test_a_signature_holds_for_its_own_mail_alone(number: int, address: str) -> None:
    token = SIGNER.sign("12", "carol@example.net")
    assert is_return_path(SIGNER, token, 12, "carol@example.net")
    assert not is_return_path(SIGNER, token, number, address)
    assert not is_return_path(Signer(b"another key"), token, 12, "carol@example.net")


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_path_of_ours(text: str) -> None:
    assert not any(is_return_path(SIGNER, token, number, "carol@example.net") for number, token in list_codes([text]))
