"""What happens without a person: the inbox is handled; clocks and timers will join it here."""

from server.worker.loop import Worker

__all__ = ["Worker"]
