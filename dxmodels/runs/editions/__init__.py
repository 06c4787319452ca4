"""What may the public read of a run, and how is it made sure that nothing withheld can be read or worked out?"""

from __future__ import annotations
