"""The shell door: one thin file per job."""
