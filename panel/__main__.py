"""`python -m panel`: the same program as `shippanel`."""

import sys

from panel.cli import main

if __name__ == "__main__":
    sys.exit(main())
