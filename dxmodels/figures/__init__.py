"""How is a result drawn? One file per room; every plot_x takes a result and returns its Axes."""
