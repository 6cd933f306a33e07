"""Codes by RFC 6238, and the picture that hands the secret over."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from certtrack.auth.totp import draw_qr, find_step, group_secret, make_code, make_secret, make_uri

AT = datetime(2026, 5, 15, 17, 0, 10, tzinfo=UTC)
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert make_code(RFC_SECRET, at) == code
    assert find_step(RFC_SECRET, code, at) == seconds // 30


def test_a_code_is_known_a_step_early_and_a_step_late_and_no_more() -> None:
    secret = make_secret()
    step = int(AT.timestamp()) // 30
    found = [find_step(secret, make_code(secret, AT + timedelta(seconds=30 * off)), AT) for off in (-2, -1, 0, 1, 2)]
    assert found == [None, step - 1, step, step + 1, None]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34 5x", "\N{ARABIC-INDIC DIGIT ONE}23456"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert find_step(RFC_SECRET, typed, AT) is None


def test_spaces_that_an_app_shows_in_a_code_do_not_matter() -> None:
    code = make_code(RFC_SECRET, AT)
    assert find_step(RFC_SECRET, f" {code[:3]} {code[3:]} ", AT) is not None


def test_the_address_for_the_app_names_account_and_product() -> None:
    secret = make_secret()
    address = urlsplit(make_uri(secret, "maría@a.org"))
    said = parse_qs(address.query)
    assert (address.scheme, address.netloc, unquote(address.path)) == (
        "otpauth",
        "totp",
        "/CertTrack:maría@a.org",
    )
    assert (said["secret"], said["issuer"]) == ([secret], ["CertTrack"])


def test_the_picture_is_a_square_with_a_quiet_zone_of_four_and_its_three_corners() -> None:
    picture = draw_qr("otpauth://totp/CertTrack")
    dark = {tuple(map(int, module.split("h")[0].split())) for module in picture.path.split("M")[1:]}
    last = picture.size - 5
    assert {min(x for x, _ in dark), min(y for _, y in dark)} == {4}
    assert max(max(x, y) for x, y in dark) <= last
    for x, y in ((4, 4), (last, 4), (4, last)):
        assert (x, y) in dark


def test_a_key_to_be_typed_is_in_groups_of_four() -> None:
    assert group_secret("ABCDEFGHIJ") == "ABCD EFGH IJ"
