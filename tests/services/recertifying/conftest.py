"""Carol and her two certifications, and those around her."""

from kit.beginnings import cast

__all__ = ["cast"]
