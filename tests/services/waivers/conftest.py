"""Carol and her two certifications, and those around her."""

from kit.credits import cast

__all__ = ["cast"]
