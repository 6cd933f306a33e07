"""What every test may ask for."""

from kit.wheel import built, installed_wheel

__all__ = ["built", "installed_wheel"]
