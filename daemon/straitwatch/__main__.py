"""Run the command line: `python -m straitwatch`."""

from straitwatch.cli import main

if __name__ == "__main__":
    main()
