"""Signatures: short, the same each time, and good for nothing but what was signed."""

import re

from hypothesis import given
from hypothesis import strategies as st

from certtrack.signing import Signer, make_signer

SIGNER = make_signer("a key", "links")


def test_a_signature_is_short_and_fits_into_an_address_and_a_mails_path() -> None:
    assert re.fullmatch("[a-z2-7]{16}", SIGNER.sign("12", "stop"))


def test_what_one_purpose_or_key_signs_no_other_does() -> None:
    token = SIGNER.sign("12")
    assert SIGNER.is_signed(token, "12")
    assert not make_signer("a key", "bounces").is_signed(token, "12")
    assert not make_signer("another key", "links").is_signed(token, "12")
    assert "key" not in repr(SIGNER)


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_parts_are_never_taken_for_others_that_read_alike(one: list[str], other: list[str]) -> None:
    assert SIGNER.is_signed(SIGNER.sign(*one), *other) is (one == other)


@given(st.text())
def test_no_text_is_taken_for_a_signature(token: str) -> None:
    assert not Signer(b"key").is_signed(token, "12")
