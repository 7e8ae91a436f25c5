"""What lies beside a spec, run: decisions, graphs, models and formulations, each in a process of its own."""
