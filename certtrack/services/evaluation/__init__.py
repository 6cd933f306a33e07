"""What the rules say of a case that is told from outside: no database, no installation, nothing kept."""

from certtrack.services.evaluation.evaluating import evaluate
from certtrack.services.evaluation.packs import PackSource

__all__ = ["PackSource", "evaluate"]
