"""The command line: `evergreen COMMAND`, and `python -m tasks STEP` for dvc.yaml."""

from tasks.commands import evergreen, main

__all__ = ["evergreen", "main"]

if __name__ == "__main__":
    main()
