"""Run the command line from a bare checkout: `python daemon run`."""

from straitwatch.cli import main

if __name__ == "__main__":
    main()
