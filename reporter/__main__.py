"""`python -m reporter` is the same as the `reporter` command."""

from reporter.cli.main import main

if __name__ == "__main__":
    main()
