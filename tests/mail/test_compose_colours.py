"""Colours of the mails, by the published formula for contrast."""

import re

import pytest

from certtrack.resources import get_resource

FOLDER = get_resource("templates") / "email"
RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")


def read_colours(css: str) -> dict[tuple[str, str], str]:
    """(selector, property) -> colour."""
    colours: dict[tuple[str, str], str] = {}
    for selectors, body in RULE.findall(css):
        for name, value in re.findall(r"(background|(?<![-\w])color): (#[0-9a-f]{6})", body):
            colours |= {(selector.strip(), name): value for selector in selectors.split(",")}
    return colours


LIGHT = read_colours((FOLDER / "mail.css").read_text())
DARK = read_colours((FOLDER / "kept.css").read_text().partition("prefers-color-scheme: dark) {")[2])


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_21_for_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"), [(".ink", ".card"), (".first", ".card"), (".soft", ".card"), (".button a", ".button")]
)
def test_every_text_stands_out_well(colours: dict[tuple[str, str], str], text: str, ground: str) -> None:
    assert contrast(colours[text, "color"], colours[ground, "background"]) >= 7


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), [(".button", ".card"), (".bar-full", ".card"), (".bar-full", ".bar-rest")])
def test_the_button_and_what_is_full_of_a_bar_stand_out(
    colours: dict[tuple[str, str], str], mark: str, ground: str
) -> None:
    assert contrast(colours[mark, "background"], colours[ground, "background"]) >= 3


def test_a_dark_screen_leaves_no_light_colour_behind() -> None:
    assert {key for key in LIGHT if key not in DARK} == set()
