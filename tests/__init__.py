"""Tests of Fenqu."""
