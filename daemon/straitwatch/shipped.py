"""Find the files that Straitwatch ships: the configuration and the seeds."""

from pathlib import Path


def shipped(name: str) -> Path:
    """Return a shipped directory, in the installed package or in the checkout.

    Raises:
        FileNotFoundError: this installation does not include it.
    """
    package = Path(__file__).parent
    for candidate in (package / "_shipped" / name, package.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"this installation does not include {name}/")
