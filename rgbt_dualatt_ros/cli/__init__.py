"""Floor 6, commands: parse, call, print. The only place that prints and wires."""
