"""A program that imitates ЕСИА for the demo and the tests: same addresses, invented people."""
