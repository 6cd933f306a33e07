"""Which rules a training goes by: those of the credential that it leads to."""

from certtrack.rules.pack import Pack, TrainingRule
from certtrack.services.rulebook import Rulebook


def list_packs_with_training(rulebook: Rulebook) -> list[Pack]:
    """The newest rules of each credential that a training leads to."""
    newest = {pack.credential: pack for pack in rulebook.packs.list() if pack.training is not None}
    return list(newest.values())


def find_training_pack(rulebook: Rulebook, credential: str) -> Pack | None:
    """The newest rules for that credential; None where there are none."""
    return next((pack for pack in list_packs_with_training(rulebook) if pack.credential == credential), None)


def find_training_rule(rulebook: Rulebook, credential: str) -> TrainingRule | None:
    """What they say of its training; None where they say nothing."""
    pack = find_training_pack(rulebook, credential)
    return pack.training if pack else None
