"""What people can ask for: one function a use case, one transaction a function.

Load, think, save. Screens, API, command line, worker and import all enter by these doors.
"""

from server.usecases.app import App

__all__ = ["App"]
