"""How does a plan of notebooks become a report, and what is kept of every run?"""
