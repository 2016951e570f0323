"""The house of the permission table: its scene is what nasty requests meet."""

from tests.access.conftest import built_house, house, house_settings

__all__ = ["built_house", "house", "house_settings"]
