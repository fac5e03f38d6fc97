"""The package's dependencies are those of requirements.in: one list, read here."""

from __future__ import annotations

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    """Fills `dependencies` from the lines of requirements.in."""

    def update(self, metadata: dict[str, object]) -> None:
        """Put the dependencies into the metadata."""
        lines = Path(self.root, "requirements.in").read_text().splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]
