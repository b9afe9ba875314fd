"""`python -m tallystick.platform.mt5.exec.child`: started by `tallystick mt5 exec`, not by hand."""

import gc
import sys

gc.disable()  # until the bot's own code begins: what is loaded before lives as long as the process

from tallystick.platform.mt5.exec.child.running import main  # noqa: E402 -- see above

sys.exit(main())
