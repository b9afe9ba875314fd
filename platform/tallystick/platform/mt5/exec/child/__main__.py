"""`python -m tallystick.platform.mt5.exec.child`: started by `tallystick mt5 exec`, not by hand."""

import sys

from tallystick.platform.mt5.exec.child.running import main

sys.exit(main())
