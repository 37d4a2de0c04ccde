"""The core: one question, answered from data it is given. No files, no network, no clock."""
