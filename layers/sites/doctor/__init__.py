"""The input doctor: what a row that was refused, or lies outside the service area, may have meant.

Its advice stands beside the answer and changes nothing; a remedy is applied only where it was asked for
by name.
"""
