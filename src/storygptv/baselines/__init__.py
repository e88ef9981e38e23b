"""The systems that are compared, behind one interface: each is a config over the same parts, and a few lines."""
