"""Synthesis: from effects to networks that an engine can take. Door: `network.build_networks`."""
