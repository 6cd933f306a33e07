"""What a certificate's text says is proposed where it can't be mistaken; all else is left empty, whatever is sent."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certtrack.rules.reading_certificates import ReadCertificate, read_certificate

ENGLISH = """EXAMPLE LEARNING COOPERATIVE
Certificate of Attendance
This is to say that
Carol Example
took part, live online, in
Boundaries and Social Media
November 19, 2026, 9:00 am to 12:15 pm
3 contact hours
Pat Sample, host      No. ELC-2026-0417"""
SPANISH = """Cooperativa de Aprendizaje Ejemplo
Certificado de participación
Se otorga a
Carol Example
por haber completado satisfactoriamente el curso
Ética y límites en el apoyo entre pares
del 18 al 19 de noviembre de 2026
Duración: 3,5 horas
Fecha de emisión: 25 de noviembre de 2026"""
LABELLED = """Certificate of Completion
Course Title: Ethics for Peers
Provider: Lakeside Center
Date: 11/19/2026
CEUs awarded: 0.3
Date of birth: 01/02/1980
Name: Pat Sample
Title: Director of Training"""
DAY = date(2026, 11, 19)


ETHICS = "Ética y límites en el apoyo entre pares"
SAYS = {
    ENGLISH: ReadCertificate("Boundaries and Social Media", "EXAMPLE LEARNING COOPERATIVE", DAY, DAY, "3", "hours"),
    SPANISH: ReadCertificate(ETHICS, "Cooperativa de Aprendizaje Ejemplo", date(2026, 11, 18), DAY, "3,5", "hours"),
    LABELLED: ReadCertificate("Ethics for Peers", "Lakeside Center", DAY, DAY, "0.3", "ceu"),
}


@pytest.mark.parametrize(("text", "says"), SAYS.items(), ids=["english", "spanish", "labelled"])
def test_a_certificate_is_read_in_english_and_in_spanish(text: str, says: ReadCertificate) -> None:
    assert read_certificate(text) == says


@pytest.mark.parametrize(
    ("text", "first_on", "last_on"),
    [
        ("March 2, 2026", "2026-03-02", "2026-03-02"),
        ("MARCH 2ND 2026", "2026-03-02", "2026-03-02"),
        ("Sept. 3 - 5, 2026", "2026-09-03", "2026-09-05"),
        ("November 30 to December 1, 2026", "2026-11-30", "2026-12-01"),
        ("December 31, 2025 \u2013 January 2, 2026", "2025-12-31", "2026-01-02"),
        ("2 March 2026", "2026-03-02", "2026-03-02"),
        ("2026-03-02", "2026-03-02", "2026-03-02"),
        ("3/2/26", "2026-03-02", "2026-03-02"),
        ("17/3/2026", "2026-03-17", "2026-03-17"),
        ("el 1.\u00ba de marzo de 2026", "2026-03-01", "2026-03-01"),
        ("2 y 3 de marzo del 2026", "2026-03-02", "2026-03-03"),
        ("30 de noviembre al 1 de diciembre de 2026", "2026-11-30", "2026-12-01"),
        ("Fecha: 17/03/2026", "2026-03-17", "2026-03-17"),
        ("Held on March 2, 2026. Printed March 9, 2026", "2026-03-02", "2026-03-02"),
        ("March 9, 2026\nTraining dates\nMarch 2, 2026", "2026-03-02", "2026-03-02"),
    ],
)
def test_days_are_read_in_the_ways_in_which_they_are_written(text: str, first_on: str, last_on: str) -> None:
    read = read_certificate(text)
    assert (str(read.first_on), str(read.last_on)) == (first_on, last_on)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "March 2, 2026\nMarch 9, 2026",
            "February 30, 2026",
            "Fecha: 3/2/2026",
            "Valid until March 2, 2027",
            "March 2026",
        ),
        *("Date of birth: March 2, 1980", "Date issued:\nMarch 2, 2026"),
        *("Vence el 2 de marzo de 2027", "12026-03-022"),
        *("March 5 - 2, 2026", "13/13/2026", "0000-00-00"),
    ],
)
def test_a_day_that_may_be_another_is_left_out(text: str) -> None:
    assert read_certificate(text).last_on is None


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("3.0 CE hours", "3", "hours"),
        ("six (6) continuing education hours", "6", "hours"),
        ("3 contact hours (0.3 CEU)", "3", "hours"),
        ("0.3 CEUs", "0.3", "ceu"),
        ("Continuing education units: .3", ".3", "ceu"),
        ("90 minutes", "90", "minutes"),
        ("Contact hours: 1.5", "1.5", "hours"),
        ("Horas de contacto: 2", "2", "hours"),
        ("Duraci\u00f3n: 1,5 horas", "1,5", "hours"),
        ("2 hours of ethics, 1 hour of skills, total: 3 hours", None, None),
        ("2 hours of ethics\n1 hour of skills\nTotal: 3 hours", "3", "hours"),
        ("2 hours and 3 hours", None, None),
        ("Report a change within 24 hours", None, None),
        ("the 48-hour training", None, None),
        ("9:00 to 12:15, $40", None, None),
        ("0 hours", None, None),
        ("1500 hours", None, None),
        *((f"{half} contact hours", "1.5", "hours") for half in ("1\u00bd", "1 \u00bd", "1 1\u20442", "1-1/2")),
        *(("\u00bd hora", "0.5", "hours"), ("1\u2153 hours", "1:20", "hours"), ("Horas: 3\u00bc", "3.25", "hours")),
        *(("11/2 hours", None, None), ("3/2 hours", None, None), ("\u00bd CEU", None, None)),
    ],
)
def test_how_long_it_was_is_one_amount_with_its_unit_or_nothing(
    text: str, amount: str | None, unit: str | None
) -> None:
    read = read_certificate(text)
    assert (read.amount, read.unit) == (amount, unit)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(("1 hour 30 minutes", "1.5"), ("1 hora y 30 minutos", "1.5"), ("3 hrs 15 min", "3.25")),
        *(("1h 30min", "1.5"), ("3 horas, 20 minutos", "3:20"), ("two (2) hours and five (5) minutes", "2:05")),
        *(("2 horas y media", "2.5"), ("2 hours and a half", "2.5"), ("1 hour(s) 0 minute(s)", "1")),
        *(("1.5 contact hours (1 hour 30 minutes)", "1.5"), ("1,5 horas\n1 hora y 30 minutos", "1,5")),
        *(("3 hours (180 minutes)", "3"), ("2 hours, 15 minute break", "2")),
    ],
)
def test_minutes_that_come_on_top_of_hours_are_added(text: str, amount: str) -> None:
    read = read_certificate(text)
    assert (read.amount, read.unit) == (amount, "hours")


@pytest.mark.parametrize(
    "text",
    [
        *("una hora y 30 minutos", "one hour 30 minutes", "3 hours and fifteen minutes", "3 horas y quince minutos"),
        *("Hours: 1 Minutes: 30", "Hours: 1, minutes: 30", "1.5 hours 30 minutes", "1 hour 30 minutes\n2 hours"),
    ],
)
def test_a_part_of_how_long_it_was_is_not_taken_for_the_whole(text: str) -> None:
    assert read_certificate(text).amount is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("has attended the webinar \u201cGrief and Loss\u201d", "Grief and Loss"),
        (
            "for successfully completing the following training:\nTrauma and\nits roots\nMarch 2, 2026",
            "Trauma and its roots",
        ),
        ("asisti\u00f3 al taller\nPrimeros auxilios", "Primeros auxilios"),
        ("Nombre del curso: \u00c9tica", "\u00c9tica"),
        ("Certificate of participation to\nCarol Example", None),
        ("in recognition of participation to\nCarol Example", None),
        ("Nombre: Carol Example", None),
        ("Firma\nT\u00edtulo: Directora", None),
        ("Title: One thing\nTitle: Another thing", None),
        ("Title: " + "long " * 60, None),
        ("has completed the training\nMarch 2, 2026", None),
        ("has completed the training", None),
        ("has completed the training\none hour 30 minutes", None),
    ],
)
def test_a_title_is_what_stands_where_titles_stand(text: str, title: str | None) -> None:
    assert read_certificate(text).title == title


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("Presented by\nLakeside Center", "Lakeside Center"),
        ("Ofrecido por Centro Ejemplo", "Centro Ejemplo"),
        ("Example Center\nCertificate of Attendance", "Example Center"),
        ("E X A M P L E  C E N T E R\nCertificate", None),
        ("One line\nAnother line\nCertificate", None),
        ("Provider: One center\nSponsor: Another center", None),
    ],
)
def test_a_provider_is_named_or_stands_alone_over_the_heading(text: str, provider: str | None) -> None:
    assert read_certificate(text).provider == provider


HOSTILE = {
    "nothing": "",
    "one-line-without-end": "a" * 1_000_000,
    "spaces": "1 " * 500_000,
    "numbers": "1,1,1,1," * 100_000,
    "cues": "has completed the " * 10_000,
    "quotes": "attended " + "\u201c" * 10_000,
    "labels": "title: " * 10_000,
    "lines": "3 hours\n" * 100_000,
    "months": "may " * 50_000,
    "signs": "\0\x07\u202e\ud800\ufffe" * 1_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_a_text_that_is_made_to_take_long_takes_no_time(text: str) -> None:
    began = time.process_time()
    read_certificate(text)
    assert time.process_time() - began < 1


@given(st.text(st.sampled_from("a \n3:.,/-\u201c\u201dhours mayo2026title\u00ba("), max_size=400))
def test_whatever_the_text_what_is_read_is_short_and_whole(text: str) -> None:
    read = read_certificate(text)
    assert (read.first_on is None) == (read.last_on is None)
    assert (read.amount is None) == (read.unit is None)
    assert read.first_on is None or read.last_on is None or read.first_on <= read.last_on
    assert all(len(value) <= 200 for value in (read.title, read.provider, read.amount) if value)
