"""One broken file per fault: each made by the test itself, with the words that a person must get to read.

A file is broken whole (nothing can be read of it, exit code 2), in some rows (each is refused in its place,
the others are answered, exit code 1), or is odd in a way that is taken and told in a remark.
"""
