"""The trial of tables, in a process of its own; started by `server.rules.trial` only."""

from server.rules.trial import main

if __name__ == "__main__":
    main()
