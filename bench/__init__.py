"""Speed and size, measured against peers and limits on the machine that runs it."""
