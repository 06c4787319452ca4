"""``python -m dxmodels.cli``: the same as ``dx``."""

import sys

from dxmodels.cli import main

sys.exit(main())
