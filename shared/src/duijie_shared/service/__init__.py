"""What every process of every service does alike: settings, logs, probes, refusals."""
